#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

using Runs = std::vector<int>;

std::vector<domain::Region> regions_of(const Trial& one) {
  Result<domain::Findings> found = one.read();
  EXPECT_TRUE(found) << found.error().message;
  return found ? found->regions : std::vector<domain::Region>{};
}

// A map of 4 x 4 whose left half is 10 and whose right half is -10.
Trial u2net() {
  Trial one("u2net", "mask", 1);
  one.reading.recipe.confidence_threshold.reset();
  one.output().shape = {1, 1, 4, 4};
  for (int i = 0; i < 16; ++i) one.output().values.push_back(i % 4 < 2 ? 10.0F : -10.0F);
  return one;
}

TEST(ReadU2net, TheForegroundIsTheUpperHalfOfTheRange) {
  Trial one = u2net();
  one.frame = {40, 20, {1.6, 3.2, 0, 0}};
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].label, "foreground");
  EXPECT_DOUBLE_EQ(regions[0].share, 0.5);
  EXPECT_EQ(regions[0].mask.width, 40);
  EXPECT_EQ(regions[0].mask.height, 20);
  Runs expected = {0};
  for (int row = 0; row < 20; ++row) expected.insert(expected.end(), {20, 20});
  EXPECT_EQ(regions[0].mask.runs, expected);
  one.reading.recipe.confidence_threshold = 0.75;
  EXPECT_LT(regions_of(one).at(0).share, 0.5) << "the edge between the halves is blended";
  one.reading.labels = {"product"};
  EXPECT_EQ(regions_of(one).at(0).label, "product");
}

TEST(ReadU2net, ACentreCropCoversItsPartOfThePhoto) {
  Trial one = u2net();
  one.frame = {192, 64, {1, 1, -64, 0}};
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 1U);
  expect_box(regions[0].mask.box, {64, 0, 128, 64});
  EXPECT_NEAR(regions[0].share, 1.0 / 6, 1e-9);
}

TEST(ReadU2net, ThePaddingOfALetterboxIsNoPartOfThePhoto) {
  Trial one = u2net();
  one.frame = {127, 33, {64.0 / 127, 64.0 / 127, 0, 24}};
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 1U);
  expect_box(regions[0].mask.box, {0, 0, 127, 33}, 1e-9);
  EXPECT_NEAR(regions[0].share, 0.5, 1.0 / 127);
}

TEST(ReadU2net, ALargePhotoGetsABoundedGrid) {
  Trial one = u2net();
  one.frame = {4001, 2001, {64.0 / 4001, 64.0 / 2001, 0, 0}};
  auto regions = regions_of(one);
  EXPECT_EQ(regions.at(0).mask.width, 320);
  EXPECT_EQ(regions.at(0).mask.height, 160);
}

TEST(ReadU2net, AFlatMapShowsNothing) {
  Trial one = u2net();
  one.output().values.assign(16, 0.3F);
  EXPECT_TRUE(regions_of(one).empty());
}

TEST(ReadU2net, WhatCannotBeIsRefused) {
  Trial one = u2net();
  expect_finite_needed(one, "output");
  one.output().values[0] = 3e38F;
  one.output().values[1] = -3e38F;
  EXPECT_THAT(one.refused(), testing::HasSubstr("too far apart"));
  one.output().shape = {1, 2, 2, 4};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?,?]"));
  one.output() = {{1, 1, 0, 4}, {}};
  EXPECT_THAT(one.refused(), testing::HasSubstr("impossible size"));
}

// Classes 0 2 / 2 2, over a photo of 2 x 2.
Trial semantic(int classes) {
  Trial one("semantic", "semantic", classes);
  one.reading.input_width = one.reading.input_height = 2;
  one.reading.recipe.confidence_threshold.reset();
  one.frame = {2, 2, {1, 1, 0, 0}};
  return one;
}

void expect_two_regions(const Trial& one) {
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 2U) << "class 1 is nowhere";
  EXPECT_EQ(regions[0].label, "class_2");
  EXPECT_DOUBLE_EQ(regions[0].share, 0.75);
  EXPECT_EQ(regions[0].mask.runs, (Runs{1, 3}));
  EXPECT_EQ(regions[1].label, "class_0");
  EXPECT_DOUBLE_EQ(regions[1].share, 0.25);
  EXPECT_EQ(regions[1].mask.runs, (Runs{0, 1, 3}));
  expect_box(regions[1].mask.box, {0, 0, 2, 2});
}

