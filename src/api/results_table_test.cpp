#include "api/results_table.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace darkroom::api {
namespace {

TEST(ResultsTable, ACellIsQuotedWhereItMustBe) {
  EXPECT_EQ(csv_text("제주도 여행"), "제주도 여행");
  EXPECT_EQ(csv_text("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_text("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_text("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_text(""), "");
}

TEST(ResultsTable, NoCellIsAFormula) {
  for (std::string text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "＝1", "＋1", "－1", "＠x"}) EXPECT_EQ(csv_text(text), "'" + text);
  EXPECT_EQ(csv_text("=HYPERLINK(\"http://a\")"), "\"'=HYPERLINK(\"\"http://a\"\")\"");
  EXPECT_EQ(csv_text("a=1"), "a=1");
}

store::ImageRecord image_with(std::optional<std::string> document) {
  store::ImageRecord image;
  image.id = {7};
  image.title = "=cmd";
  image.owner = "minji";
  image.job.model = "demo";
  image.job.state = domain::JobState::completed;
  image.document = std::move(document);
  return image;
}

std::size_t commas(std::string_view line) { return static_cast<std::size_t>(std::ranges::count(line, ',')); }

TEST(ResultsTable, EachThingFoundIsARowOfAllColumns) {
  std::string head = results_head();
  std::string rows = results_rows(image_with(
      R"({"model":{"name":"yolo","version":"v3"},"image_info":{"size":[640,480]},"result":{"detected_objects":[{"class":"person","confidence":0.9,"bbox":[1,2,3.5,4]}],)"
      R"("classes":[{"class":"street","index":1,"confidence":0.5}],"regions":[{"class":"sky","share":0.25,"mask":{"bbox":[0,0,640,200]}}]}})"));
  std::string first = "7,'=cmd,minji,,1970-01-01T00:00:00.000Z,completed,,yolo,v3,640,480,";
  EXPECT_EQ(rows, first + "object,person,0.9,1,2,3.5,4,\r\n" + first + "class,street,0.5,,,,,\r\n" + first + "region,sky,,0,0,640,200,0.25\r\n");
  EXPECT_TRUE(head.starts_with("\xEF\xBB\xBFimage_id,"));
  EXPECT_EQ(commas(head), commas(first) + commas("object,person,0.9,1,2,3.5,4,"));
}

TEST(ResultsTable, AnImageWithoutAResultIsARowAsWell) {
  std::string row = results_rows(image_with(std::nullopt));
  EXPECT_EQ(row, "7,'=cmd,minji,,1970-01-01T00:00:00.000Z,completed,,demo,,,,,,,,,,,\r\n");
  EXPECT_EQ(commas(row), commas(results_head()));
}

}  // namespace
}  // namespace darkroom::api
