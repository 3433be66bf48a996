// Decoded pixels: 8-bit RGB, interleaved, rows without padding, first row on top.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace darkroom::imaging {

struct Pixels {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> bytes;  // width * height * 3: R, G, B; the vector may be reused and is never shrunk

  const std::uint8_t* row(int y) const { return bytes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
  std::uint8_t* row(int y) { return bytes.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
};

}  // namespace darkroom::imaging
