// The door of libdarkroom_engine_opencv.so.
#include "inference/engine_module.h"
#include "inference/opencv_engine.h"

extern "C" __attribute__((visibility("default"))) darkroom::inference::Engine* darkroom_make_engine(const darkroom::domain::Model& model) {
  return darkroom::inference::make_opencv_engine(model).release();
}
