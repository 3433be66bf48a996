// The sidecar of a model, model.toml: what a file cannot say about itself, or what its owner knows better.
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <string>

namespace darkroom::models {

// Keys: family (text), confidence_threshold and nms_iou (0..1), max_detections (1..10000). Error model_unavailable names the file,
// the line and what is allowed; a key that is not known is an error, since it is most often a misspelt one.
Result<domain::Recipe> read_sidecar(const std::string& path);

}  // namespace darkroom::models
