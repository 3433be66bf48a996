// YOLO models that choose by themselves.
#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

Trial made(int classes, std::vector<std::vector<float>> rows, std::size_t padding = 3) {
  Trial one("yolo_end2end", "detect", classes);
  one.reading.labels = {"cat", "dog", "bird"};
  for (std::size_t i = 0; i < padding; ++i) rows.push_back(std::vector<float>(6));
  for (const auto& row : rows) std::ranges::copy(row, std::back_inserter(one.output().values));
  one.output().shape = {1, static_cast<std::int64_t>(rows.size()), 6};
  return one;
}

TEST(ReadEnd2end, ReadsRowsAndPassesOverThePadding) {
  for (int classes : {1, 2, 3}) {
    Trial one = made(classes, {{25.6F, 26.88F, 38.4F, 37.12F, 0.5F, static_cast<float>(classes - 1)}});
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    EXPECT_EQ(objects[0].label, one.reading.labels[static_cast<std::size_t>(classes - 1)]);
    EXPECT_DOUBLE_EQ(*objects[0].confidence, 0.5);
    expect_box(objects[0].box, kBoxInTensor);
    one.reading.recipe.confidence_threshold = 0;
    EXPECT_EQ(one.objects().size(), 1U) << "rows of zeros are no objects, whatever the threshold";
  }
}

TEST(ReadEnd2end, IsPlacedInThePhoto) {
  Trial one = made(2, {{25.6F, 26.88F, 38.4F, 37.12F, 0.5F, 1}});
  expect_placed(one);
}

TEST(ReadEnd2end, SuppressesNothingAndAnswersBestFirst) {
  Trial one = made(1, {{10, 10, 30, 30, 0.5F, 0}, {10, 10, 30, 30, 0.9F, 0}, {10, 10, 30, 30, 0.2F, 0}});
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_NEAR(*objects[0].confidence, 0.9, 1e-6);
  one.reading.recipe.max_detections = 1;
  EXPECT_EQ(one.objects().size(), 1U);
}

TEST(ReadEnd2end, NothingIsAGoodAnswer) {
  EXPECT_TRUE(made(2, {}).objects().empty());
  EXPECT_TRUE(made(2, {}, 0).objects().empty());
}

TEST(ReadEnd2end, WhatCannotBeIsRefused) {
  Trial one = made(2, {{10, 10, 30, 30, 0.5F, 1}});
  expect_finite_needed(one, "output");
  EXPECT_THAT(made(2, {{10, 10, 30, 30, 0.5F, 2}}).refused(), testing::HasSubstr("a class number is outside 0..1"));
  EXPECT_THAT(made(2, {{10, 10, 30, 30, 0.5F, -1}}).refused(), testing::HasSubstr("a class number is outside 0..1"));
  EXPECT_THAT(made(2, {{10, 10, 30, 30, 0.5F, 1e30F}}).refused(), testing::HasSubstr("a class number is outside"));
  EXPECT_THAT(made(2, {{10, 10, 30, 30, 0.5F, 0.5F}}).refused(), testing::HasSubstr("no whole number"));
  EXPECT_THAT(made(2, {{10, 10, 30, 30, 40.0F, 1}}).refused(), testing::HasSubstr("a score is outside 0..1"));
  one.output().shape = {1, 6, 4};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?,6]"));
}

}  // namespace
}  // namespace darkroom::inference
