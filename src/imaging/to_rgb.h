// Rows of other colour models to 8-bit RGB.
#pragma once

#include <cstdint>

namespace darkroom::imaging {

// RGBA with straight alpha, over white; a transparent pixel shows nothing of its hidden colour.
void over_white(const std::uint8_t* rgba, std::uint8_t* rgb, int pixels);

// As libjpeg gives it for CMYK and YCCK files. Files with an Adobe marker store the inverse of the ink (255: none), others the
// ink.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels, bool inverted);

}  // namespace darkroom::imaging
