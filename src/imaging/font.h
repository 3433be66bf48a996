// A bitmap font of the printable ASCII characters, so that labels can be drawn without a file, a library or a system font.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace darkroom::imaging {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 8;  // the last row is for tails, as of g and y
inline constexpr int kGlyphAdvance = kGlyphWidth + 1;

using Glyph = std::array<std::uint8_t, kGlyphHeight>;  // rows from the top; bit 4 is the leftmost pixel

// Whether the font has every character of `text`.
bool has_glyphs(std::string_view text);

// A character without a glyph shows as a question mark.
const Glyph& glyph_of(char character);

}  // namespace darkroom::imaging
