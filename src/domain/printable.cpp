#include "domain/printable.h"

namespace darkroom::domain {
namespace {

// Bytes of the character that begins at `i`; 0 where no well-formed one does. Overlong forms and surrogates are not told apart: this is about shape.
std::size_t character_at(std::string_view text, std::size_t i) {
  auto lead = static_cast<unsigned char>(text[i]);
  std::size_t length = lead < 0x80 ? 1 : (lead >> 5) == 6 ? 2 : (lead >> 4) == 14 ? 3 : (lead >> 3) == 30 ? 4 : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((static_cast<unsigned char>(text[i + k]) >> 6) != 2) return 0;
  }
  return length;
}

// U+0000 to U+001F, U+007F, and U+0080 to U+009F, which terminals obey as well.
bool is_control(std::string_view letter) {
  auto value = static_cast<unsigned char>(letter.front());
  return value < 0x20 || value == 0x7f || (value == 0xc2 && static_cast<unsigned char>(letter.back()) < 0xa0);
}

}  // namespace

bool is_printable_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = character_at(text, i);
    if (length == 0 || is_control(text.substr(i, length))) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t longest) {
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t length = character_at(text, i);
    if (line.size() + 4 + 3 > longest) return line + "...";
    if (length == 0) {
      line += '?';
      ++i;
      continue;
    }
    if (is_control(text.substr(i, length))) {
      line += ' ';
    } else {
      line += text.substr(i, length);
    }
    i += length;
  }
  return line;
}

}  // namespace darkroom::domain
