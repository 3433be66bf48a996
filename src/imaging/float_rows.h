// Rows of pixels as floats, three a pixel: what averaging an area, resampling by a window and packing all do with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace darkroom::imaging {

// A pixel and one float more, which is of no use.
using Vector = float __attribute__((vector_size(16)));

inline Vector load(const float* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

// As many bytes of the row as there are sums.
[[gnu::optimize("O3")]] inline void add_row(const std::uint8_t* __restrict row, float weight, std::span<float> sums) {
  float* __restrict to = sums.data();
  std::size_t count = sums.size();
  for (std::size_t i = 0; i < count; ++i) to[i] += static_cast<float>(row[i]) * weight;
}

}  // namespace darkroom::imaging
