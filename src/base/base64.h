// Base64 (RFC 4648) in both alphabets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom {

std::string to_base64(std::string_view bytes);     // with padding
std::string to_base64url(std::string_view bytes);  // the other alphabet, without padding

// Either alphabet, padded or not; none for anything else.
std::optional<std::string> from_base64(std::string_view text);
// Only what to_base64 writes and every other program reads: none without padding or in the other alphabet.
std::optional<std::string> from_padded_base64(std::string_view text);

}  // namespace darkroom
