// Models that say of every place what is there. Their map is looked at through one grid over the part of the photo that they have seen.
#include "inference/column_scan.h"
#include "inference/mask.h"
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_finds.h"
#include "inference/read_places.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace darkroom::inference {
namespace {

constexpr int kLongestSide = 320;  // cells
constexpr double kForegroundThreshold = 0.5;
constexpr double kClassThreshold = 0.5;  // of a class that stands alone
constexpr float kFlat = 1e-6F;  // a map with less between its ends shows nothing
constexpr std::size_t kMostRegions = 1'000;
constexpr std::int64_t kLongestMapSide = 1 << 14;
constexpr Interval kFinite = {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()};

struct Map {
  Grid grid;
  Taps taps;
  std::size_t width = 0;  // of the model's map
};

Result<Map> make_map(std::int64_t height, std::int64_t width, const Reading& reading, const PhotoFrame& frame) {
  if (width < 1 || height < 1 || width > kLongestMapSide || height > kLongestMapSide) return refusal("its map has an impossible size");
  domain::Box seen = seen_part(reading, frame);
  if (!has_area(seen)) return refusal("nothing of the photo lies in the model's input");
  Map map{make_grid(seen, kLongestSide), {}, static_cast<std::size_t>(width)};
  map.taps = make_taps(map.grid, {frame.placement, reading.input_width, reading.input_height, static_cast<int>(width), static_cast<int>(height)});
  return map;
}

// The part of the photo that `inside` of the grid's cells are.
double share_of(std::size_t inside, const Grid& grid, const PhotoFrame& frame) {
  double cells = static_cast<double>(grid.width) * grid.height;
  double seen = (grid.box[2] - grid.box[0]) * (grid.box[3] - grid.box[1]);
  return std::clamp(static_cast<double>(inside) / cells * seen / (static_cast<double>(frame.width) * frame.height), 0.0, 1.0);
}

template <class At>
std::vector<std::uint8_t> cells_where(const Map& map, At&& is_inside) {
  std::vector<std::uint8_t> cells;
  for (const Tap& down : map.taps.down) {
    for (const Tap& across : map.taps.across) cells.push_back(is_inside(across, down) ? 1 : 0);
  }
  return cells;
}

// The region where the map is over `level`; none where it nowhere is.
domain::Findings region_over(float level, std::span<const float> values, const Map& map, std::string label, const PhotoFrame& frame) {
  std::vector<std::uint8_t> cells =
      cells_where(map, [&](const Tap& across, const Tap& down) { return blend(values, map.width, across, down) > level; });
  auto inside = static_cast<std::size_t>(std::ranges::count(cells, std::uint8_t{1}));
  domain::Findings found;
  if (inside == 0) return found;
  domain::Mask mask{map.grid.box, map.grid.width, map.grid.height, runs_of(cells)};
  found.regions.push_back({std::move(label), share_of(inside, map.grid, frame), std::move(mask)});
  return found;
}

// A region while the cells are walked through.
struct OpenRegion {
  std::size_t cells = 0;
  std::size_t end = 0;  // of the last run that is written
  std::vector<int> runs;
};

// One region a class that is there, largest first.
domain::Findings regions_by_class(std::span<const std::int32_t> classes, const Map& map, const Reading& reading, const PhotoFrame& frame) {
  std::vector<std::int32_t> cells;
  for (const Tap& down : map.taps.down) {
    const std::int32_t* row = classes.data() + static_cast<std::size_t>(down.nearest()) * map.width;
    for (const Tap& across : map.taps.across) cells.push_back(row[across.nearest()]);
  }
  std::map<std::int32_t, OpenRegion> regions;
  for (std::size_t from = 0, to = 0; from < cells.size(); from = to) {
    for (to = from + 1; to < cells.size() && cells[to] == cells[from];) ++to;
    OpenRegion& open = regions[cells[from]];
    open.runs.push_back(static_cast<int>(from - open.end));
    open.runs.push_back(static_cast<int>(to - from));
    open.cells += to - from;
    open.end = to;
  }
  domain::Findings found;
  for (auto& [index, open] : regions) {
    if (open.end < cells.size()) open.runs.push_back(static_cast<int>(cells.size() - open.end));
    domain::Mask mask{map.grid.box, map.grid.width, map.grid.height, std::move(open.runs)};
    found.regions.push_back({label_of(reading.labels, index), share_of(open.cells, map.grid, frame), std::move(mask)});
  }
  std::ranges::stable_sort(found.regions, std::ranges::greater{}, &domain::Region::share);
  if (found.regions.size() > kMostRegions) found.regions.resize(kMostRegions);
  return found;
}

Result<domain::Findings> read_class_numbers(const TensorView& ids, const Reading& reading, const PhotoFrame& frame) {
  Result<Map> map = make_map(ids.shape[0], ids.shape[1], reading, frame);
  if (!map) return map.error();
  std::vector<std::int32_t> classes;
  for (float number : ids.values) {
    Result<int> index = class_of(number, 0, reading.classes);
    if (!index) return index.error();
    classes.push_back(*index);
  }
  return regions_by_class(classes, *map, reading, frame);
}

// Over this a number says that its place is of the one class there is. A logit is over the inverse of the sigmoid exactly where its score is over the
// threshold.
float level_of(const domain::Recipe& recipe) {
  double threshold = recipe.confidence_threshold.value_or(kClassThreshold);
  bool is_score = recipe.activation == domain::Activation::none;
  return static_cast<float>(is_score ? threshold : std::log(threshold / (1 - threshold)));
}

Result<domain::Findings> read_logits(const TensorView& logits, const Reading& reading, const PhotoFrame& frame) {
  Result<Map> map = make_map(logits.shape[1], logits.shape[2], reading, frame);
  if (!map) return map.error();
  auto plane = static_cast<std::size_t>(logits.shape[1] * logits.shape[2]);
  if (logits.shape[0] == 1) {
    if (!all_finite(logits.values)) return not_finite("output");
    return region_over(level_of(reading.recipe), logits.values, *map, label_of(reading.labels, 0), frame);
  }
  ColumnBest best;
  if (!best_of_columns(logits.values, plane, kFinite, best)) return not_finite("output");
  return regions_by_class(best.row, *map, reading, frame);
}

}  // namespace

Result<domain::Findings> read_u2net(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> output = find_tensor(outputs, "output", {kAnySize, kAnySize});
  if (!output) return output.error();
  Result<Map> map = make_map(output->shape[0], output->shape[1], reading, frame);
  if (!map) return map.error();
  auto [lowest, highest] = std::ranges::minmax(output->values);
  float range = highest - lowest;
  if (!(range <= std::numeric_limits<float>::max())) return refusal("the numbers of its map are too far apart");
  if (range < kFlat) return domain::Findings{};
  auto threshold = static_cast<float>(reading.recipe.confidence_threshold.value_or(kForegroundThreshold));
  std::string label = reading.labels.empty() ? "foreground" : label_of(reading.labels, 0);
  return region_over(lowest + threshold * range, output->values, *map, std::move(label), frame);
}

Result<domain::Findings> read_semantic(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> logits = find_shape(outputs, "output", {reading.classes, kAnySize, kAnySize});
  if (logits && reading.classes > 0) return read_logits(*logits, reading, frame);
  Result<TensorView> ids = find_shape(outputs, "output", {kAnySize, kAnySize});
  if (!ids) return logits ? ids.error() : logits.error();
  if (!all_finite(ids->values)) return not_finite("output");
  return read_class_numbers(*ids, reading, frame);
}

}  // namespace darkroom::inference
