#include "inference/read_finds.h"

#include "inference/families_conventions.h"
#include "inference/read_checks.h"
#include "inference/read_places.h"

#include <algorithm>

namespace darkroom::inference {
namespace {

// For a family without habits of its own.
constexpr double kConfidence = 0.25;
constexpr double kOverlap = 0.45;
constexpr int kMostDetections = 300;

}  // namespace

Thresholds thresholds_of(const domain::Recipe& recipe) {
  const Convention* convention = find_convention(recipe.family);
  const domain::Recipe usual = convention == nullptr ? domain::Recipe{} : convention->recipe;
  Thresholds thresholds;
  thresholds.confidence = recipe.confidence_threshold.value_or(usual.confidence_threshold.value_or(kConfidence));
  thresholds.overlap = recipe.nms_iou.value_or(usual.nms_iou.value_or(kOverlap));
  bool across = recipe.nms_across_classes.value_or(usual.nms_across_classes.value_or(false));
  thresholds.rivals = across ? Rivals::all_classes : Rivals::same_class;
  thresholds.most = static_cast<std::size_t>(std::max(0, recipe.max_detections.value_or(usual.max_detections.value_or(kMostDetections))));
  return thresholds;
}

void add_candidate(std::vector<Candidate>& candidates, const Candidate& candidate, const PhotoFrame& frame) {
  if (!has_area(clamp_to_photo(candidate.box, frame))) return;
  candidates.push_back(candidate);
  candidates.back().score = clamp_score(candidate.score);
}

std::string label_of(const std::vector<std::string>& labels, int index) {
  auto place = static_cast<std::size_t>(index);
  return place < labels.size() && !labels[place].empty() ? labels[place] : "class_" + std::to_string(index);
}

domain::DetectedObject object_of(const Candidate& candidate, const Reading& reading, const PhotoFrame& frame) {
  return {label_of(reading.labels, candidate.class_index), candidate.score, clamp_to_photo(candidate.box, frame)};
}

domain::Findings objects_of(const std::vector<Candidate>& kept, const Reading& reading, const PhotoFrame& frame) {
  domain::Findings found;
  for (const Candidate& candidate : kept) found.objects.push_back(object_of(candidate, reading, frame));
  return found;
}

}  // namespace darkroom::inference
