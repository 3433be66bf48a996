#include "inference/column_scan.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace darkroom::inference {
namespace {

using Limits = std::numeric_limits<float>;

TEST(ColumnScan, FindsTheBestRowOfEachColumn) {
  const std::vector<float> matrix = {0.1F, 0.9F, 0.3F,   //
                                     0.2F, 0.8F, 0.3F,   //
                                     0.0F, 0.1F, 0.4F};
  ColumnBest best;
  ASSERT_TRUE(best_of_columns(matrix, 3, {0, 1}, best));
  EXPECT_EQ(best.value, (std::vector<float>{0.2F, 0.9F, 0.4F}));
  EXPECT_EQ(best.row, (std::vector<std::int32_t>{1, 0, 2}));
}

TEST(ColumnScan, OfEqualValuesTheFirstRowWins) {
  ColumnBest best;
  ASSERT_TRUE(best_of_columns(std::vector<float>(5 * 9, 0.5F), 9, {0, 1}, best));
  EXPECT_EQ(best.row, std::vector<std::int32_t>(9, 0));
}

TEST(ColumnScan, NoColumnsAreGood) {
  ColumnBest best;
  EXPECT_TRUE(best_of_columns({}, 0, {0, 1}, best));
  EXPECT_TRUE(best.value.empty());
}

// The same as looking at every number, for sizes around the vectors and strips, and below zero.
TEST(ColumnScan, AgreesWithTheNaiveWay) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> number(-1, 1);
  for (std::size_t columns : {1U, 3U, 4U, 5U, 8U, 84U, 1023U, 1024U, 1025U, 2051U}) {
    for (std::size_t rows : {1U, 2U, 3U, 80U}) {
      std::vector<float> matrix(rows * columns);
      for (float& value : matrix) value = number(random);
      ColumnBest best;
      ASSERT_TRUE(best_of_columns(matrix, columns, {-1, 1}, best));
      for (std::size_t column = 0; column < columns; ++column) {
        std::size_t expected = 0;
        for (std::size_t row = 1; row < rows; ++row) {
          if (matrix[row * columns + column] > matrix[expected * columns + column]) expected = row;
        }
        ASSERT_EQ(best.row[column], static_cast<std::int32_t>(expected)) << columns << " " << rows << " " << column;
        ASSERT_EQ(best.value[column], matrix[expected * columns + column]);
      }
    }
  }
}

TEST(ColumnScan, ANumberThatIsNotAllowedIsSeenWhereverItStands) {
  constexpr std::size_t kColumns = 13;
  std::vector<float> matrix(3 * kColumns, 0.5F);
  ColumnBest best;
  for (float bad : {-0.1F, 1.1F, Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity()}) {
    for (float& value : matrix) {
      value = bad;
      EXPECT_FALSE(best_of_columns(matrix, kColumns, {0, 1}, best)) << bad << " at " << &value - matrix.data();
      value = 0.5F;
    }
  }
  EXPECT_TRUE(best_of_columns(matrix, kColumns, {0, 1}, best));
}

TEST(ColumnScan, FiniteIsNeitherNanNorInfinity) {
  std::vector<float> values = {0, -0.0F, Limits::max(), Limits::lowest(), Limits::denorm_min()};
  for (int i = 0; i < 20; ++i) values.push_back(1.5F);
  EXPECT_TRUE(all_finite(values));
  EXPECT_TRUE(all_finite({}));
  for (float& value : values) {
    for (float bad : {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::infinity(),
                      -Limits::infinity()}) {
      float good = value;
      value = bad;
      EXPECT_FALSE(all_finite(values)) << bad;
      value = good;
    }
  }
}

}  // namespace
}  // namespace darkroom::inference
