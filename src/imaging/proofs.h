// What can be refused from numbers in the header alone: sizes beyond the limits, and files that are too small to hold the
// picture that they claim. Pure arithmetic in 64 bits.
#pragma once

#include "base/result.h"
#include "domain/photo_limits.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace darkroom::imaging {

// Sampling factors of one JPEG component, 1..4.
struct Sampling {
  int horizontal = 1;
  int vertical = 1;
};

// Errors: corrupt (a side is zero), too_many_pixels (names what was found and what is allowed).
Result<void> check_size(std::uint64_t width, std::uint64_t height, const domain::PhotoLimits& limits);

// 8x8 blocks of all components together (ITU-T T.81, A.2.1 and A.2.4: a component has ceil(size * factor / largest factor)
// samples).
std::uint64_t count_jpeg_blocks(int width, int height, std::span<const Sampling> components);

// A Huffman-coded DC value takes at least one bit, in every block. Error: incomplete.
Result<void> prove_jpeg(std::uint64_t blocks, std::uint64_t file_bytes);

// Bytes of the unfiltered picture with one filter byte a row; for Adam7 the sum of the seven passes.
std::uint64_t count_png_bytes(int width, int height, int bits_per_pixel, bool interlaced);

// Deflate expands at most 1032 : 1 (258 bytes from two bits). Error: incomplete.
Result<void> prove_png(std::uint64_t raw_bytes, std::uint64_t deflated_bytes);

// A code of b bits stands for at most 2^b pixels, and codes have at most 12 bits: 4096 pixels from one and a half bytes, 2731 from one. Error:
// incomplete.
Result<void> prove_gif(std::uint64_t pixels, std::uint64_t data_bytes);

}  // namespace darkroom::imaging
