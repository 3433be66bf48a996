// What the YOLO families write behind the scores: masks, keypoints and angles, in both directions of the table.
#include "inference/reading_for_test.h"

#include <numbers>

namespace darkroom::inference {
namespace {

using std::numbers::pi;
constexpr auto kQuarter = static_cast<float>(pi / 2);

// Rows of fields, as the rows of YOLOv5 and the end-to-end models, or as the columns of YOLOv8.
Trial made(const std::string& family, const std::string& task, int classes, const std::vector<std::vector<float>>& anchors) {
  Trial one(family, task, classes);
  one.reading.recipe.nms_iou = 0.5;
  std::size_t count = anchors.size();
  std::size_t fields = anchors.at(0).size();
  bool by_column = family == "yolov8";
  one.output().shape = {1, static_cast<std::int64_t>(by_column ? fields : count), static_cast<std::int64_t>(by_column ? count : fields)};
  one.output().values.resize(count * fields);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < fields; ++j) one.output().values[by_column ? j * count + i : i * fields + j] = anchors[i].at(j);
  }
  return one;
}

void expect_corners(const domain::DetectedObject& object, const std::array<double, 8>& expected) {
  ASSERT_TRUE(object.corners);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR((*object.corners)[i], expected[i], 1e-4) << i;
}

TEST(ReadOriented, CornersAndTheBoxAroundThem) {
  for (Trial one : {made("yolov8", "obb", 2, {{32, 32, 20, 10, 0.1F, 0.9F, kQuarter}}),
                   made("yolo_end2end", "obb", 2, {{32, 32, 20, 10, 0.9F, 1, kQuarter}})}) {
    SCOPED_TRACE(one.reading.recipe.family);
    one.frame = {128, 100, {0.5, 0.5, 0, 4}};
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0].label, "class_1");
    expect_box(objects[0].box, {54, 36, 74, 76});
    expect_corners(objects[0], {74, 36, 74, 76, 54, 76, 54, 36});
  }
}

TEST(ReadOriented, StretchedCornersAreMappedOneByOne) {
  double side = 10 * std::sqrt(2.0);
  Trial one = made("yolov8", "obb", 1, {{32, 32, static_cast<float>(side), static_cast<float>(side), 0.9F, static_cast<float>(pi / 4)}});
  one.frame = {128, 32, {0.5, 2, 0, 0}};
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  expect_corners(objects[0], {64, 11, 84, 16, 64, 21, 44, 16});
  expect_box(objects[0].box, {44, 11, 84, 21});
}

TEST(ReadOriented, CrossedBoxesOverlapLittleThoughTheBoxesAroundThemAreTheSame) {
  auto turn = static_cast<float>(pi / 4);
  Trial one = made("yolov8", "obb", 1, {{32, 32, 40, 4, 0.9F, turn}, {32, 32, 40, 4, 0.8F, 3 * turn}, {32, 33, 40, 4, 0.7F, turn}});
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 2U) << "the third lies along the first";
  EXPECT_NEAR(*objects[1].confidence, 0.8, 1e-6);
  expect_box(objects[0].box, objects[1].box, 1e-3);
}

TEST(ReadOriented, CornersOutsideStayAndWildOnesAreBroughtNear) {
  Trial one = made("yolov8", "obb", 1, {{60, 32, 20, 10, 0.9F, 0}});
  expect_corners(one.objects().at(0), {50, 27, 70, 27, 70, 37, 50, 37});
  EXPECT_EQ(one.objects().at(0).box[2], 64);
  one = made("yolov8", "obb", 1, {{32, 32, 1e30F, 10, 0.9F, 0}});
  expect_corners(one.objects().at(0), {-64, 27, 128, 27, 128, 37, -64, 37});
  one = made("yolov8", "obb", 1, {{32, 32, -20, 10, 0.9F, 0}});
  EXPECT_TRUE(one.objects().empty()) << "a side below zero";
}

