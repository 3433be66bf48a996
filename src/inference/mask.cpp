#include "inference/mask.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

int cells_of(double length, double cell, int most) {
  return static_cast<int>(std::clamp(std::nearbyint(length / cell), 1.0, static_cast<double>(most)));
}

struct Axis {
  double from = 0;  // of the grid, photo pixels
  double to = 0;
  int cells = 0;
  double scale = 1;  // photo to tensor
  double offset = 0;
  double tensor = 0;  // length
  int map = 0;        // cells
};

std::vector<Tap> taps_of(const Axis& axis) {
  std::vector<Tap> taps;
  taps.reserve(static_cast<std::size_t>(axis.cells));
  double step = (axis.to - axis.from) / axis.cells;
  for (int i = 0; i < axis.cells; ++i) {
    double in_tensor = (axis.from + (i + 0.5) * step) * axis.scale + axis.offset;
    double position = std::clamp(in_tensor * axis.map / axis.tensor - 0.5, 0.0, static_cast<double>(axis.map - 1));
    int low = static_cast<int>(position);
    taps.push_back({low, std::min(low + 1, axis.map - 1), static_cast<float>(position - low)});
  }
  return taps;
}

}  // namespace

Grid make_grid(const domain::Box& box, int longest_side) {
  double width = box[2] - box[0];
  double height = box[3] - box[1];
  double cell = std::max(1.0, std::max(width, height) / longest_side);
  return {box, cells_of(width, cell, longest_side), cells_of(height, cell, longest_side)};
}

Taps make_taps(const Grid& grid, const MapPlace& map) {
  const imaging::Placement& place = map.placement;
  return {taps_of({grid.box[0], grid.box[2], grid.width, place.scale_x, place.offset_x, static_cast<double>(map.tensor_width), map.width}),
          taps_of({grid.box[1], grid.box[3], grid.height, place.scale_y, place.offset_y, static_cast<double>(map.tensor_height), map.height})};
}

float blend(std::span<const float> map, std::size_t width, const Tap& across, const Tap& down) {
  auto at = [&](int row, int column) { return map[static_cast<std::size_t>(row) * width + static_cast<std::size_t>(column)]; };
  float above = at(down.low, across.low) + (at(down.low, across.high) - at(down.low, across.low)) * across.weight;
  float below = at(down.high, across.low) + (at(down.high, across.high) - at(down.high, across.low)) * across.weight;
  return above + (below - above) * down.weight;
}

std::vector<int> runs_of(std::span<const std::uint8_t> cells) {
  std::vector<int> runs;
  bool inside = false;
  auto from = cells.begin();
  while (from != cells.end()) {
    auto to = std::find_if(from, cells.end(), [&](std::uint8_t cell) { return (cell != 0) != inside; });
    runs.push_back(static_cast<int>(to - from));
    inside = !inside;
    from = to;
  }
  return runs;
}

}  // namespace darkroom::inference
