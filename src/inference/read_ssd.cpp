// Detectors of the SSD kind: boxes and scores come in tensors of their own.
#include "inference/read_checks.h"
#include "inference/read_families.h"
#include "inference/read_finds.h"
#include "inference/read_places.h"

#include <cmath>

namespace darkroom::inference {
namespace {

constexpr int kFirstLabel = 1;  // TensorFlow keeps 0 for the background
constexpr std::size_t kFaceScores = 2;  // background, face

// Of `rows`, those that are used; they come first.
Result<std::size_t> used_rows(const Outputs& outputs, std::int64_t rows) {
  auto found = outputs.find("count");
  if (found == outputs.end()) return refusal("it has no tensor for 'count'");
  if (found->second.values.size() != 1) return refusal("'count' is not one number");
  float count = found->second.values[0];
  if (!(count >= 0 && count <= static_cast<float>(rows)) || count != std::floor(count)) {
    return refusal("'count' is not a number of rows between 0 and " + std::to_string(rows));
  }
  return static_cast<std::size_t>(count);
}

}  // namespace

Result<domain::Findings> read_ssd(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> scores = find_tensor(outputs, "scores", {kAnySize});
  if (!scores) return scores.error();
  std::int64_t rows = scores->shape[0];
  Result<TensorView> boxes = find_tensor(outputs, "boxes", {rows, 4});
  if (!boxes) return boxes.error();
  Result<TensorView> labels = find_tensor(outputs, "labels", {rows});
  if (!labels) return labels.error();
  Result<std::size_t> used = used_rows(outputs, rows);
  if (!used) return used.error();

  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < *used; ++i) {
    double score = static_cast<double>(scores->values[i]);
    if (!is_score(score)) return no_score("a score");
    if (score < thresholds.confidence) continue;
    Result<int> class_index = class_of(labels->values[i], kFirstLabel, reading.classes);
    if (!class_index) return class_index.error();
    auto edge = [&](std::size_t index) { return static_cast<double>(boxes->values[4 * i + index]); };
    Result<domain::Box> box = shares_in_photo({edge(1), edge(0), edge(3), edge(2)}, reading, frame.placement);
    if (!box) return box.error();
    add_candidate(candidates, {*box, score, *class_index, i}, frame);
  }
  return objects_of(best_first(std::move(candidates), thresholds.most), reading, frame);
}

Result<domain::Findings> read_ultraface(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  Result<TensorView> scores = find_tensor(outputs, "scores", {kAnySize, kFaceScores});
  if (!scores) return scores.error();
  Result<TensorView> boxes = find_tensor(outputs, "boxes", {scores->shape[0], 4});
  if (!boxes) return boxes.error();

  Thresholds thresholds = thresholds_of(reading.recipe);
  std::vector<Candidate> candidates;
  for (std::size_t anchor = 0; anchor < static_cast<std::size_t>(scores->shape[0]); ++anchor) {
    double score = static_cast<double>(scores->values[kFaceScores * anchor + 1]);
    if (!is_score(score)) return no_score("a face's score");
    if (score < thresholds.confidence) continue;
    auto edge = [&](std::size_t index) { return static_cast<double>(boxes->values[4 * anchor + index]); };
    Result<domain::Box> box = shares_in_photo({edge(0), edge(1), edge(2), edge(3)}, reading, frame.placement);
    if (!box) return box.error();
    add_candidate(candidates, {*box, score, 0, anchor}, frame);
  }
  domain::Findings found = objects_of(suppress(std::move(candidates), thresholds.overlap, thresholds.most, thresholds.rivals), reading, frame);
  // A file of labels may name the background first.
  for (domain::DetectedObject& face : found.objects) face.label = reading.labels.empty() ? "face" : reading.labels.back();
  return found;
}

}  // namespace darkroom::inference
