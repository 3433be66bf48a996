// YOLOX and YOLOv5.
#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

constexpr std::size_t kCells = 84;  // 8 x 8 + 4 x 4 + 2 x 2
constexpr std::size_t kStride8Cell23 = 3 * 8 + 2;
constexpr std::size_t kStride32Cell01 = 64 + 16 + 1 * 2 + 0;
const float kLog2 = std::log(2.0F);
const float kLog3 = std::log(3.0F);

Trial made(const std::string& family, int classes, std::size_t rows) {
  Trial one(family, "detect", classes);
  auto fields = static_cast<std::size_t>(5 + classes);
  one.output() = {{1, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(fields)}, std::vector<float>(rows * fields)};
  one.reading.labels = {"cat", "dog", "bird"};
  one.reading.recipe.confidence_threshold.reset();
  return one;
}

void set(Trial& one, std::size_t row, std::initializer_list<float> fields) {
  auto length = static_cast<std::size_t>(one.output().shape[2]);
  std::ranges::copy(fields, one.output().values.begin() + static_cast<std::ptrdiff_t>(row * length));
}

Trial yolox(int classes = 3) {
  Trial one = made("yolox", classes, kCells);
  one.frame = {128, 128, {0.5, 0.5, 0, 0}};
  return one;
}

TEST(ReadYolox, PlacesABoxInPixelsOfThePhoto) {
  Trial one = yolox();
  set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].label, "dog");
  EXPECT_NEAR(*objects[0].confidence, 0.72, 1e-6);
  expect_box(objects[0].box, {24, 32, 56, 80});
}

TEST(ReadYolox, RowsFollowTheStrides) {
  Trial one = yolox();
  set(one, kStride32Cell01, {0.5, 0.5, 0, 0, 0.6F, 0.1F, 0.2F, 0.7F});
  expect_box(one.objects().at(0).box, {0, 64, 64, 128});
}

TEST(ReadYolox, TheInputNeedNotBeSquare) {
  Trial one = made("yolox", 1, 8 * 4 + 4 * 2 + 2 * 1);
  one.reading.input_height = 32;
  one.frame.height = 32;
  set(one, 8 * 4 + 4, {0.5, 0.5, 0, 0, 0.9F, 0.9F});  // stride 16, second row
  expect_box(one.objects().at(0).box, {0, 16, 16, 32});
}

TEST(ReadYolox, OneAndTwoClasses) {
  for (int classes : {1, 2}) {
    Trial one = yolox(classes);
    set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F});
    one.output().values[kStride8Cell23 * static_cast<std::size_t>(5 + classes) + 4 + static_cast<std::size_t>(classes)] = 0.5F;
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0].label, one.reading.labels[static_cast<std::size_t>(classes - 1)]);
    EXPECT_NEAR(*objects[0].confidence, 0.45, 1e-6);
  }
}

TEST(ReadYolox, IsPlacedInThePhoto) {
  Trial one = yolox();
  set(one, 9 * 0 + 64 + 16, {1, 1, std::log(0.4F), std::log(0.32F), 0.9F, 0.9F, 0, 0});  // stride 32, cell 0, 0
  expect_placed(one);
}

TEST(ReadYolox, ClampsToThePhotoAndDropsWhatLiesOutside) {
  Trial one = yolox();
  one.frame.width = 50;
  set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});
  set(one, kStride8Cell23 + 5, {0.5, 0.5, kLog2, kLog3, 0.9F, 0.1F, 0.8F, 0.2F});  // in the padding
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].box[2], 50);
}

TEST(ReadYolox, SuppressesAcrossClassesUnlessTheRecipeSaysOtherwise) {
  Trial one = yolox();
  set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.8F, 0, 0.9F, 0});
  set(one, kStride8Cell23 + 1, {-0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0.9F, 0});
  set(one, kStride8Cell23 - 1, {1.5, 0.5, kLog2, kLog3, 0.7F, 0.9F, 0, 0});
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].label, "dog");
  EXPECT_NEAR(*objects[0].confidence, 0.81, 1e-6);
  one.reading.recipe.nms_across_classes = false;
  EXPECT_EQ(one.objects().size(), 2U);
}

