// Sentences with particulars in them, taken apart by a pattern and told by another: "metadata task = <task>" meets "metadata task = detect".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::domain {

using Parameters = std::vector<std::pair<std::string_view, std::string>>;  // by name, in the order of the pattern

struct Beginning {
  Parameters parameters;
  std::size_t size = 0;  // of what was met
};

// A pattern as pieces: words, and names of parameters, one after the other, beginning with words.
std::vector<std::string_view> pieces_of(std::string_view pattern);

// Each parameter ends where the words after it are met first; the last words end the whole text.
std::optional<Parameters> match(std::string_view pattern, std::string_view text);

// The same for a text that begins with a sentence of this pattern, which ends with the text or before a space.
std::optional<Beginning> match_beginning(std::string_view pattern, std::string_view text);

// The pattern with what `told` makes of each parameter's name and value.
template <class Told>
std::string filled(std::string_view pattern, const Parameters& parameters, const Told& told) {
  std::string text;
  std::vector<std::string_view> pieces = pieces_of(pattern);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i % 2 == 0) {
      text += pieces[i];
      continue;
    }
    for (const auto& [name, value] : parameters) {
      if (name == pieces[i]) text += told(name, value);
    }
  }
  return text;
}

}  // namespace darkroom::domain
