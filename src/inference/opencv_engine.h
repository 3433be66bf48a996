// The demo detector: people by a histogram of oriented gradients (HOG), faces by a Haar cascade, with what Debian ships. OpenCV's
// headers are seen by opencv_engine.cpp alone.
#pragma once

#include "inference/engine.h"

namespace darkroom::inference {

std::unique_ptr<Engine> make_opencv_engine(const domain::Model& model);

}  // namespace darkroom::inference
