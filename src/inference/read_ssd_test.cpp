#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

// y1, x1, y2, x2 of kBoxInTensor as shares.
Trial ssd() {
  Trial one("ssd", "detect", 2);
  one.reading.labels = {"cat", "dog"};
  one.tensors["boxes"] = {{1, 3, 4}, {0.42F, 0.4F, 0.58F, 0.6F, 0, 0, 0, 0, 0, 0, 1, 1}};
  one.tensors["labels"] = {{1, 3}, {2, 1, 1}};
  one.tensors["scores"] = {{1, 3}, {0.75F, 0.1F, 0.9F}};
  one.tensors["count"] = {{1}, {2}};
  return one;
}

TEST(ReadSsd, BoxesBeginWithYAndLabelsWithOne) {
  Trial one = ssd();
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U) << "the third row is not used";
  EXPECT_EQ(objects[0].label, "dog");
  EXPECT_DOUBLE_EQ(*objects[0].confidence, 0.75);
  expect_placed(one);
}

TEST(ReadSsd, AllRowsOrNone) {
  Trial one = ssd();
  one.tensors["count"].values = {3};
  EXPECT_EQ(one.objects().size(), 2U);
  EXPECT_NEAR(*one.objects()[0].confidence, 0.9, 1e-6);
  one.tensors["count"] = {{}, {0}};
  EXPECT_TRUE(one.objects().empty());
  one.reading.recipe.confidence_threshold.reset();
  one.tensors["count"].values = {1};
  one.tensors["scores"].values[0] = 0.49F;
  EXPECT_TRUE(one.objects().empty()) << "the family's own threshold is 0.5";
}

TEST(ReadSsd, WhatCannotBeIsRefused) {
  Trial one = ssd();
  for (const char* role : {"scores", "labels", "boxes"}) expect_finite_needed(one, role);
  for (float count : {-1.0F, 4.0F, 1.5F, kNan}) {
    one.tensors["count"].values = {count};
    EXPECT_THAT(one.refused(), testing::HasSubstr("'count' is not a number of rows between 0 and 3")) << count;
  }
  one.tensors["count"] = {{2}, {1, 1}};
  EXPECT_THAT(one.refused(), testing::HasSubstr("'count' is not one number"));
  one.tensors.erase("count");
  EXPECT_THAT(one.refused(), testing::HasSubstr("no tensor for 'count'"));
  for (float label : {0.0F, 3.0F}) {
    one = ssd();
    one.tensors["labels"].values[0] = label;
    EXPECT_THAT(one.refused(), testing::HasSubstr("a class number is outside 1..2"));
  }
  one = ssd();
  one.tensors["boxes"].values[0] = 300;
  EXPECT_THAT(one.refused(), testing::HasSubstr("not in shares of the picture"));
}

Trial ultraface() {
  Trial one("ultraface", "detect", 1);
  one.tensors["boxes"] = {{1, 3, 4}, {0.4F, 0.42F, 0.6F, 0.58F, 0.41F, 0.42F, 0.61F, 0.58F, 0.1F, 0.1F, 0.2F, 0.2F}};
  one.tensors["scores"] = {{1, 3, 2}, {0.1F, 0.9F, 0.2F, 0.8F, 0.95F, 0.05F}};
  return one;
}

TEST(ReadUltraface, FacesThatOverlapAreOne) {
  Trial one = ultraface();
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].label, "face");
  EXPECT_NEAR(*objects[0].confidence, 0.9, 1e-6);
  expect_placed(one);
  one.reading.recipe.nms_iou = 0.95;
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.labels = {"BACKGROUND", "visage"};
  EXPECT_EQ(one.objects()[0].label, "visage");
}

TEST(ReadUltraface, WhatCannotBeIsRefused) {
  Trial one = ultraface();
  for (const char* role : {"scores", "boxes"}) expect_finite_needed(one, role);
  one.tensors["scores"].values[1] = 2;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a face's score is outside 0..1"));
  one.tensors["scores"].values = {1, 0, 1, 0, 1, 0};
  EXPECT_TRUE(one.objects().empty());
  one.tensors["boxes"].shape = {1, 4, 3};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [3,4]"));
  one.tensors["scores"].shape = {1, 2, 3};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?,2]"));
}

}  // namespace
}  // namespace darkroom::inference
