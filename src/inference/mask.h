// Masks: a grid of cells over a part of the photo, and where its cells lie in a map that a model has drawn over its input.
#pragma once

#include "domain/outcome.h"
#include "imaging/pack.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace darkroom::inference {

// A grid over `box` (pixels of the upright photo), of cells that are about square and not smaller than a pixel.
struct Grid {
  domain::Box box{};
  int width = 0;
  int height = 0;
};

// `box` has an area. The longer side gets at most `longest_side` cells, each side at least 1.
Grid make_grid(const domain::Box& box, int longest_side);

// A map of width x height cells over the whole input tensor of the model.
struct MapPlace {
  imaging::Placement placement;
  int tensor_width = 0;  // pixels
  int tensor_height = 0;
  int width = 0;
  int height = 0;
};

// Where the middle of a cell of the grid lies in one axis of the map: (1 - weight) * [low] + weight * [high]. Half-pixel centres; edges repeat.
struct Tap {
  int low = 0;
  int high = 0;
  float weight = 0;

  int nearest() const { return weight < 0.5F ? low : high; }
};

struct Taps {
  std::vector<Tap> across;  // one for each column of the grid
  std::vector<Tap> down;    // one for each row
};

Taps make_taps(const Grid& grid, const MapPlace& map);

// The value of a map of rows of `width` numbers at a tap of each axis (bilinear).
float blend(std::span<const float> map, std::size_t width, const Tap& across, const Tap& down);

// The run lengths of domain::Mask: cells outside (0) and inside (not 0) in turn, beginning with outside.
std::vector<int> runs_of(std::span<const std::uint8_t> cells);

}  // namespace darkroom::inference
