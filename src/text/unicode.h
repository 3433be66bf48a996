// Unicode of titles and names: one spelling of what looks the same. Texts are UTF-8; what is not UTF-8 comes back as it is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace darkroom::text {

// NFC (Unicode Standard Annex 15): a Mac sends Korean file names as separate letters, which this puts together.
std::string composed(std::string_view text);

// For finding: NFC and case-folded, so that "Straße" and "STRASSE", or both spellings of a Korean syllable, are equal.
std::string folded(std::string_view text);

// How many characters (code points) it has.
std::size_t characters(std::string_view text);

}  // namespace darkroom::text
