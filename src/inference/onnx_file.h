// What an ONNX file says of itself before a runtime reads it. The file is a protobuf message (onnx.proto, ModelProto); only the fields that decide
// whether it may be loaded are looked at, every length is checked, and nothing is allocated by what the file claims.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>

namespace darkroom::inference {

// Refuses, in one sentence that names the cause: what is no ONNX file; weights in other files; operators of a domain that ONNX Runtime does not bring
// along and the file does not define itself. Error: model_unavailable.
Result<void> check_file(std::span<const std::uint8_t> bytes);

}  // namespace darkroom::inference
