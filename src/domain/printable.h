// Texts that come from untrusted places: one line, UTF-8, nothing that a terminal or a page would obey.
#pragma once

#include <string>
#include <string_view>

namespace darkroom::domain {

// Well-formed UTF-8 in its outer shape, without control characters.
bool is_printable_utf8(std::string_view text);

// The same text as one printable line of at most `longest` bytes: control characters become spaces, broken UTF-8 becomes '?', a cut is marked with "...".
std::string printable(std::string_view text, std::size_t longest);

}  // namespace darkroom::domain
