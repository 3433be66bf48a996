// What every reader asks of a model's output before it believes it.
#pragma once

#include "inference/column_scan.h"
#include "inference/read.h"

#include <initializer_list>
#include <string>

namespace darkroom::inference {

// Error model_output. `what` goes on after "The model's output cannot be used: ".
Error refusal(const std::string& what);

inline constexpr std::int64_t kAnySize = -1;

// The tensor of a role. `sizes` are those that were recognised, without the batch; kAnySize for one that the reader learns from the tensor. Leading
// sizes of 1 in front of them (the batch) are taken off: the answer's shape has exactly as many sizes as `sizes`. Its numbers fill its shape, and
// are not looked at.
Result<TensorView> find_shape(const Outputs& outputs, const std::string& role, std::initializer_list<std::int64_t> sizes);

// The same, and every number is finite.
Result<TensorView> find_tensor(const Outputs& outputs, const std::string& role, std::initializer_list<std::int64_t> sizes);

Error not_finite(const std::string& role);

// Scores are in 0..1, save for the rounding of float16 and of quantised models.
inline constexpr Interval kScores = {-1e-3F, 1 + 1e-3F};
bool is_score(double value);
double clamp_score(double value);
Error no_score(const std::string& what);  // "a class score": which of them is outside 0..1

// The class index that a model has written as a number, counted from `first`. `classes` 0: how many there are is not known.
Result<int> class_of(float number, int first, int classes);

}  // namespace darkroom::inference
