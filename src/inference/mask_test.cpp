#include "inference/mask.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace darkroom::inference {
namespace {

TEST(MaskGrid, ACellIsAPixelUntilTheSideIsTooLong) {
  Grid small = make_grid({10, 20, 40, 30}, 160);
  EXPECT_EQ(small.width, 30);
  EXPECT_EQ(small.height, 10);
  Grid large = make_grid({0, 0, 3200, 1000}, 160);
  EXPECT_EQ(large.width, 160);
  EXPECT_EQ(large.height, 50);
  Grid tall = make_grid({0, 0, 1, 100'000}, 160);
  EXPECT_EQ(tall.width, 1);
  EXPECT_EQ(tall.height, 160);
  Grid speck = make_grid({5.2, 5.2, 5.4, 5.3}, 160);
  EXPECT_EQ(speck.width * speck.height, 1);
}

// A photo of 16 x 8 at scale 2 below 8 rows of padding in a tensor of 32 x 32, over which the map has 8 x 8 cells of 4 pixels.
const MapPlace kPlace = {{2, 2, 0, 8}, 32, 32, 8, 8};

TEST(MaskTaps, TheMiddleOfACellLiesBetweenTheMiddlesOfTheMap) {
  Taps taps = make_taps({{0, 0, 16, 8}, 16, 8}, kPlace);
  ASSERT_EQ(taps.across.size(), 16U);
  ASSERT_EQ(taps.down.size(), 8U);
  // Column 2: photo 2.5, tensor 5, map 5 / 4 - 0.5 = 0.75.
  EXPECT_EQ(taps.across[2].low, 0);
  EXPECT_EQ(taps.across[2].high, 1);
  EXPECT_FLOAT_EQ(taps.across[2].weight, 0.75F);
  EXPECT_EQ(taps.across[2].nearest(), 1);
  // Row 1: photo 1.5, tensor 11, map 2.25.
  EXPECT_EQ(taps.down[1].low, 2);
  EXPECT_FLOAT_EQ(taps.down[1].weight, 0.25F);
  EXPECT_EQ(taps.down[1].nearest(), 2);
  // The edges repeat: photo 0.5, tensor 1, map -0.25.
  EXPECT_EQ(taps.across[0].low, 0);
  EXPECT_EQ(taps.across[0].weight, 0);
  EXPECT_EQ(taps.across[15].low, 7);
  EXPECT_EQ(taps.across[15].high, 7);
}

TEST(MaskTaps, BlendIsBilinear) {
  const std::vector<float> map = {0, 10, 20, 30};
  EXPECT_FLOAT_EQ(blend(map, 2, {0, 1, 0.5F}, {0, 1, 0.25F}), 10);
  EXPECT_FLOAT_EQ(blend(map, 2, {1, 1, 0}, {1, 1, 0}), 30);
}

using Cells = std::vector<std::uint8_t>;
using Runs = std::vector<int>;

TEST(MaskRuns, BeginOutside) {
  EXPECT_EQ(runs_of(Cells{0, 0, 1, 1, 1, 0}), (Runs{2, 3, 1}));
  EXPECT_EQ(runs_of(Cells{1, 0, 0}), (Runs{0, 1, 2}));
  EXPECT_EQ(runs_of(Cells{0, 0, 0}), (Runs{3}));
  EXPECT_EQ(runs_of(Cells{1, 1}), (Runs{0, 2}));
}

TEST(MaskRuns, GiveTheCellsBack) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    Cells cells(1 + random() % 200);
    for (auto& cell : cells) cell = random() % 4 < static_cast<unsigned>(round % 5) ? 1 : 0;
    Runs runs = runs_of(cells);
    Cells back;
    for (std::size_t i = 0; i < runs.size(); ++i) back.insert(back.end(), static_cast<std::size_t>(runs[i]), static_cast<std::uint8_t>(i % 2));
    EXPECT_EQ(back, cells);
  }
}

}  // namespace
}  // namespace darkroom::inference
