// Percent-decoding of a request target (RFC 3986, section 2.1): strict, so that what a handler sees has one spelling only.
#pragma once

#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::http {

// nullopt for an incomplete or wrong %XX, for %00, and for bytes that are not UTF-8 once decoded.
std::optional<std::string> percent_decode(std::string_view text);

// The decoded pairs of "a=1&b=2", in their order; '+' is a space. nullopt where percent_decode() says so.
std::optional<std::vector<std::pair<std::string, std::string>>> decode_pairs(std::string_view text);

// The part of a target before '?', undecoded, and the decoded pairs after it. An absolute target (http://host/path) is reduced to its path. Fails with
// "bad_request", also where a name comes twice: which of the two was meant would be a guess, and a proxy may guess otherwise.
struct Target {
  std::string_view raw_path;
  std::map<std::string, std::string> query;
};
Result<Target> parse_target(std::string_view target);

// True for well-formed UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace darkroom::http
