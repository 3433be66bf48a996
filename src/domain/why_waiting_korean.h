// Why a job is not running, told in Korean.
#pragma once

#include "domain/why_waiting.h"

#include <string>
#include <string_view>

namespace darkroom::domain {

// The sentence of one of the codes of why_waiting.h, which holds for this situation.
std::string why_in_korean(std::string_view code, const Situation& situation, Time now);

}  // namespace darkroom::domain