TEST(ReadPose, KeypointsInThePhoto) {
  const std::vector<float> points = {10, 20, 0.9F, 40, 50, 0.1F};
  std::vector<float> column = {32, 32, 20, 20, 0.8F};
  std::vector<float> row = {22, 22, 42, 42, 0.8F, 0};
  column.insert(column.end(), points.begin(), points.end());
  row.insert(row.end(), points.begin(), points.end());
  for (Trial one : {made("yolov8", "pose", 1, {column}), made("yolo_end2end", "pose", 1, {row})}) {
    SCOPED_TRACE(one.reading.recipe.family);
    one.reading.recipe.keypoints = 2;
    one.reading.keypoint_fields = 3;
    one.frame = {128, 100, {0.5, 0.5, 0, 4}};
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    expect_box(objects[0].box, {44, 36, 84, 76});
    ASSERT_EQ(objects[0].keypoints.size(), 2U);
    EXPECT_DOUBLE_EQ(objects[0].keypoints[0].x, 20);
    EXPECT_DOUBLE_EQ(objects[0].keypoints[0].y, 32);
    EXPECT_NEAR(*objects[0].keypoints[0].confidence, 0.9, 1e-6);
    EXPECT_DOUBLE_EQ(objects[0].keypoints[1].x, 80);
    EXPECT_DOUBLE_EQ(objects[0].keypoints[1].y, 92);
  }
}

TEST(ReadYolo, SharesOfTheSidesArePlacedLikePixels) {
  auto of_sides = [](Trial one) {
    one.reading.recipe.box_unit = domain::BoxUnit::shares;
    one.reading.input_height = 32;
    return one;
  };
  expect_box(of_sides(made("yolov8", "detect", 1, {{0.5F, 0.5F, 0.25F, 0.5F, 0.9F}})).objects().at(0).box, {24, 8, 40, 24});
  expect_box(of_sides(made("yolov5", "detect", 1, {{0.5F, 0.5F, 0.25F, 0.5F, 0.9F, 1}})).objects().at(0).box, {24, 8, 40, 24});
  expect_corners(of_sides(made("yolov8", "obb", 1, {{0.5F, 0.5F, 0.25F, 0.5F, 0.9F, 0}})).objects().at(0), {24, 8, 40, 8, 40, 24, 24, 24});
  Trial pose = of_sides(made("yolov8", "pose", 1, {{0.5F, 0.5F, 0.25F, 0.5F, 0.9F, 0.25F, 0.75F}}));
  pose.reading.recipe.keypoints = 1;
  pose.reading.keypoint_fields = 2;
  const domain::Keypoint point = pose.objects().at(0).keypoints.at(0);
  EXPECT_EQ(std::pair(point.x, point.y), std::pair(16.0, 24.0));
}

TEST(ReadPose, TwoFieldsHaveNoConfidenceAndMayLieOutside) {
  Trial one = made("yolov8", "pose", 2, {{32, 32, 20, 20, 0.1F, 0.8F, -5, 70, 1e9F, -1e9F}});
  one.reading.recipe.keypoints = 2;
  one.reading.keypoint_fields = 2;
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_FALSE(objects[0].keypoints[0].confidence);
  EXPECT_EQ(objects[0].keypoints[0].x, -5);
  EXPECT_EQ(objects[0].keypoints[0].y, 70);
  EXPECT_EQ(objects[0].keypoints[1].x, 128) << "a wild one is brought near";
  EXPECT_EQ(objects[0].keypoints[1].y, -64);
}

TEST(ReadPose, WhatCannotBeIsRefused) {
  Trial one = made("yolov8", "pose", 1, {{32, 32, 20, 20, 0.8F, 10, 20, 3.5F}});
  EXPECT_THAT(one.refused(), testing::HasSubstr("name it as keypoints in the model's recipe"));
  one.reading.recipe.keypoints = 1;
  one.reading.keypoint_fields = 3;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a keypoint's visibility is outside 0..1"));
  one.output().values[7] = 0.5F;
  EXPECT_EQ(one.refused(), "");
  expect_finite_needed(one, "output");
  one.reading.recipe.keypoints = 2;
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [11,?]"));
}

// Two prototypes of 8 x 8 over 64 pixels: the left half is 1 and the right -1; and the upper half is 1 and the lower -1.
Trial segment(const std::string& family, std::vector<float> fields, float left, float upper) {
  fields.insert(fields.end(), {left, upper});
  Trial one = made(family, "segment", 1, {fields});
  one.reading.mask_coefficients = 2;
  one.tensors["prototypes"].shape = {1, 2, 8, 8};
  for (int i = 0; i < 64; ++i) one.tensors["prototypes"].values.push_back(i % 8 < 4 ? 1 : -1);
  for (int i = 0; i < 64; ++i) one.tensors["prototypes"].values.push_back(i < 32 ? 1 : -1);
  return one;
}

