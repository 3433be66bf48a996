// Only the part of the prototypes under an object's box is mixed, so that many small objects cost no more than a few large ones.
#include "inference/read_masks.h"

#include "inference/mask.h"
#include "inference/read_checks.h"

#include <algorithm>

namespace darkroom::inference {
namespace {

constexpr int kLongestSide = 160;  // cells: what the prototypes of a 640 model have
// The runs of all masks of a photo: a few thousand for real objects. More would not fit into the runner's answer, and mean noise.
constexpr std::size_t kMostRuns = 500'000;

// The cells of the prototypes that a grid asks for.
struct Window {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
};

// Afterwards the taps count from the window's corner.
Window cut_window(Taps& taps) {
  int left = taps.across.front().low;
  int top = taps.down.front().low;
  for (Tap& tap : taps.across) tap = {tap.low - left, tap.high - left, tap.weight};
  for (Tap& tap : taps.down) tap = {tap.low - top, tap.high - top, tap.weight};
  return {left, top, taps.across.back().high + 1, taps.down.back().high + 1};
}

[[gnu::optimize("O3")]] void add_scaled(const float* __restrict from, float factor, std::size_t count, float* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] += factor * from[i];
}

class Painter {
 public:
  Painter(const TensorView& prototypes, const Reading& reading, const PhotoFrame& frame)
      : values_(prototypes.values),
        map_{.placement = frame.placement,
             .tensor_width = reading.input_width,
             .tensor_height = reading.input_height,
             .width = static_cast<int>(prototypes.shape[2]),
             .height = static_cast<int>(prototypes.shape[1])} {}

  domain::Mask paint(const domain::Box& box, const std::vector<double>& coefficients) {
    Grid grid = make_grid(box, kLongestSide);
    Taps taps = make_taps(grid, map_);
    Window window = cut_window(taps);
    mix(window, coefficients);
    cells_.clear();
    for (const Tap& down : taps.down) {
      for (const Tap& across : taps.across) cells_.push_back(blend(mixed_, static_cast<std::size_t>(window.width), across, down) > 0 ? 1 : 0);
    }
    return {grid.box, grid.width, grid.height, runs_of(cells_)};
  }

 private:
  void mix(const Window& window, const std::vector<double>& coefficients) {
    auto map_width = static_cast<std::size_t>(map_.width);
    auto width = static_cast<std::size_t>(window.width);
    auto height = static_cast<std::size_t>(window.height);
    std::size_t plane = map_width * static_cast<std::size_t>(map_.height);
    std::size_t first = static_cast<std::size_t>(window.top) * map_width + static_cast<std::size_t>(window.left);
    mixed_.assign(width * height, 0.0F);
    for (std::size_t i = 0; i < coefficients.size(); ++i) {
      const float* prototype = values_.data() + i * plane + first;
      for (std::size_t y = 0; y < height; ++y) {
        add_scaled(prototype + y * map_width, static_cast<float>(coefficients[i]), width, mixed_.data() + y * width);
      }
    }
  }

  std::span<const float> values_;
  MapPlace map_;
  std::vector<float> mixed_;  // the sum over the window
  std::vector<std::uint8_t> cells_;
};

}  // namespace

Result<void> draw_masks(std::vector<domain::DetectedObject>& objects, const std::vector<std::vector<double>>& coefficients, const Outputs& outputs,
                        const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> prototypes = find_tensor(outputs, "prototypes", {reading.mask_coefficients, kAnySize, kAnySize});
  if (!prototypes) return prototypes.error();
  constexpr std::int64_t kLongestMapSide = 1 << 14;
  for (std::size_t i = 1; i <= 2; ++i) {
    if (prototypes->shape[i] < 1 || prototypes->shape[i] > kLongestMapSide) return refusal("'prototypes' has an impossible size");
  }
  Painter painter(*prototypes, reading, frame);
  std::size_t runs = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    objects[i].mask = painter.paint(objects[i].box, coefficients[i]);
    runs += objects[i].mask->runs.size();
    if (runs > kMostRuns) return refusal("its masks are ragged like noise, and too long to be kept");
  }
  return {};
}

}  // namespace darkroom::inference
