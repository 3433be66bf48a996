// Numbers of a model's tensors, whatever their type in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace darkroom::inference {

float from_half(std::uint16_t half);  // IEEE 754 binary16
std::uint16_t to_half(float value);   // to the nearest, ties to even

// Bytes of one number of this type (float32, float16, float64, uint8, int8, int16, uint16, int32, uint32, int64, uint64, bool); 0: numbers of it are
// not read.
std::size_t size_of_number(std::string_view type);

// `count` numbers of the type at `data`. int64 beyond 2^24 are rounded.
void to_floats(std::string_view type, const void* data, std::size_t count, std::vector<float>& floats);

}  // namespace darkroom::inference
