// The words that common passwords are made of.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::auth {

// In small letters, sorted. Alone, with digits and signs around them, with digits for letters, or two of them in a row they stand for most of the
// passwords that are tried first.
std::span<const std::string_view> common_words();

}  // namespace darkroom::auth
