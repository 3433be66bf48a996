#include "inference/onnx_numbers.h"

#include <array>
#include <bit>
#include <cstring>

namespace darkroom::inference {
namespace {

using Convert = void (*)(const void*, std::size_t, float*);

template <class Number>
void convert(const void* data, std::size_t count, float* floats) {
  const auto* numbers = static_cast<const Number*>(data);
  for (std::size_t i = 0; i < count; ++i) floats[i] = static_cast<float>(numbers[i]);
}

void convert_halves(const void* data, std::size_t count, float* floats) {
  const auto* halves = static_cast<const std::uint16_t*>(data);
  for (std::size_t i = 0; i < count; ++i) floats[i] = from_half(halves[i]);
}

struct Type {
  std::string_view name;
  std::size_t size;
  Convert convert;
};

constexpr std::array kTypes = {
    Type{"float32", 4, convert<float>},        Type{"float16", 2, convert_halves},        Type{"float64", 8, convert<double>},
    Type{"uint8", 1, convert<std::uint8_t>},   Type{"int8", 1, convert<std::int8_t>},     Type{"int16", 2, convert<std::int16_t>},
    Type{"uint16", 2, convert<std::uint16_t>}, Type{"int32", 4, convert<std::int32_t>},   Type{"uint32", 4, convert<std::uint32_t>},
    Type{"int64", 8, convert<std::int64_t>},   Type{"uint64", 8, convert<std::uint64_t>}, Type{"bool", 1, convert<std::uint8_t>}};

const Type* find_type(std::string_view name) {
  for (const Type& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace

// A half is sign, 5 bits of exponent (bias 15) and 10 of fraction; below 2^-14 the exponent stands still.
float from_half(std::uint16_t half) {
  std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16U;
  std::uint32_t exponent = (half >> 10U) & 0x1FU;
  std::uint32_t fraction = half & 0x3FFU;
  if (exponent == 0) {
    float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  std::uint32_t wide = exponent == 31 ? 255 : exponent - 15 + 127;
  return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

std::uint16_t to_half(float value) {
  auto bits = std::bit_cast<std::uint32_t>(value);
  auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude > 0x7F800000U) return static_cast<std::uint16_t>(sign | 0x7E00U);   // NaN
  if (magnitude >= 0x477FF000U) return static_cast<std::uint16_t>(sign | 0x7C00U);  // 65520 and more: infinity
  if (magnitude < 0x38800000U) {                                                    // below 2^-14: counted in 2^-24
    float scaled = std::bit_cast<float>(magnitude) * 0x1p24F;
    auto whole = static_cast<std::uint32_t>(scaled);
    float rest = scaled - static_cast<float>(whole);
    if (rest > 0.5F || (rest == 0.5F && (whole & 1U) != 0)) ++whole;
    return static_cast<std::uint16_t>(sign | whole);
  }
  std::uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13U) & 1U);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13U));
}

std::size_t size_of_number(std::string_view type) {
  const Type* found = find_type(type);
  return found == nullptr ? 0 : found->size;
}

void to_floats(std::string_view type, const void* data, std::size_t count, std::vector<float>& floats) {
  const Type* found = find_type(type);
  floats.resize(found == nullptr ? 0 : count);
  if (found != nullptr) found->convert(data, count, floats.data());
}

}  // namespace darkroom::inference
