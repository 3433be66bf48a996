#include "domain/model.h"

#include <string_view>

namespace darkroom::domain {

std::string_view to_string(EngineKind kind) {
  switch (kind) {
    case EngineKind::onnx: return "onnx";
    case EngineKind::opencv: return "opencv";
    case EngineKind::null: return "null";
  }
  return "";
}

}  // namespace darkroom::domain
