// Decoded pixels: 8-bit RGB, interleaved, rows without padding, first row on top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace darkroom::imaging {

// What of the outer pixels lies beyond the photo, 0 to 1 on each side: a JPEG of 4001 columns has 501 at 1/8, and the last of them covers
// one column of the photo only.
struct Overhang {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bytes;  // width * height * 3: R, G, B; the vector may be reused and is never shrunk
  Overhang overhang = {};

  const std::uint8_t* row(int y) const { return bytes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
  std::uint8_t* row(int y) { return bytes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
};

// Black.
inline Pixels blank(int width, int height) {
  Pixels pixels{.width = width, .height = height, .bytes = {}};
  pixels.bytes.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  return pixels;
}

}  // namespace darkroom::imaging
