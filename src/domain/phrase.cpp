#include "domain/phrase.h"

namespace darkroom::domain {
namespace {

// Where `words` are met first from `from` on and end the text or stand before a space; npos: nowhere.
std::size_t find_end(std::string_view text, std::string_view words, std::size_t from) {
  for (std::size_t at = text.find(words, from); at != std::string_view::npos; at = text.find(words, at + 1)) {
    std::size_t end = at + words.size();
    if (end == text.size() || text[end] == ' ') return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::vector<std::string_view> pieces_of(std::string_view pattern) {
  std::vector<std::string_view> pieces;
  for (std::size_t at = 0;;) {
    std::size_t open = pattern.find('<', at), close = pattern.find('>', open);
    if (close == std::string_view::npos) {
      pieces.push_back(pattern.substr(at));
      return pieces;
    }
    pieces.push_back(pattern.substr(at, open - at));
    pieces.push_back(pattern.substr(open + 1, close - open - 1));
    at = close + 1;
  }
}

std::optional<Parameters> match(std::string_view pattern, std::string_view text) {
  std::vector<std::string_view> pieces = pieces_of(pattern);
  if (!text.starts_with(pieces.front())) return std::nullopt;
  text.remove_prefix(pieces.front().size());
  Parameters found;
  for (std::size_t i = 1; i < pieces.size(); i += 2) {
    std::string_view words = pieces[i + 1];
    bool last = i + 2 == pieces.size();
    if (last && !text.ends_with(words)) return std::nullopt;
    std::size_t end = last ? text.size() - words.size() : text.find(words, 1);
    if (end == std::string_view::npos || end == 0 || end > text.size()) return std::nullopt;
    found.emplace_back(pieces[i], text.substr(0, end));
    text.remove_prefix(end + words.size());
  }
  return text.empty() ? std::optional(std::move(found)) : std::nullopt;
}

std::optional<Beginning> match_beginning(std::string_view pattern, std::string_view text) {
  std::vector<std::string_view> pieces = pieces_of(pattern);
  std::size_t at = pieces.front().size();
  if (!text.starts_with(pieces.front())) return std::nullopt;
  if (pieces.size() == 1 && at < text.size() && text[at] != ' ') return std::nullopt;
  Beginning found;
  for (std::size_t i = 1; i < pieces.size(); i += 2) {
    std::string_view words = pieces[i + 1];
    bool last = i + 2 == pieces.size();
    std::size_t end = last ? find_end(text, words, at + 1) : text.find(words, at + 1);
    if (end == std::string_view::npos) return std::nullopt;
    found.parameters.emplace_back(pieces[i], text.substr(at, end - at));
    at = end + words.size();
  }
  found.size = at;
  return found;
}

}  // namespace darkroom::domain
