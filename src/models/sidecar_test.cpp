#include "models/sidecar.h"

#include "models/recipe_toml.h"
#include "models/toml_text.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace darkroom::models {
namespace {

using testing::HasSubstr;

std::string complaint(const std::string& text) {
  auto sidecar = read_sidecar(text, "parts/model.toml");
  return sidecar ? "taken" : sidecar.error().message;
}

TEST(Sidecar, EveryFieldOfARecipeIsReadAndWrittenTheSame) {
  auto sidecar = read_sidecar(R"(family = "rtdetr"
task = "detect"
input_width = 640
input_height = 480
layout = "nhwc"
colour = "bgr"
fit = "letterbox_centre"
interpolation = "bicubic"
crop_share = 0.875
pad_value = 114
mean = [123.675, 116, 103.53]
deviation = [58.395, 57.12, 57.375]
activation = "softmax"
box_unit = "shares"
confidence_threshold = 0.4
nms_iou = 0.5
nms_across_classes = true
max_detections = 7
top_k = 3
keypoints = 17
[outputs]
boxes = "dets"
labels = "labels"
)", "parts/model.toml");
  ASSERT_TRUE(sidecar) << sidecar.error().message;
  const domain::Recipe& recipe = sidecar->recipe;
  EXPECT_EQ(recipe.family, "rtdetr");
  EXPECT_EQ(recipe.input_width, 640);
  EXPECT_EQ(recipe.layout, domain::TensorLayout::nhwc);
  EXPECT_EQ(recipe.fit, domain::Fit::letterbox_centre);
  EXPECT_EQ(recipe.interpolation, domain::Interpolation::bicubic);
  EXPECT_EQ((*recipe.mean)[1], 116.0);
  EXPECT_EQ(recipe.nms_across_classes, true);
  EXPECT_EQ(recipe.outputs.at("boxes"), "dets");
  domain::Recipe again;
  int fields = 0;
  toml::table written = to_toml(recipe);
  for (const auto& [key, value] : written) {
    EXPECT_FALSE(set_field(again, key.str(), value)) << key.str();
    ++fields;
  }
  EXPECT_EQ(to_text(to_toml(again)), to_text(written));
  domain::for_each_field(recipe, [&](std::string_view, const auto&) { --fields; });
  EXPECT_EQ(fields, 0) << "a field of the recipe is not in this test or not written";
}

TEST(Sidecar, WhatIsWrongIsNamedWithItsLineAndWhatIsAllowed) {
  EXPECT_THAT(complaint("family = \"yolox\"\nconfidense = 0.4\n"),
              testing::AllOf(HasSubstr("parts/model.toml, line 2"), HasSubstr("confidense"), HasSubstr("confidence_threshold")));
  EXPECT_THAT(complaint("nms_iou = 45"), HasSubstr("nms_iou must be a number from 0 to 1"));
  EXPECT_THAT(complaint("mean = [1, 2]"), HasSubstr("three numbers"));
  EXPECT_THAT(complaint("deviation = [0, 1, 1]"), HasSubstr("above 0"));
  EXPECT_THAT(complaint("fit = \"squeeze\""), HasSubstr("\"stretch\""));
  EXPECT_THAT(complaint("interpolation = \"lanczos\""), HasSubstr("\"bilinear_antialias\""));
  EXPECT_THAT(complaint("max_detections = 1.5"), HasSubstr("whole number"));
  EXPECT_THAT(complaint("outputs = [\"a\"]"), HasSubstr("table of roles"));
  EXPECT_THAT(complaint("family = \"a\\nb\""), HasSubstr("line 1"));
  EXPECT_THAT(complaint("labels = []"), HasSubstr("1 to 100000"));
  EXPECT_THAT(complaint("family = "), HasSubstr("line 1"));
  EXPECT_THAT(complaint("engine = \"torch\""), HasSubstr("\"http\""));
}

TEST(Sidecar, AServiceIsNamedByItsAddressAndSecretsComeFromTheEnvironment) {
  ::setenv("DARKROOM_MODEL_TEST_SECRET", "Bearer abc", 1);
  auto sidecar = read_sidecar(
      "engine = \"http\"\nurl = \"https://ai.example/run\"\ntimeout_seconds = 2.5\nconcurrency = 4\ntitle = \"OCR\"\nlicence = \"MIT\"\n"
      "headers = { Authorization = \"env:DARKROOM_MODEL_TEST_SECRET\", X-Site = \"seoul\" }\n",
      "ocr");
  ASSERT_TRUE(sidecar) << sidecar.error().message;
  EXPECT_EQ(sidecar->engine, domain::EngineKind::http);
  EXPECT_EQ(sidecar->remote->url, "https://ai.example/run");
  EXPECT_EQ(sidecar->remote->timeout, std::chrono::milliseconds(2500));
  EXPECT_EQ(sidecar->remote->concurrency, 4);
  EXPECT_EQ(sidecar->remote->headers.at("Authorization"), "Bearer abc");
  EXPECT_EQ(sidecar->remote->headers.at("X-Site"), "seoul");
  EXPECT_EQ(sidecar->title, "OCR");
  ::unsetenv("DARKROOM_MODEL_TEST_SECRET");
  EXPECT_THAT(complaint("engine = \"http\"\nurl = \"http://a/b\"\nheaders = { A = \"env:DARKROOM_MODEL_TEST_SECRET\" }"),
              HasSubstr("DARKROOM_MODEL_TEST_SECRET, which is not set"));
  EXPECT_THAT(complaint("engine = \"http\""), HasSubstr("needs a url"));
  EXPECT_THAT(complaint("url = \"http://a/b\""), HasSubstr("need engine = \"http\""));
  EXPECT_THAT(complaint("engine = \"http\"\nurl = \"file:///etc/passwd\""), HasSubstr("url must be"));
  EXPECT_THAT(complaint("engine = \"http\"\nurl = \"http://a/b\"\nheaders = { A = \"x\\r\\nB: y\" }"), HasSubstr("visible ASCII"));
}

TEST(Sidecar, TheServersOwnSecretsAreNoHeaders) {
  ::setenv("DARKROOM_SECRET_OF_THE_SERVER", "secret", 1);
  for (std::string name : {"DARKROOM_SECRET_OF_THE_SERVER", "PATH", "XDARKROOM_MODEL_A", "DARKROOM_MODELS", ""}) {
    EXPECT_THAT(complaint("engine = \"http\"\nurl = \"http://a/b\"\nheaders = { A = \"env:" + name + "\" }"), HasSubstr("begins with DARKROOM_MODEL_")) << name;
  }
  ::unsetenv("DARKROOM_SECRET_OF_THE_SERVER");
}

TEST(Sidecar, AChoiceIsWrittenIntoIt) {
  auto text = with_choice("nms_iou = 0.5\n[outputs]\nboxes = \"a\"\n", "sidecar", "yolov8", "segment");
  ASSERT_TRUE(text);
  auto sidecar = read_sidecar(*text, "sidecar");
  ASSERT_TRUE(sidecar) << *text;
  EXPECT_EQ(sidecar->recipe.family, "yolov8");
  EXPECT_EQ(sidecar->recipe.task, "segment");
  EXPECT_EQ(sidecar->recipe.nms_iou, 0.5);
  EXPECT_EQ(sidecar->recipe.outputs.at("boxes"), "a");
}

TEST(Labels, AreLinesWithoutWhatEditorsAdd) {
  auto labels = read_labels("\xEF\xBB\xBF볼트\r\nnut  \n\nend\n\n", "labels.txt");
  ASSERT_TRUE(labels);
  EXPECT_EQ(*labels, (std::vector<std::string>{"볼트", "nut", "", "end"}));
  EXPECT_TRUE(read_labels("", "labels.txt")->empty());
  EXPECT_THAT(read_labels("ok\nbad\x01\n", "x/labels.txt").error().message, HasSubstr("x/labels.txt, line 2"));
}

}  // namespace
}  // namespace darkroom::models
