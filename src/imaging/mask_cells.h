// A mask's runs as a grid that can be asked. Built for drawing; a mask whose numbers do not fit together covers nothing.
#pragma once

#include "domain/outcome.h"

#include <cstdint>
#include <vector>

namespace darkroom::imaging {

class MaskCells {
 public:
  explicit MaskCells(const domain::Mask& mask);

  bool empty() const { return cells_.empty(); }
  // Whether the mask covers this point of the upright photo.
  bool covers(double x, double y) const;

 private:
  domain::Box box_;
  int width_;
  int height_;
  std::vector<std::uint8_t> cells_;
};

}  // namespace darkroom::imaging
