// The best row of every column of a matrix that lies row by row in memory, without transposing it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace darkroom::inference {

struct Interval {
  float low = 0;
  float high = 1;
};

struct ColumnBest {
  std::vector<float> value;
  std::vector<std::int32_t> row;  // of equal values the first
};

// `matrix` holds at least one row of `columns` numbers. False when a number lies outside `allowed` or is NaN; then `best` means nothing.
bool best_of_columns(std::span<const float> matrix, std::size_t columns, Interval allowed, ColumnBest& best);

// Neither NaN nor infinity among them.
bool all_finite(std::span<const float> values);

}  // namespace darkroom::inference
