// The usual way from a JPEG file to a tensor, in OpenCV's own functions: what decode.cpp measures ours against.
#pragma once

#include <string>

namespace darkroom::bench {

// imdecode, resize (bilinear), copyMakeBorder (114, right and below), blobFromImage: BGR planes of a square. One thread. Returns a number of the
// blob, so that nothing is left out by the compiler. Throws when the file is no picture.
float tensor_by_opencv(const std::string& file, int side);

}  // namespace darkroom::bench
