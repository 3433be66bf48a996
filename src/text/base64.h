// Base64 (RFC 4648) in both alphabets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::text {

std::string to_base64url(std::string_view bytes);  // without padding
// Either alphabet, padded or not; none for anything else.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace darkroom::text
