// Where sides swap, rows wait in a strip of 32: each upright row then gets 32 neighbouring pixels at once, which the caches like
// far better than one pixel in each of thousands of rows.
#include "imaging/orient.h"

#include <algorithm>
#include <array>
#include <utility>

namespace darkroom::imaging {
namespace {

constexpr int kStripRows = 32;

struct Turn {
  bool swaps_sides, flips_x, flips_y;
};
constexpr std::array<Turn, 8> kTurns = {{{false, false, false},
                                         {false, true, false},
                                         {false, true, true},
                                         {false, false, true},
                                         {true, false, false},
                                         {true, true, false},
                                         {true, true, true},
                                         {true, false, true}}};

Turn turn_of(int orientation) {
  return orientation >= 1 && orientation <= 8 ? kTurns[static_cast<std::size_t>(orientation - 1)] : kTurns[0];
}

std::size_t row_bytes(Size size) { return static_cast<std::size_t>(size.width) * 3; }

}  // namespace

Size upright(Size stored, int orientation) {
  return turn_of(orientation).swaps_sides ? Size{stored.height, stored.width} : stored;
}

Overhang upright_overhang(double right, double bottom, int orientation) {
  Turn turn = turn_of(orientation);
  if (turn.swaps_sides) std::swap(right, bottom);
  Overhang overhang;
  (turn.flips_x ? overhang.left : overhang.right) = right;
  (turn.flips_y ? overhang.top : overhang.bottom) = bottom;
  return overhang;
}

UprightRows::UprightRows(Pixels& target, Size stored, int orientation)
    : target_(target),
      stored_(stored),
      swaps_sides_(turn_of(orientation).swaps_sides),
      flips_x_(turn_of(orientation).flips_x),
      flips_y_(turn_of(orientation).flips_y),
      strip_(swaps_sides_ ? row_bytes(stored) * kStripRows : 0) {}

std::uint8_t* UprightRows::row(int y) {
  if (swaps_sides_) return strip_.data() + static_cast<std::size_t>(y % kStripRows) * row_bytes(stored_);
  return target_.row(flips_y_ ? stored_.height - 1 - y : y);
}

void UprightRows::finish_row(int y) {
  if (swaps_sides_) {
    if (y % kStripRows == kStripRows - 1 || y == stored_.height - 1) turn_strip(y);
  } else if (flips_x_) {
    mirror(row(y));
  }
}

void UprightRows::mirror(std::uint8_t* row) const {
  std::uint8_t* right = row + row_bytes(stored_) - 3;
  for (std::uint8_t* left = row; left < right; left += 3, right -= 3) std::swap_ranges(left, left + 3, right);
}

void UprightRows::turn_strip(int last_row) {
  int rows = last_row % kStripRows + 1;
  int first_row = last_row - rows + 1;
  std::size_t stride = row_bytes(stored_);
  std::ptrdiff_t step = flips_x_ ? -3 : 3;
  for (int x = 0; x < stored_.width; ++x) {
    std::uint8_t* line = target_.row(flips_y_ ? stored_.width - 1 - x : x);
    std::uint8_t* to = line + static_cast<std::size_t>(flips_x_ ? stored_.height - 1 - first_row : first_row) * 3;
    const std::uint8_t* from = strip_.data() + static_cast<std::size_t>(x) * 3;
    for (int i = 0; i < rows; ++i, from += stride, to += step) {
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
    }
  }
}

}  // namespace darkroom::imaging
