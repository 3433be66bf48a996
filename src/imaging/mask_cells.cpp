// Runs are counts from a result document: each is held against what is left of the grid.
#include "imaging/mask_cells.h"

namespace darkroom::imaging {
namespace {

constexpr std::int64_t kMostCells = 1 << 18;

bool fits(const domain::Mask& mask) {
  bool sized = mask.width > 0 && mask.height > 0 && std::int64_t{mask.width} * mask.height <= kMostCells;
  return sized && mask.box[2] > mask.box[0] && mask.box[3] > mask.box[1];
}

std::vector<std::uint8_t> unroll(const domain::Mask& mask) {
  std::size_t count = static_cast<std::size_t>(mask.width) * static_cast<std::size_t>(mask.height);
  std::vector<std::uint8_t> cells;
  cells.reserve(count);
  std::uint8_t inside = 0;
  for (int run : mask.runs) {
    if (run < 0 || static_cast<std::size_t>(run) > count - cells.size()) return {};
    cells.insert(cells.end(), static_cast<std::size_t>(run), inside);
    inside ^= 1;
  }
  if (cells.size() != count) return {};
  return cells;
}

}  // namespace

MaskCells::MaskCells(const domain::Mask& mask) : box_(mask.box), width_(mask.width), height_(mask.height) {
  if (fits(mask)) cells_ = unroll(mask);
}

bool MaskCells::covers(double x, double y) const {
  if (!(x >= box_[0] && x < box_[2] && y >= box_[1] && y < box_[3])) return false;
  auto column = static_cast<int>((x - box_[0]) / (box_[2] - box_[0]) * width_);
  auto row = static_cast<int>((y - box_[1]) / (box_[3] - box_[1]) * height_);
  if (column >= width_ || row >= height_) return false;
  return cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(column)] != 0;
}

}  // namespace darkroom::imaging
