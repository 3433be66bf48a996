// Turns a photo upright while its rows arrive, so that no second copy of it is needed. Orientations are EXIF's (1..8): where the
// stored first row and first column lie in the upright picture.
//   1 top left      2 top right     3 bottom right   4 bottom left
//   5 left top      6 right top     7 right bottom   8 left bottom   (sides swap)
#pragma once

#include "imaging/pixels.h"

#include <cstdint>
#include <vector>

namespace darkroom::imaging {

struct Size {
  int width = 0;
  int height = 0;

  bool operator==(const Size&) const = default;
};

// Of the upright picture; its own inverse.
Size upright(Size stored, int orientation);

// Where the overhang on the right and the bottom of a stored picture comes to lie.
Overhang upright_overhang(double right, double bottom, int orientation);

class UprightRows {
 public:
  // `target` has the upright size of `stored` and enough bytes.
  UprightRows(Pixels& target, Size stored, int orientation);

  // Rows are written in order from 0: the caller fills row(y) with 3 * stored.width bytes, then calls finish_row(y).
  std::uint8_t* row(int y);
  void finish_row(int y);

 private:
  void mirror(std::uint8_t* row) const;
  void turn_strip(int last_row);

  Pixels& target_;
  Size stored_;
  bool swaps_sides_;  // rows become columns
  bool flips_x_;      // of the upright picture
  bool flips_y_;
  std::vector<std::uint8_t> strip_;  // stored rows that wait to become columns
};

}  // namespace darkroom::imaging
