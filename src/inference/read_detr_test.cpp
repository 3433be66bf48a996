#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

Trial rtdetr() {
  Trial one("rtdetr", "detect", 3);
  one.reading.labels = {"cat", "dog", "bird"};
  one.reading.recipe.confidence_threshold.reset();
  one.frame = {1001, 501, {0.06, 0.12, 0, 0}};
  one.tensors["scores"] = {{1, 3}, {0.7F, 0.9F, 0.5F}};
  one.tensors["labels"] = {{1, 3}, {0, 2, 1}};
  one.tensors["boxes"] = {{1, 3, 4}, {10, 20, 300, 400, -5, 30, 1100, 501, 1, 2, 3, 4}};
  return one;
}

TEST(ReadRtdetr, BoxesAreInPixelsOfThePhotoAlready) {
  Trial one = rtdetr();
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 2U) << "0.5 is below the family's 0.6";
  EXPECT_EQ(objects[0].label, "bird");
  expect_box(objects[0].box, {0, 30, 1001, 501});
  EXPECT_EQ(objects[1].label, "cat");
  expect_box(objects[1].box, {10, 20, 300, 400});
  one.reading.recipe.confidence_threshold = 0.5;
  EXPECT_EQ(one.objects().size(), 3U);
  one.reading.recipe.max_detections = 1;
  EXPECT_EQ(one.objects().size(), 1U);
}

TEST(ReadRtdetr, NothingIsAGoodAnswer) {
  Trial one = rtdetr();
  one.tensors["scores"].values = {0, 0, 0};
  EXPECT_TRUE(one.objects().empty());
  one.tensors = {{"scores", {{1, 0}, {}}}, {"labels", {{1, 0}, {}}}, {"boxes", {{1, 0, 4}, {}}}};
  EXPECT_TRUE(one.objects().empty());
}

TEST(ReadRtdetr, WhatCannotBeIsRefused) {
  Trial one = rtdetr();
  for (const char* role : {"scores", "labels", "boxes"}) expect_finite_needed(one, role);
  one.tensors["labels"].values[1] = 3;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class number is outside 0..2"));
  one.reading.classes = 0;
  EXPECT_EQ(one.objects().at(0).label, "class_3") << "the file does not say how many there are";
  one.tensors["labels"].values[1] = 1e6F;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class number is outside"));
  one = rtdetr();
  one.tensors["scores"].values[2] = -2;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a score is outside 0..1"));
  one = rtdetr();
  one.tensors["labels"] = {{1, 2}, {0, 1}};
  EXPECT_THAT(one.refused(), testing::HasSubstr("'labels' came as [1,2], but was recognised as [3]"));
  one = rtdetr();
  one.tensors["boxes"].shape = {1, 4, 3};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [3,4]"));
}

Trial ultralytics(int classes) {
  Trial one("rtdetr_ultralytics", "detect", classes);
  one.output().shape = {1, 2, 4 + classes};
  one.output().values.resize(static_cast<std::size_t>(2 * (4 + classes)));
  std::ranges::copy(std::array{0.5F, 0.5F, 0.2F, 0.16F}, one.output().values.begin());
  return one;
}

TEST(ReadRtdetrUltralytics, BoxesAreSharesOfTheTensor) {
  for (int classes : {1, 2, 3}) {
    Trial one = ultralytics(classes);
    one.output().values[static_cast<std::size_t>(4 + classes - 1)] = 0.5F;
    EXPECT_EQ(one.objects().at(0).label, "class_" + std::to_string(classes - 1));
    EXPECT_DOUBLE_EQ(*one.objects().at(0).confidence, 0.5);
    expect_placed(one);
  }
}

TEST(ReadRtdetrUltralytics, WhatCannotBeIsRefused) {
  Trial one = ultralytics(2);
  EXPECT_TRUE(one.objects().empty());
  expect_finite_needed(one, "output");
  one.output().values[4] = 7;
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class score is outside 0..1"));
  one.output().values[4] = 0.9F;
  one.output().values[0] = 320;
  EXPECT_THAT(one.refused(), testing::HasSubstr("not in shares of the picture"));
  one.reading.classes = 3;
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?,7]"));
}

}  // namespace
}  // namespace darkroom::inference
