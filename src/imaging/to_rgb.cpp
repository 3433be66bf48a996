// Integer arithmetic with rounding, so that 255 stays 255 and 0 stays 0.
#include "imaging/to_rgb.h"

namespace darkroom::imaging {
namespace {

// a * b / 255, rounded.
std::uint8_t scaled(int a, int b) { return static_cast<std::uint8_t>((a * b + 127) / 255); }

std::uint8_t blended(int colour, int alpha) {
  return static_cast<std::uint8_t>((colour * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace

void over_white(const std::uint8_t* rgba, std::uint8_t* rgb, int pixels) {
  for (int i = 0; i < pixels; ++i, rgba += 4, rgb += 3) {
    int alpha = rgba[3];
    for (int channel = 0; channel < 3; ++channel) rgb[channel] = blended(rgba[channel], alpha);
  }
}

void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels, bool inverted) {
  int flip = inverted ? 0 : 255;
  for (int i = 0; i < pixels; ++i, cmyk += 4, rgb += 3) {
    int black = cmyk[3] ^ flip;
    for (int channel = 0; channel < 3; ++channel) rgb[channel] = scaled(cmyk[channel] ^ flip, black);
  }
}

}  // namespace darkroom::imaging