TEST(ReadSemantic, TheHighestLogitIsTheClass) {
  Trial one = semantic(3);
  one.output() = {{1, 3, 2, 2}, {5, -9, -9, -9, 1, -5, 0, 0, 2, -3, 0.5F, 0.5F}};
  expect_two_regions(one);
}

TEST(ReadSemantic, OrTheClassIsWrittenOut) {
  Trial one = semantic(3);
  one.output() = {{1, 2, 2}, {0, 2, 2, 2}};
  expect_two_regions(one);
  one.output().shape = {1, 1, 2, 2};
  expect_two_regions(one);
  one.reading.classes = 0;
  expect_two_regions(one);
}

TEST(ReadSemantic, TwoClasses) {
  Trial one = semantic(2);
  one.output() = {{1, 2, 2, 2}, {1, 0, 0, 0, 0, 1, 1, 1}};
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 2U);
  EXPECT_EQ(regions[0].label, "class_1");
}

TEST(ReadSemantic, ASingleLogitIsInsideOverZero) {
  Trial one = semantic(1);
  one.reading.labels = {"road"};
  one.output() = {{1, 1, 2, 2}, {-1, -1, 3, 3}};
  auto regions = regions_of(one);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].label, "road");
  EXPECT_EQ(regions[0].mask.runs, (Runs{2, 2}));
  one.output().values = {-1, -1, -1, -1};
  EXPECT_TRUE(regions_of(one).empty());
  one.output().values = {-1, -1, 3, 1};
  one.reading.recipe.confidence_threshold = 0.9;
  EXPECT_EQ(regions_of(one).at(0).mask.runs, (Runs{2, 1, 1})) << "the sigmoid of 1 is 0.73, that of 3 is 0.95";
}

TEST(ReadSemantic, ASingleScoreIsInsideOverAHalf) {
  Trial one = semantic(1);
  one.reading.recipe.activation = domain::Activation::none;
  one.output() = {{1, 1, 2, 2}, {0.1F, 0.4F, 0.6F, 0.9F}};
  EXPECT_EQ(regions_of(one).at(0).mask.runs, (Runs{2, 2}));
  one.reading.recipe.confidence_threshold = 0.8;
  EXPECT_EQ(regions_of(one).at(0).mask.runs, (Runs{3, 1}));
}

TEST(ReadSemantic, RegionsOfOnePhotoFillItExactly) {
  std::mt19937 random(23);
  for (int round = 0; round < 50; ++round) {
    Trial one("semantic", "semantic", 4);
    one.frame = {125, 75, placements()[static_cast<std::size_t>(round) % 3].placement};
    auto side = static_cast<std::int64_t>(1 + random() % 20);
    one.output().shape = {1, 4, side, side};
    for (std::int64_t i = 0; i < 4 * side * side; ++i) one.output().values.push_back(static_cast<float>(random() % 1000));
    double share = 0;
    std::vector<int> cover(125 * 75);
    for (const domain::Region& region : regions_of(one)) {
      share += region.share;
      ASSERT_EQ(region.mask.width * region.mask.height, 125 * 75);
      std::size_t cell = 0;
      for (std::size_t i = 0; i < region.mask.runs.size(); ++i) {
        for (int j = 0; j < region.mask.runs[i]; ++j, ++cell) cover[cell] += static_cast<int>(i % 2);
      }
      EXPECT_EQ(cell, cover.size());
    }
    EXPECT_NEAR(share, 1, 1e-9);
    EXPECT_EQ(cover, std::vector<int>(cover.size(), 1));
  }
}

TEST(ReadSemantic, WhatCannotBeIsRefused) {
  for (std::vector<std::int64_t> shape : {std::vector<std::int64_t>{1, 3, 2, 2}, {1, 3, 4}}) {
    Trial one = semantic(3);
    one.output() = {shape, std::vector<float>(12, 1)};
    expect_finite_needed(one, "output");
  }
  Trial one = semantic(3);
  one.output() = {{1, 2, 2}, {0, 3, 2, 2}};
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class number is outside 0..2"));
  one.output().values = {0, 0.5F, 2, 2};
  EXPECT_THAT(one.refused(), testing::HasSubstr("no whole number"));
  one.output() = {{1, 4, 2, 2}, std::vector<float>(16)};
  EXPECT_THAT(one.refused(), testing::HasSubstr("'output' came as [1,4,2,2], but was recognised as [3,?,?]"));
}

}  // namespace
}  // namespace darkroom::inference
