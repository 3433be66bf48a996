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
  outcome.image.raw_width = 50;
  outcome.image.raw_height = 101;
  outcome.image.orientation = 6;
  outcome.image.bit_depth = 12;
  outcome.image.frames = 3;
  outcome.image.scans = 10;
  outcome.image.scale_denominator = 4;
  outcome.image.truncated = true;
  outcome.timings = {.read = 11, .decode = 12, .prepare = 13, .infer = 20'000, .post = 14};
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
}

TEST(ResultDocument, TellsTheWholeOfThePhotoTheModelAndTheStages) {
  domain::Model model{.name = "yolox_nano", .version = "e8af074932d4", .title = "YOLOX nano"};
  auto document = boost::json::parse(result_document(found_person(), model, {"{}", "abc", 1234, {}})).as_object();
  EXPECT_EQ(document["image_info"], boost::json::parse(R"({"size":[100,50],"format":"JPEG","mode":"RGB","raw_size":[50,101],"bit_depth":12,"orientation":6,"frames":3,
                                                           "scans":10,"scale_denominator":4,"truncated":true,"bytes":1234,"sha256":"abc"})"));
  EXPECT_EQ(document["model"], boost::json::parse(R"({"name":"yolox_nano","version":"e8af074932d4","title":"YOLOX nano","engine":"onnx","engine_version":"1.27.0"})"));
  EXPECT_EQ(document["timings"], boost::json::parse(R"({"unit":"us","read":11,"decode":12,"prepare":13,"infer":20000,"post":14})"));
}

TEST(ResultDocument, WhatOnlySomeModelsFindIsThereOnlyWhereItWasFound) {
  auto document = boost::json::parse(result_document(found_person(), {}, {})).as_object();
  auto& result = document["result"].as_object();
  for (const char* name : {"classes", "regions", "embedding"}) EXPECT_FALSE(result.contains(name)) << name;
  for (const char* name : {"corners", "keypoints", "mask"}) EXPECT_FALSE(result["detected_objects"].as_array()[0].as_object().contains(name)) << name;
  EXPECT_FALSE(document.contains("extra"));
}

TEST(ResultDocument, TellsCornersKeypointsAndMasks) {
  domain::Outcome outcome = found_person();
  domain::DetectedObject& person = outcome.found.objects[0];
  person.corners = {1, 2, 3.456, 4, 5, 6, 7, 8};
  person.keypoints = {{10.123, -2, 0.98765}, {1, 2, std::nullopt}};
  person.mask = domain::Mask{{10, 20, 30, 40}, 4, 2, {0, 3, 5}};
  auto document = boost::json::parse(result_document(outcome, {}, {})).as_object();
  auto& told = document["result"].as_object()["detected_objects"].as_array()[0].as_object();
  EXPECT_EQ(told["corners"], boost::json::parse("[1,2,3.46,4,5,6,7,8]"));
  EXPECT_EQ(told["keypoints"], boost::json::parse(R"([{"x":10.12,"y":-2,"confidence":0.9877},{"x":1,"y":2,"confidence":null}])"));
  EXPECT_EQ(told["mask"], boost::json::parse(R"({"bbox":[10,20,30,40],"size":[4,2],"runs":[0,3,5]})"));
}

TEST(ResultDocument, TellsClassesRegionsAndTheEmbedding) {
  domain::Outcome outcome;
  outcome.found.classes = {{"cat", 281, 0.91234}};
  outcome.found.regions = {{"sky", 0.25, {{0, 0, 8, 8}, 2, 2, {1, 2, 1}}}};
  outcome.found.embedding = {0.6f, -0.8f};
  auto document = boost::json::parse(result_document(outcome, {}, {})).as_object();
  auto& result = document["result"].as_object();
  EXPECT_EQ(result["classes"], boost::json::parse(R"([{"class":"cat","index":281,"confidence":0.9123}])"));
  EXPECT_EQ(result["regions"], boost::json::parse(R"([{"class":"sky","share":0.25,"mask":{"bbox":[0,0,8,8],"size":[2,2],"runs":[1,2,1]}}])"));
  EXPECT_NEAR(result["embedding"].as_array()[0].to_number<double>(), 0.6, 1e-7);
  EXPECT_TRUE(result["detected_objects"].as_array().empty());
}

TEST(ResultDocument, TellsTheWholeRecipeAndWhatAServiceSaidBesides) {
  domain::Outcome outcome;
  outcome.recipe.family = "yolov8";
  outcome.recipe.input_width = 640;
  outcome.recipe.fit = domain::Fit::letterbox_centre;
  outcome.recipe.mean = {{1, 2, 3}};
  outcome.recipe.nms_across_classes = false;
  outcome.recipe.outputs = {{"boxes", "output0"}};
  outcome.extra = R"({"plate":"12가 3456"})";
  auto document = boost::json::parse(result_document(outcome, {}, {})).as_object();
  EXPECT_EQ(document["recipe"], boost::json::parse(R"({"family":"yolov8","input_width":640,"fit":"letterbox_centre","mean":[1,2,3],
                                                       "nms_across_classes":false,"outputs":{"boxes":"output0"}})"));
  EXPECT_EQ(document["extra"].as_object()["plate"], "12가 3456");
}

TEST(ResultDocument, MetadataThatDoesNotParseCountsAsNone) {
  auto document = boost::json::parse(result_document({}, {}, {"not json", "", 0, {}})).as_object();
  EXPECT_TRUE(document["result"].as_object()["metadata"].as_object().empty());
}

}  // namespace
}  // namespace darkroom::worker
