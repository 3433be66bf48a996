// The door of an engine's module: each exports this one function.
#pragma once

#include "inference/engine.h"

namespace darkroom::inference {

inline constexpr const char* kModuleEntry = "darkroom_make_engine";
using ModuleEntry = Engine* (*)(const domain::Model& model);

}  // namespace darkroom::inference
