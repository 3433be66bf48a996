// From a detector's output tensor to objects in pixels of the upright photo. Pure functions: no runtime, no photo.
#pragma once

#include "base/result.h"
#include "domain/model.h"
#include "domain/outcome.h"
#include "imaging/pack.h"
#include "inference/recognise.h"

#include <span>
#include <string>
#include <vector>

namespace darkroom::inference {

// Where the tensor's input came from.
struct PhotoFrame {
  int width = 0;  // of the upright photo
  int height = 0;
  imaging::Placement placement;
};

// Each row of `output` is cx, cy, w, h in grid units, objectness and one score a class, both already in 0..1:
//   x = (cx + column) * stride, width = exp(w) * stride, score = objectness * best class score.
// Thresholds come from the recipe; by default confidence 0.30, suppression across classes at an overlap of 0.45 (as YOLOX's own demo), at most 300 objects.
// Answers best first; a class without a label is class_N. Errors: model_output, for numbers that cannot be.
Result<std::vector<domain::DetectedObject>> read_yolox(std::span<const float> output, const YoloxLayout& layout, const PhotoFrame& frame,
                                                       const domain::Model& model);

}  // namespace darkroom::inference
