// The picture of a probe run: blocks and noise of every colour over grey, the same at each call, so that a model's numbers spread over their range.
#pragma once

#include "imaging/pixels.h"

namespace darkroom::inference {

// At least 1 x 1.
imaging::Pixels probe_picture(int width, int height);

// Black, white, and pure colours, one for each number: where a model's numbers go furthest.
inline constexpr int kPlainPictures = 8;
imaging::Pixels plain_picture(int number, int width, int height);

}  // namespace darkroom::inference
