// Masks of objects: each is a mixture of the prototypes that the model draws once for the whole picture (YOLACT, arXiv:1904.02689):
//   inside where sum over i of coefficient[i] * prototype[i] > 0, within the object's box.
#pragma once

#include "inference/read.h"

#include <vector>

namespace darkroom::inference {

// Gives each object its mask, from its row of coefficients. `outputs` holds prototypes [coefficients,h,w] over the whole input tensor. Between the
// cells of the prototypes the sum is blended (bilinear), so that the edge is finer than they are. Errors: model_output.
Result<void> draw_masks(std::vector<domain::DetectedObject>& objects, const std::vector<std::vector<double>>& coefficients, const Outputs& outputs,
                        const Reading& reading, const PhotoFrame& frame);

}  // namespace darkroom::inference
