// Detectors of the DETR kind answer each thing once: the threshold is all that is left to do.
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_finds.h"
#include "inference/read_places.h"

#include <algorithm>

namespace darkroom::inference {

Result<domain::Findings> read_rtdetr(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> scores = find_tensor(outputs, "scores", {kAnySize});
  if (!scores) return scores.error();
  std::int64_t count = scores->shape[0];
  Result<TensorView> boxes = find_tensor(outputs, "boxes", {count, 4});
  if (!boxes) return boxes.error();
  Result<TensorView> labels = find_tensor(outputs, "labels", {count});
  if (!labels) return labels.error();

  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    double score = static_cast<double>(scores->values[i]);
    if (!is_score(score)) return no_score("a score");
    if (score < thresholds.confidence) continue;
    Result<int> class_index = class_of(labels->values[i], 0, reading.classes);
    if (!class_index) return class_index.error();
    const float* edges = boxes->values.data() + 4 * i;
    domain::Box box = {static_cast<double>(edges[0]), static_cast<double>(edges[1]), static_cast<double>(edges[2]), static_cast<double>(edges[3])};
    add_candidate(candidates, {box, score, *class_index, i}, frame);
  }
  return objects_of(best_first(std::move(candidates), thresholds.most), reading, frame);
}

Result<domain::Findings> read_rtdetr_ultralytics(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  if (reading.classes < 1) return refusal("the number of its classes was not recognised");
  auto length = static_cast<std::size_t>(4 + reading.classes);
  Result<TensorView> output = find_tensor(outputs, "output", {kAnySize, static_cast<std::int64_t>(length)});
  if (!output) return output.error();
  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < static_cast<std::size_t>(output->shape[0]); ++i) {
    std::span<const float> row = output->values.subspan(i * length, length);
    auto best = std::ranges::max_element(row.subspan(4));
    double score = static_cast<double>(*best);
    if (!is_score(score)) return no_score("a class score");
    if (score < thresholds.confidence) continue;
    auto share = [&](std::size_t field) { return static_cast<double>(row[field]); };
    Result<domain::Box> box = shares_in_photo(from_centre(share(0), share(1), share(2), share(3)), reading, frame.placement);
    if (!box) return box.error();
    add_candidate(candidates, {*box, score, static_cast<int>(best - row.subspan(4).begin()), i}, frame);
  }
  return objects_of(best_first(std::move(candidates), thresholds.most), reading, frame);
}

}  // namespace darkroom::inference
