#include "inference/read_checks.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr int kMostClasses = 100'000;  // where a file does not say how many it has
constexpr float kWholeTolerance = 1e-3F;

std::string text_of(std::span<const std::int64_t> sizes) {
  std::string text;
  for (std::int64_t size : sizes) text += (text.empty() ? "" : ",") + (size == kAnySize ? std::string("?") : std::to_string(size));
  return "[" + text + "]";
}

// True when the sizes multiply to `count`; none is negative.
bool fills(std::span<const std::int64_t> shape, std::size_t count) {
  std::size_t product = 1;
  for (std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(product, static_cast<std::size_t>(size), &product)) return false;
  }
  return product == count;
}

bool is_as_expected(std::int64_t size, std::int64_t expected) { return expected == kAnySize || size == expected; }

}  // namespace

Error refusal(const std::string& what) { return Error{std::string(domain::code::model_output), "The model's output cannot be used: " + what + "."}; }

Result<TensorView> find_shape(const Outputs& outputs, const std::string& role, std::initializer_list<std::int64_t> sizes) {
  auto found = outputs.find(role);
  if (found == outputs.end()) return refusal("it has no tensor for '" + role + "'");
  const auto& [shape, values] = found->second;
  if (!fills(shape, values.size())) {
    return refusal("'" + role + "' has " + std::to_string(values.size()) + " numbers for the shape " + text_of(shape));
  }
  std::span<const std::int64_t> inner = shape;
  while (inner.size() > sizes.size() && inner.front() == 1) inner = inner.subspan(1);
  if (!std::ranges::equal(inner, sizes, is_as_expected)) {
    return refusal("'" + role + "' came as " + text_of(shape) + ", but was recognised as " + text_of(std::span(sizes.begin(), sizes.size())));
  }
  return TensorView{{inner.begin(), inner.end()}, values};
}

Result<TensorView> find_tensor(const Outputs& outputs, const std::string& role, std::initializer_list<std::int64_t> sizes) {
  Result<TensorView> tensor = find_shape(outputs, role, sizes);
  if (tensor && !all_finite(tensor->values)) return not_finite(role);
  return tensor;
}

Error not_finite(const std::string& role) { return refusal("'" + role + "' holds NaN or infinity"); }

bool is_score(double value) { return value >= kScores.low && value <= kScores.high; }

double clamp_score(double value) { return std::clamp(value, 0.0, 1.0); }

Error no_score(const std::string& what) { return refusal(what + " is outside 0..1; is its last activation missing?"); }

Result<int> class_of(float number, int first, int classes) {
  float whole = std::round(number);
  float most = static_cast<float>(first) + static_cast<float>(classes > 0 ? classes : kMostClasses) - 1;
  if (!(std::abs(number - whole) <= kWholeTolerance)) return refusal("a class number is no whole number");
  if (!(whole >= static_cast<float>(first) && whole <= most)) {
    return refusal("a class number is outside " + std::to_string(first) + ".." + std::to_string(static_cast<int>(most)));
  }
  return static_cast<int>(whole) - first;
}

}  // namespace darkroom::inference
