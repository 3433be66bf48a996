// The constants of the YOLOX family.
#pragma once

#include <array>

namespace darkroom::inference {

inline constexpr std::array kYoloxStrides = {8, 16, 32};  // in the order of the output's rows
inline constexpr int kYoloxBoxFields = 5;                 // centre x, centre y, width, height, objectness; then one score a class

}  // namespace darkroom::inference
