// A detector's scores are one row a class and one column an anchor. Going down the rows, a strip of columns at a time, reads memory in order and
// compares four columns in one step, while the strip's best so far stays in the first-level cache.
#include "inference/column_scan.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace darkroom::inference {
namespace {

using Vector = float __attribute__((vector_size(16)));
using Integers = std::int32_t __attribute__((vector_size(16)));

constexpr std::size_t kLanes = 4;
constexpr std::size_t kStrip = 1024;
constexpr std::int32_t kRows = 4;  // measured: 2 and 8 are slower
constexpr std::uint32_t kExponent = 0x7F80'0000;  // all ones in NaN and infinity

template <class Value>
Value load(const void* from) {
  Value value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

struct Strip {
  const float* scores = nullptr;  // of its first row
  std::size_t row_step = 0;
  std::size_t columns = 0;
  float* best = nullptr;
  std::int32_t* rows = nullptr;
};

// The next `count` rows of a strip, from `first` on, against the best so far. Answers non-zero when a number is too low; a comparison with NaN is
// false. Several rows at once, because the best so far is then loaded and stored less often.
template <std::int32_t count>
[[gnu::optimize("O3")]] std::int32_t take_better(const Strip& strip, std::int32_t first, Interval allowed) {
  Vector low = Vector{} + allowed.low;
  Integers good = ~Integers{};
  const float* scores = strip.scores + static_cast<std::size_t>(first) * strip.row_step;
  std::size_t i = 0;
  for (; i + kLanes <= strip.columns; i += kLanes) {
    auto best = load<Vector>(strip.best + i);
    auto row = load<Integers>(strip.rows + i);
    for (std::int32_t next = 0; next < count; ++next) {
      auto score = load<Vector>(scores + static_cast<std::size_t>(next) * strip.row_step + i);
      good &= score >= low;
      Integers better = score > best;
      best = better ? score : best;
      row = better ? Integers{} + (first + next) : row;
    }
    std::memcpy(strip.best + i, &best, sizeof best);
    std::memcpy(strip.rows + i, &row, sizeof row);
  }
  std::int32_t bad = ~(good[0] & good[1] & good[2] & good[3]);
  for (; i < strip.columns; ++i) {
    for (std::int32_t next = 0; next < count; ++next) {
      float score = scores[static_cast<std::size_t>(next) * strip.row_step + i];
      if (!(score >= allowed.low)) bad = 1;
      if (!(score > strip.best[i])) continue;
      strip.best[i] = score;
      strip.rows[i] = first + next;
    }
  }
  return bad;
}

}  // namespace

bool best_of_columns(std::span<const float> matrix, std::size_t columns, Interval allowed, ColumnBest& best) {
  best.value.resize(columns);
  best.row.assign(columns, 0);
  if (columns == 0) return true;
  assert(matrix.size() >= columns && matrix.size() % columns == 0);
  std::copy_n(matrix.begin(), columns, best.value.begin());
  std::int32_t bad = 0;
  auto rows = static_cast<std::int32_t>(matrix.size() / columns);
  for (std::size_t from = 0; from < columns; from += kStrip) {
    Strip strip{matrix.data() + from, columns, std::min(kStrip, columns - from), best.value.data() + from, best.row.data() + from};
    std::int32_t row = 0;
    for (; row + kRows <= rows; row += kRows) bad |= take_better<kRows>(strip, row, allowed);
    for (; row < rows; ++row) bad |= take_better<1>(strip, row, allowed);
  }
  // What is too high is the best of its column.
  return bad == 0 && std::ranges::all_of(best.value, [&](float value) { return value <= allowed.high; });
}

[[gnu::optimize("O3")]] bool all_finite(std::span<const float> values) {
  const float* from = values.data();
  std::size_t count = values.size();
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < count; ++i) bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(from[i]) & kExponent) == kExponent);
  return bad == 0;
}

}  // namespace darkroom::inference
