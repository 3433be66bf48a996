// The file of a model, opened by the server and passed to the runner, which has no way to open one.
#pragma once

#include "base/file_descriptor.h"
#include "base/result.h"
#include "domain/model.h"

#include <cstdint>

namespace darkroom::runner {

struct ModelFile {
  FileDescriptor descriptor;  // none for a built-in model
  std::int64_t byte_count = 0;
};

// Errors: model_unavailable, when it cannot be read or is no longer the file whose hash is the model's version.
Result<ModelFile> open_model_file(const domain::Model& model);

}  // namespace darkroom::runner
