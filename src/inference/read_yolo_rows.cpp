// Families that write one row an anchor, with an objectness before the class scores: YOLOX and YOLOv5.
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_places.h"
#include "inference/read_yolo.h"
#include "inference/yolox.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr int kFirstScore = 5;  // behind the box and the objectness

struct Score {
  double value = 0;
  int class_index = 0;
};

// The objectness comes first: most rows end there.
Result<Score> score_of(const float* row, int classes, double threshold) {
  double objectness = static_cast<double>(row[kFirstScore - 1]);
  if (!is_score(objectness)) return no_score("an objectness");
  if (objectness < threshold) return Score{};
  const float* scores = row + kFirstScore;
  const float* best = std::max_element(scores, scores + classes);
  double best_score = static_cast<double>(*best);
  if (!is_score(best_score)) return no_score("a class score");
  return Score{clamp_score(objectness * best_score), static_cast<int>(best - scores)};
}

// Calls each(anchor, score) for the rows over the threshold.
template <class Each>
Result<void> for_good_rows(const TensorView& output, int classes, double threshold, Each&& each) {
  auto length = static_cast<std::size_t>(output.shape[1]);
  for (std::size_t anchor = 0; anchor < static_cast<std::size_t>(output.shape[0]); ++anchor) {
    Result<Score> score = score_of(output.values.data() + anchor * length, classes, threshold);
    if (!score) return score.error();
    if (score->value >= threshold) each(anchor, *score);
  }
  return {};
}

struct Cell {
  int column = 0;
  int row = 0;
  int stride = 0;
};

std::vector<Cell> yolox_cells(const Reading& reading) {
  std::vector<Cell> cells;
  for (int stride : kYoloxStrides) {
    for (int row = 0; row < reading.input_height / stride; ++row) {
      for (int column = 0; column < reading.input_width / stride; ++column) cells.push_back({column, row, stride});
    }
  }
  return cells;
}

domain::Box yolox_box(const float* fields, const Cell& cell) {
  return from_centre((static_cast<double>(fields[0]) + cell.column) * cell.stride, (static_cast<double>(fields[1]) + cell.row) * cell.stride,
                     std::exp(static_cast<double>(fields[2])) * cell.stride, std::exp(static_cast<double>(fields[3])) * cell.stride);
}

}  // namespace

Result<domain::Findings> read_yolox(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  std::vector<Cell> cells = yolox_cells(reading);
  int length = kFirstScore + reading.classes;
  if (reading.classes < 1) return refusal("the number of its classes was not recognised");
  Result<TensorView> output = find_tensor(outputs, "output", {static_cast<std::int64_t>(cells.size()), length});
  if (!output) return output.error();
  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  bool finite = true;
  Result<void> read = for_good_rows(*output, reading.classes, thresholds.confidence, [&](std::size_t anchor, const Score& score) {
    domain::Box in_tensor = yolox_box(output->values.data() + anchor * static_cast<std::size_t>(length), cells[anchor]);
    finite = finite && std::ranges::all_of(in_tensor, [](double edge) { return std::isfinite(edge); });
    if (finite) add_candidate(candidates, {box_in_photo(in_tensor, frame.placement), score.value, score.class_index, anchor}, frame);
  });
  if (!read) return read.error();
  if (!finite) return refusal("a box has no finite size");
  return objects_of(suppress(std::move(candidates), thresholds.overlap, thresholds.most, thresholds.rivals), reading, frame);
}

Result<domain::Findings> read_yolov5(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<int> extra = extra_fields(reading);
  if (!extra) return extra.error();
  if (reading.classes < 1) return refusal("the number of its classes was not recognised");
  int length = kFirstScore + reading.classes + *extra;
  Result<TensorView> output = find_tensor(outputs, "output", {kAnySize, length});
  if (!output) return output.error();
  YoloTable table{.values = output->values,
                  .anchor_step = static_cast<std::size_t>(length),
                  .field_step = 1,
                  .first_extra = static_cast<std::size_t>(kFirstScore + reading.classes),
                  .box_fields = BoxFields::centre,
                  .task = yolo_task(reading.recipe),
                  .unit = unit_of(reading)};
  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  Result<void> read = for_good_rows(*output, reading.classes, thresholds.confidence, [&](std::size_t anchor, const Score& score) {
    add_candidate(candidates, {table.box(anchor, frame.placement), score.value, score.class_index, anchor}, frame);
  });
  if (!read) return read.error();
  return describe(suppress(std::move(candidates), table, thresholds), table, outputs, reading, frame);
}

}  // namespace darkroom::inference
