// What detectors share: candidates above the threshold, the best of them, and how they become objects of the photo.
#pragma once

#include "inference/read.h"
#include "inference/suppress.h"

#include <string>
#include <vector>

namespace darkroom::inference {

// The recipe's numbers; where it leaves one empty, the family's own (families_conventions.cpp).
struct Thresholds {
  double confidence = 0;
  double overlap = 0;
  Rivals rivals = Rivals::same_class;
  std::size_t most = 0;
};
Thresholds thresholds_of(const domain::Recipe& recipe);

// Adds a candidate, unless nothing of its box (photo pixels, not clamped) lies in the photo. Its score is clamped to 0..1.
void add_candidate(std::vector<Candidate>& candidates, const Candidate& candidate, const PhotoFrame& frame);

// The label of a class, or class_N where it has none.
std::string label_of(const std::vector<std::string>& labels, int index);

// Its box is clamped to the photo.
domain::DetectedObject object_of(const Candidate& candidate, const Reading& reading, const PhotoFrame& frame);
domain::Findings objects_of(const std::vector<Candidate>& kept, const Reading& reading, const PhotoFrame& frame);

}  // namespace darkroom::inference