TEST(ReadSegment, AMaskIsAMixtureOfPrototypesWithinTheBox) {
  for (const Trial& one : {segment("yolov8", {32, 32, 32, 16, 0.9F}, 1, 0), segment("yolov5", {32, 32, 32, 16, 0.9F, 1}, 1, 0),
                          segment("yolo_end2end", {16, 24, 48, 40, 0.9F, 0}, 1, 0)}) {
    SCOPED_TRACE(one.reading.recipe.family);
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    ASSERT_TRUE(objects[0].mask);
    const domain::Mask& mask = *objects[0].mask;
    expect_box(mask.box, {16, 24, 48, 40});
    EXPECT_EQ(mask.width, 32);
    EXPECT_EQ(mask.height, 16);
    std::vector<int> expected = {0};  // in every row the 16 cells left of the middle
    for (int row = 0; row < 16; ++row) expected.insert(expected.end(), {16, 16});
    EXPECT_EQ(mask.runs, expected);
  }
}

TEST(ReadSegment, CoefficientsAddUp) {
  auto cells = [](float left, float upper) {
    auto mask = segment("yolov8", {32, 32, 32, 32, 0.9F}, left, upper).objects().at(0).mask;
    int inside = 0;
    for (std::size_t i = 1; i < mask->runs.size(); i += 2) inside += mask->runs[i];
    return inside;
  };
  EXPECT_EQ(cells(0, 1), 32 * 16);
  EXPECT_EQ(cells(0, 0), 0) << "0 is not inside";
  EXPECT_EQ(cells(2, 1), 32 * 16) << "the stronger one decides";
  // The upper left quarter; 4 cells further for the 12 rows and columns in which the other is 1, since the edges are blended over 8 cells; and of the
  // two squares of 4 x 4 at the edges' ends the 6 cells beyond the diagonal, on which the sum is 0.
  EXPECT_EQ(cells(1, 1), 16 * 16 + 2 * 4 * 12 + 2 * 6);
}

TEST(ReadSegment, LiesInThePhotoWhateverThePlacement) {
  Trial one = segment("yolov8", {32, 32, 32, 16, 0.9F}, 1, 0);
  one.frame = {320, 320, {0.2, 0.2, 0, 0}};
  auto mask = one.objects().at(0).mask;
  expect_box(mask->box, {80, 120, 240, 200});
  EXPECT_EQ(mask->width, 160);
  EXPECT_EQ(mask->height, 80);
  EXPECT_EQ(mask->runs[1], 80);
  one.frame = {3201, 1601, {0.02, 0.02, 0, 16}};  // 32 rows below 16 rows of padding
  mask = one.objects().at(0).mask;
  expect_box(mask->box, {800, 400, 2400, 1200});
  EXPECT_EQ(mask->width, 160) << "never more cells";
  EXPECT_EQ(mask->runs[1], 80);
  EXPECT_EQ(one.objects().at(0).box, mask->box);
}

TEST(ReadSegment, WhatCannotBeIsRefused) {
  Trial one = segment("yolov8", {32, 32, 32, 16, 0.9F}, 1, 0);
  expect_finite_needed(one, "output");
  expect_finite_needed(one, "prototypes");
  one.tensors["prototypes"].shape = {1, 4, 8, 4};
  EXPECT_THAT(one.refused(), testing::HasSubstr("'prototypes' came as [1,4,8,4], but was recognised as [2,?,?]"));
  one.tensors["prototypes"] = {{1, 2, 0, 8}, {}};
  EXPECT_THAT(one.refused(), testing::HasSubstr("impossible size"));
  one.tensors.erase("prototypes");
  EXPECT_THAT(one.refused(), testing::HasSubstr("no tensor for 'prototypes'"));
  one.reading.mask_coefficients = 0;
  EXPECT_THAT(one.refused(), testing::HasSubstr("mask coefficients"));
}

TEST(ReadSegment, NoiseIsNotKept) {
  std::vector<std::vector<float>> anchors(40, {160, 160, 320, 320, 0.9F, 1});
  Trial one = made("yolov8", "segment", 1, anchors);
  one.reading.recipe.nms_iou = 1;
  one.reading.mask_coefficients = 1;
  one.reading.input_width = one.reading.input_height = 320;
  one.frame = {320, 320, {1, 1, 0, 0}};
  one.tensors["prototypes"].shape = {1, 1, 160, 160};
  for (int i = 0; i < 160 * 160; ++i) one.tensors["prototypes"].values.push_back((i + i / 160) % 2 == 0 ? 1.0F : -1.0F);
  EXPECT_THAT(one.refused(), testing::HasSubstr("ragged like noise"));
}

}  // namespace
}  // namespace darkroom::inference
