// From a model's output tensors to findings in pixels of the upright photo. Pure: no runtime, no photo. One family a file (read_yolo.cpp, ...).
#pragma once

#include "base/result.h"
#include "domain/model.h"
#include "domain/outcome.h"
#include "imaging/pack.h"

#include <cstdint>
#include <map>
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

// An output of the model as numbers, whatever its type in the file (int64 labels and float16 scores are converted).
struct TensorView {
  std::vector<std::int64_t> shape;  // as it came out of this run; batch first where the file has one
  std::span<const float> values;    // row by row
};

// By role. Families with one output have it under "output". Others: boxes, scores, labels, count, prototypes, logits.
using Outputs = std::map<std::string, TensorView>;

// All that is needed to read an output, made once when a model is recognised.
struct Reading {
  domain::Recipe recipe;            // complete
  std::vector<std::string> labels;  // by class index; one without a label is class_N
  int input_width = 0;              // of the tensor, pixels
  int input_height = 0;
  int classes = 0;
  int mask_coefficients = 0;        // task segment
  int keypoint_fields = 0;          // 2: x, y; 3: x, y, visibility
};

// Dispatches on reading.recipe.family and task. Thresholds come from the recipe alone.
// Errors: model_output, for NaN, infinity, scores outside their range, impossible class numbers, or shapes that differ from what was recognised.
Result<domain::Findings> read_outputs(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame);

}  // namespace darkroom::inference
