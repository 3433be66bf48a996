// Environment variables whose values a model's headers may carry to its service, by how their names begin.
#pragma once

#include <string_view>

namespace darkroom::domain {

inline constexpr std::string_view kModelVariables = "DARKROOM_MODEL_";

}  // namespace darkroom::domain
