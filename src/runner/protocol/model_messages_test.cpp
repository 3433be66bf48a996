// Recipes, reports and candidates there and back, and what a process that an untrusted file has taken over might say of it.
#include "runner/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::runner {
namespace {

using testing::HasSubstr;

domain::Recipe full_recipe() {
  domain::Recipe recipe;
  recipe.family = "yolov8";
  recipe.task = "pose";
  recipe.input_width = 640;
  recipe.input_height = 480;
  recipe.layout = domain::TensorLayout::nhwc;
  recipe.colour = domain::ColourOrder::bgr;
  recipe.fit = domain::Fit::centre_crop;
  recipe.interpolation = domain::Interpolation::bicubic;
  recipe.crop_share = 0.875;
  recipe.pad_value = 114;
  recipe.mean = {123.675, 116.28, 103.53};
  recipe.deviation = {58.395, 57.12, 57.375};
  recipe.activation = domain::Activation::softmax;
  recipe.box_unit = domain::BoxUnit::shares;
  recipe.confidence_threshold = 0.25;
  recipe.nms_iou = 0.1 + 0.2;
  recipe.nms_across_classes = false;
  recipe.max_detections = 300;
  recipe.top_k = 5;
  recipe.keypoints = 17;
  recipe.outputs = {{"boxes", "출력 0"}, {"scores", "out/1"}};
  return recipe;
}

// Field by field through the one table, so that a field added there is compared, too.
std::vector<bool> differences(const domain::Recipe& one, const domain::Recipe& other) {
  std::vector<bool> differ;
  domain::for_each_field(one, [&](const char* name, const auto& field) {
    domain::for_each_field(other, [&](const char* other_name, const auto& other_field) {
      if constexpr (std::is_same_v<decltype(field), decltype(other_field)>) {
        if (std::string_view(name) == other_name && !(field == other_field)) differ.push_back(true);
      }
    });
  });
  return differ;
}

domain::ModelReport full_report() {
  domain::ModelReport report;
  report.recipe = full_recipe();
  report.labels = {"person", "새"};
  report.evidence = {{"family", "yolov8", "output0 float32[1,84,8400]"}, {"labels", "2", "metadata names"}};
  report.inputs = {"images float32[1,3,640,640]"};
  report.outputs = {"output0 float32[1,84,8400]"};
  report.metadata = {{"author", "somebody"}, {"stride", "32"}};
  report.licence = "AGPL-3.0";
  report.warnings = {"its licence asks for something"};
  report.load_micros = 40'000;
  report.run_micros = 20'000;
  return report;
}

std::string ready_text() { return encode(ZygoteMessage(Ready{"seccomp", "1.27.0", full_report()})); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " in " << text;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

TEST(ModelMessages, EveryFieldOfARecipeReachesTheZygote) {
  Init init;
  init.model.recipe = full_recipe();
  Result<ServerMessage> message = decode_server_message(encode(ServerMessage(init)));
  ASSERT_TRUE(message) << message.error().message;
  const domain::Recipe& got = std::get<Init>(*message).model.recipe;
  EXPECT_TRUE(differences(got, full_recipe()).empty());
  EXPECT_FALSE(differences(got, domain::Recipe{}).empty()) << "the comparison sees nothing";
}

TEST(ModelMessages, AnEmptyRecipeStaysEmpty) {
  std::string text = encode(ServerMessage(Init{}));
  EXPECT_THAT(text, HasSubstr(R"("nms_across_classes":null)"));
  Result<ServerMessage> message = decode_server_message(text);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_TRUE(differences(std::get<Init>(*message).model.recipe, domain::Recipe{}).empty());
}

TEST(ModelMessages, AReportComesThroughWhole) {
  Result<ZygoteMessage> message = decode_zygote_message(ready_text());
  ASSERT_TRUE(message) << message.error().message;
  const domain::ModelReport& got = std::get<Ready>(*message).report;
  EXPECT_TRUE(differences(got.recipe, full_recipe()).empty());
  EXPECT_EQ(got.labels, full_report().labels);
  ASSERT_EQ(got.evidence.size(), 2U);
  EXPECT_EQ(got.evidence[0].because, "output0 float32[1,84,8400]");
  EXPECT_EQ(got.inputs, full_report().inputs);
  EXPECT_EQ(got.outputs, full_report().outputs);
  EXPECT_EQ(got.metadata, full_report().metadata);
  EXPECT_EQ(got.licence, "AGPL-3.0");
  EXPECT_EQ(got.warnings, full_report().warnings);
  EXPECT_EQ(got.load_micros, 40'000);
  EXPECT_EQ(got.run_micros, 20'000);
}

TEST(ModelMessages, CandidatesComeThroughAsLines) {
  LoadFailed failed{Error{"model_ambiguous", "two ways"}, {{"yolov5", "detect", "rows"}, {"yolox", "detect", "one\ntwo"}}};
  Result<ZygoteMessage> message = decode_zygote_message(encode(ZygoteMessage(failed)));
  ASSERT_TRUE(message) << message.error().message;
  const auto& got = std::get<LoadFailed>(*message);
  EXPECT_EQ(got.error.code, "model_ambiguous");
  ASSERT_EQ(got.candidates.size(), 2U);
  EXPECT_EQ(got.candidates[0].family, "yolov5");
  EXPECT_EQ(got.candidates[1].because, "one two");
}

TEST(ModelMessagesUntrusted, AReportIsReadStrictly) {
  const std::pair<const char*, const char*> lies[] = {
      {R"("fit":"centre_crop")", R"("fit":"sideways")"},
      {R"("fit":"centre_crop")", R"("fit":7)"},
      {R"("interpolation":"bicubic")", R"("interpolation":"cubist")"},
      {R"("fit":"centre_crop",)", ""},
      {R"("fit":"centre_crop")", R"("fit":null,"more":1)"},
      {R"("input_width":640)", R"("input_width":-1)"},
      {R"("input_width":640)", R"("input_width":4294967296)"},
      {R"("nms_across_classes":false)", R"("nms_across_classes":0)"},
      {R"("mean":[)", R"("mean":[1E0,)"},
      {R"("boxes":)", R"("boxes\u0007":)"},
      {R"("out/1")", "9"},
      {R"("family":"yolov8")", R"("family":"yolo\nv8")"},
      {R"("labels":["person",)", R"("labels":[1,)"},
      {R"("labels":["person",)", R"("labels":["per\u001bson",)"},
      {R"("because":"metadata names")", R"("because":null)"},
      {R"("author":"somebody")", R"("author":"some\u0000body")"},
      {R"("load_micros":40000)", R"("load_micros":-1)"},
      {R"("AGPL-3.0")", R"("AGPL\r3.0")"},
  };
  ASSERT_TRUE(decode_zygote_message(replaced(ready_text(), R"("stride":"32")", R"("stride":"16")")));
  for (auto [from, to] : lies) EXPECT_FALSE(decode_zygote_message(replaced(ready_text(), from, to))) << to;
}

TEST(ModelMessagesUntrusted, AReportHasBounds) {
  domain::ModelReport report = full_report();
  report.warnings.assign(201, "again");
  EXPECT_FALSE(decode_zygote_message(encode(ZygoteMessage(Ready{"", "", report}))));
  report = full_report();
  report.labels.assign(100'001, "x");
  EXPECT_FALSE(decode_zygote_message(encode(ZygoteMessage(Ready{"", "", report}))));
  report.labels.assign(100'000, "x");
  EXPECT_TRUE(decode_zygote_message(encode(ZygoteMessage(Ready{"", "", report}))));
  report.labels = {std::string(201, 'x')};
  EXPECT_FALSE(decode_zygote_message(encode(ZygoteMessage(Ready{"", "", report}))));
}

TEST(ModelMessagesUntrusted, MillionsOfValuesAreRefusedBeforeTheyAreRead) {
  std::string zeros;
  for (int i = 0; i < 1'600'000; ++i) zeros += "0,";
  Result<ZygoteMessage> message = decode_zygote_message(R"({"type":"ready","x":[)" + zeros + "0]}");
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error().message, HasSubstr("too many values"));
}

}  // namespace
}  // namespace darkroom::runner
