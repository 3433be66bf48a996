// Tensors made by hand against the boxes that they mean; and which model files are told apart by their shapes.
#include "inference/read_boxes.h"

#include "inference/suppress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace darkroom::inference {
namespace {

constexpr YoloxLayout kLayout{64, 64, 3};
constexpr std::size_t kFields = 8;

class ReadYolox : public testing::Test {
 protected:
  ReadYolox() : output(static_cast<std::size_t>(kLayout.anchors()) * kFields) {
    frame.width = 128;
    frame.height = 128;
    frame.placement = {0.5, 0.5, 0, 0};
    model.labels = {"cat", "dog", "bird"};
  }

  void set(std::size_t row, std::initializer_list<float> fields) { std::ranges::copy(fields, output.begin() + static_cast<std::ptrdiff_t>(row * kFields)); }
  Result<std::vector<domain::DetectedObject>> read() { return read_yolox(output, kLayout, frame, model); }

  std::vector<float> output;
  PhotoFrame frame;
  domain::Model model;
};

constexpr std::size_t kStride8Cell23 = 3 * 8 + 2;
constexpr std::size_t kStride32Cell01 = 64 + 16 + 1 * 2 + 0;
const float kLog2 = std::log(2.0F);
const float kLog3 = std::log(3.0F);

TEST_F(ReadYolox, PlacesABoxInPixelsOfThePhoto) {
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});
  auto objects = read();
  ASSERT_TRUE(objects) << objects.error().message;
  ASSERT_EQ(objects->size(), 1U);
  EXPECT_EQ((*objects)[0].label, "dog");
  EXPECT_NEAR(*(*objects)[0].confidence, 0.72, 1e-6);
  const domain::Box expected{24, 32, 56, 80};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR((*objects)[0].box[i], expected[i], 1e-4) << i;
}

TEST_F(ReadYolox, RowsFollowTheStrides) {
  set(kStride32Cell01, {0.5, 0.5, 0, 0, 0.6F, 0.1F, 0.2F, 0.7F});
  auto objects = read();
  ASSERT_EQ(objects->size(), 1U);
  const domain::Box expected{0, 64, 64, 128};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR((*objects)[0].box[i], expected[i], 1e-4) << i;
}

TEST_F(ReadYolox, OffsetsOfTheLetterboxAreTakenOff) {
  frame.placement = {0.5, 0.5, 4, 8};
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});
  auto objects = read();
  EXPECT_NEAR((*objects)[0].box[0], 16, 1e-4);
  EXPECT_NEAR((*objects)[0].box[1], 16, 1e-4);
}

TEST_F(ReadYolox, ClampsToThePhotoAndDropsWhatLiesOutside) {
  frame.width = 50;
  frame.height = 128;
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});
  set(kStride8Cell23 + 5, {0.5, 0.5, 0, 0, 0.9F, 0.1F, 0.8F, 0.2F});  // in the padding
  auto objects = read();
  ASSERT_EQ(objects->size(), 1U);
  EXPECT_EQ((*objects)[0].box[2], 50);
}

TEST_F(ReadYolox, SuppressesAcrossClassesAndKeepsTheBest) {
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.8F, 0, 0.9F, 0});
  set(kStride8Cell23 + 1, {-0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0.9F, 0});
  set(kStride8Cell23 - 1, {1.5, 0.5, kLog2, kLog3, 0.7F, 0.9F, 0, 0});
  auto objects = read();
  ASSERT_EQ(objects->size(), 1U);
  EXPECT_EQ((*objects)[0].label, "dog");
  EXPECT_NEAR(*(*objects)[0].confidence, 0.81, 1e-6);
}

TEST_F(ReadYolox, TheRecipeRules) {
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0.8F, 0});
  set(kStride32Cell01, {0.5, 0.5, 0, 0, 0.6F, 0, 0, 0.4F});
  EXPECT_EQ(read()->size(), 1U);
  model.recipe.confidence_threshold = 0.2;
  EXPECT_EQ(read()->size(), 2U);
  model.recipe.max_detections = 1;
  EXPECT_EQ(read()->size(), 1U);
}

TEST_F(ReadYolox, AClassWithoutALabelIsNumbered) {
  model.labels = {"cat"};
  set(kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0, 0.8F});
  EXPECT_EQ((*read())[0].label, "class_2");
}

TEST_F(ReadYolox, NumbersThatCannotBeAreRefused) {
  const float bad[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
  for (float value : bad) {
    output[17] = value;
    ASSERT_FALSE(read());
    EXPECT_EQ(read().error().code, "model_output");
  }
  output[17] = 0;
  set(kStride8Cell23, {0.5, 0.5, 0, 0, 8.0F, 0, 0.8F, 0});
  EXPECT_FALSE(read()) << "an objectness of 8 is a logit";
  set(kStride8Cell23, {0.5, 0.5, 1000, 0, 0.9F, 0, 0.8F, 0});
  EXPECT_FALSE(read()) << "exp(1000) is no width";
  output.pop_back();
  EXPECT_FALSE(read());
}

TEST(Suppress, OverlapIsAreaOverArea) {
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {0, 0, 10, 10}), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {5, 0, 15, 10}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 10, 10}, {20, 20, 30, 30}), 0);
  EXPECT_DOUBLE_EQ(intersection_over_union({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
}

TEST(Recognise, TellsYoloxByItsShapes) {
  ModelSignature signature{{{"images", "float32", {1, 3, 416, 416}}}, {{"output", "float32", {1, 3549, 85}}}};
  auto layout = recognise(signature, {});
  ASSERT_TRUE(layout) << layout.error().message;
  EXPECT_EQ(layout->classes, 80);
  signature.inputs[0].shape = {1, 3, 320, 640};
  signature.outputs[0].shape = {1, 40 * 80 + 20 * 40 + 10 * 20, 6};
  layout = recognise(signature, {});
  ASSERT_TRUE(layout);
  EXPECT_EQ(layout->width, 640);
  EXPECT_EQ(layout->classes, 1);
}

TEST(Recognise, RefusesWhatIsNotReadWithWhatWasSeen) {
  ModelSignature yolox{{{"images", "float32", {1, 3, 416, 416}}}, {{"output", "float32", {1, 3549, 85}}}};
  auto refused = [](const ModelSignature& signature, const std::string& words) {
    auto layout = recognise(signature, {});
    return !layout && layout.error().code == "model_unavailable" && layout.error().message.find(words) != std::string::npos;
  };
  ModelSignature other = yolox;
  other.outputs[0].shape = {1, 84, 3549};
  EXPECT_TRUE(refused(other, "output float32[1,84,3549]; only YOLOX is read so far"));
  other = yolox;
  other.outputs[0].shape = {1, 3 * 3549, 85};  // YOLOv5
  EXPECT_TRUE(refused(other, "only YOLOX"));
  other = yolox;
  other.inputs[0].shape[0] = -1;
  EXPECT_TRUE(refused(other, "images float32[?,3,416,416]"));
  other = yolox;
  other.inputs[0].type = "float16";
  EXPECT_TRUE(refused(other, "float16"));
  other = yolox;
  other.outputs.push_back(other.outputs[0]);
  EXPECT_TRUE(refused(other, "only YOLOX"));
  domain::Recipe recipe;
  recipe.family = "yolov8";
  EXPECT_FALSE(recognise(yolox, recipe));
}

}  // namespace
}  // namespace darkroom::inference
