#include "worker/result_document.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace darkroom::worker {
namespace {

domain::Outcome found_person() {
  domain::Outcome outcome;
  outcome.found.objects = {{"person", 0.87654321, {10.123456, 20, 30, 40.5}}, {"face", std::nullopt, {1, 2, 3, 4}}};
  outcome.image.width = 100;
  outcome.image.height = 50;
  outcome.image.format = "JPEG";
  outcome.image.mode = "RGB";
  outcome.image.orientation = 6;
  outcome.timings.infer = 20'000;
  outcome.engine = "onnx";
  outcome.engine_version = "1.27.0";
  return outcome;
}

TEST(ResultDocument, KeepsTheOldServicesShapeAndAddsToIt) {
  domain::Model model{.name = "yolox_nano", .version = "e8af074932d4", .title = "yolox_nano"};
  auto text = result_document(found_person(), model, {R"({"album":"봄"})", "abc", 1234, std::chrono::milliseconds(250)});
  auto document = boost::json::parse(text).as_object();
  EXPECT_EQ(document["schema"], "darkroom.result/1");
  EXPECT_EQ(document["status"], "success");
  EXPECT_EQ(document["processing_time"].as_double(), 0.25);
  auto& result = document["result"].as_object();
  EXPECT_EQ(result["processing_time"].as_double(), 0.25);
  EXPECT_EQ(result["metadata"].as_object()["album"], "봄");
  auto& person = result["detected_objects"].as_array()[0].as_object();
  EXPECT_EQ(person["class"], "person");
  EXPECT_EQ(person["confidence"].as_double(), 0.8765);
  EXPECT_EQ(person["bbox"].as_array()[0].as_double(), 10.12);
  EXPECT_TRUE(result["detected_objects"].as_array()[1].as_object()["confidence"].is_null());
  auto& image = document["image_info"].as_object();
  EXPECT_EQ(image["size"].as_array()[0], 100);
  EXPECT_EQ(image["orientation"], 6);
  EXPECT_EQ(image["bytes"], 1234);
  EXPECT_EQ(document["model"].as_object()["version"], "e8af074932d4");
  EXPECT_EQ(document["timings"].as_object()["infer"], 20'000);
}

TEST(ResultDocument, MetadataThatDoesNotParseCountsAsNone) {
  auto document = boost::json::parse(result_document({}, {}, {"not json", "", 0, {}})).as_object();
  EXPECT_TRUE(document["result"].as_object()["metadata"].as_object().empty());
}

}  // namespace
}  // namespace darkroom::worker