TEST(ReadYolox, TheRecipeRules) {
  Trial one = yolox();
  set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0.8F, 0});
  set(one, kStride32Cell01, {0.5, 0.5, 0, 0, 0.6F, 0, 0, 0.4F});
  EXPECT_EQ(one.objects().size(), 1U) << "0.24 is below the family's 0.30";
  one.reading.recipe.confidence_threshold = 0.2;
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.recipe.max_detections = 1;
  EXPECT_EQ(one.objects().size(), 1U);
}

TEST(ReadYolox, AClassWithoutALabelIsNumbered) {
  Trial one = yolox();
  one.reading.labels = {"cat", "", ""};
  set(one, kStride8Cell23, {0.5, 0.5, kLog2, kLog3, 0.9F, 0, 0, 0.8F});
  EXPECT_EQ(one.objects().at(0).label, "class_2");
}

TEST(ReadYolox, NumbersThatCannotBeAreRefused) {
  Trial one = yolox();
  expect_finite_needed(one, "output");
  set(one, kStride8Cell23, {0.5, 0.5, 0, 0, 8.0F, 0, 0.8F, 0});
  EXPECT_THAT(one.refused(), testing::HasSubstr("an objectness is outside 0..1")) << "8 is a logit";
  set(one, kStride8Cell23, {0.5, 0.5, 0, 0, -8.0F, 0, 0.8F, 0});
  EXPECT_THAT(one.refused(), testing::HasSubstr("an objectness is outside 0..1"));
  set(one, kStride8Cell23, {0.5, 0.5, 0, 0, 0.9F, 0, 1.8F, 0});
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class score is outside 0..1"));
  set(one, kStride8Cell23, {0.5, 0.5, 1000, 0, 0.9F, 0, 0.8F, 0});
  EXPECT_THAT(one.refused(), testing::HasSubstr("a box has no finite size")) << "exp(1000) is no width";
  one = yolox();
  one.output().shape[1] = 83;
  EXPECT_THAT(one.refused(), testing::HasSubstr("numbers for the shape"));
  one.output().values.resize(83 * 8);
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [84,8]"));
}

TEST(ReadYolov5, ScoreIsObjectnessTimesClass) {
  for (int classes : {1, 2, 3}) {
    Trial one = made("yolov5", classes, 252);
    set(one, 200, {32, 32, 12.8F, 10.24F, 0.8F});
    one.output().values[200 * static_cast<std::size_t>(5 + classes) + 4 + static_cast<std::size_t>(classes)] = 0.5F;
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0].label, one.reading.labels[static_cast<std::size_t>(classes - 1)]);
    EXPECT_NEAR(*objects[0].confidence, 0.4, 1e-6);
    expect_box(objects[0].box, kBoxInTensor);
    one.reading.recipe.confidence_threshold = 0.41;
    EXPECT_TRUE(one.objects().empty());
  }
}

TEST(ReadYolov5, IsPlacedInThePhoto) {
  Trial one = made("yolov5", 2, 252);
  set(one, 251, {32, 32, 12.8F, 10.24F, 0.9F, 0.1F, 0.9F});
  expect_placed(one);
}

TEST(ReadYolov5, SuppressesWithinAClass) {
  Trial one = made("yolov5", 2, 6);
  set(one, 0, {32, 32, 20, 20, 0.9F, 0.9F, 0});
  set(one, 1, {36, 32, 20, 20, 0.8F, 0.9F, 0});  // overlap 2/3: over the family's 0.45
  set(one, 2, {36, 32, 20, 20, 0.8F, 0, 0.9F});
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.recipe.nms_iou = 0.7;
  EXPECT_EQ(one.objects().size(), 3U);
}

TEST(ReadYolov5, WhatCannotBeIsRefused) {
  Trial one = made("yolov5", 2, 6);
  EXPECT_TRUE(one.objects().empty());
  expect_finite_needed(one, "output");
  set(one, 0, {32, 32, 20, 20, 3.0F, 0.9F, 0});
  EXPECT_THAT(one.refused(), testing::HasSubstr("an objectness is outside 0..1"));
  one.output().shape = {1, 7, 6};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?,7]"));
  one.output() = {{1, 0, 7}, {}};
  EXPECT_TRUE(one.objects().empty());
}

}  // namespace
}  // namespace darkroom::inference
