// The engine for ONNX files. ONNX Runtime's headers are seen by onnx_engine.cpp alone.
#pragma once

#include "inference/engine.h"

namespace darkroom::inference {

std::unique_ptr<Engine> make_onnx_engine(const domain::Model& model);

}  // namespace darkroom::inference
