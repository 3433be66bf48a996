// Which family a model file belongs to, told by the shapes of its inputs and outputs. So far one family is read: YOLOX.
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace darkroom::inference {

struct TensorSignature {
  std::string name;
  std::string type;  // "float32"; others are only shown
  std::vector<std::int64_t> shape;  // negative: dynamic
};

struct ModelSignature {
  std::vector<TensorSignature> inputs;
  std::vector<TensorSignature> outputs;
};

// YOLOX (Megvii): one input float32[1,3,H,W]; one output float32[1,A,5+classes] in grid units with
// A = sum over the strides 8, 16, 32 of (H/stride) x (W/stride).
struct YoloxLayout {
  int width = 0;
  int height = 0;
  int classes = 0;

  std::int64_t anchors() const;
};

// "images float32[1,3,416,416]"
std::string describe(const TensorSignature& tensor);

// Errors: model_unavailable, which says what was seen and what would be read.
Result<YoloxLayout> recognise(const ModelSignature& signature, const domain::Recipe& recipe);

}  // namespace darkroom::inference
