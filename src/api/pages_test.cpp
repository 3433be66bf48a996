#include "api/pages.h"

#include "api/web_files.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace darkroom::api {
namespace {

constexpr WebFile kFile{"app-1.js", "text/javascript", "\"tag\"", "plain", "zipped"};

http::Request asking(std::string name, std::string value) {
  http::Request request;
  request.headers = {{std::move(name), std::move(value)}};
  return request;
}

TEST(Pages, GzipIsTakenWhereItIsNamedAndNotRefused) {
  for (const char* yes : {"gzip", "br, gzip", "GZIP;q=0.5", "*", "deflate, gzip;q=1.0, *;q=0.5"}) EXPECT_TRUE(takes_gzip(yes)) << yes;
  for (const char* no : {"", "br", "gzip;q=0", "gzip;q=0.0, br", "identity", "*;q=0"}) EXPECT_FALSE(takes_gzip(no)) << no;
}

TEST(Pages, WhoTakesGzipHasTheSmallerBytesUnderATagOfTheirOwn) {
  auto small = file_answer(asking("Accept-Encoding", "gzip"), kFile);
  auto plain = file_answer(asking("Accept-Encoding", "identity"), kFile);
  EXPECT_EQ(small.body, "zipped");
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(file_answer(asking("If-None-Match", "\"tag\""), kFile).status, 304);
  EXPECT_EQ(file_answer(asking("If-None-Match", "\"tag-gzip\""), kFile).status, 200);
}

TEST(Pages, FilesAreFoundByTheirWholeName) {
  const WebFile files[] = {{"a.js", "", "", "", ""}, {"b.js", "", "", "", ""}, {"index.html", "", "", "", ""}};
  EXPECT_EQ(find_web_file(files, "b.js"), &files[1]);
  EXPECT_EQ(find_web_file(files, "b"), nullptr);
  EXPECT_EQ(find_web_file({}, "b.js"), nullptr);
}

TEST(Pages, TheBuiltFilesAreInTheOrderOfTheirNames) {
  auto files = web_files();
  EXPECT_TRUE(std::ranges::is_sorted(files, {}, &WebFile::name));
  EXPECT_TRUE(files.empty() || find_web_file(files, "index.html"));
}

}  // namespace
}  // namespace darkroom::api
