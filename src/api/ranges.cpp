#include "api/ranges.h"

#include <algorithm>
#include <charconv>

namespace darkroom::api {
namespace {

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::variant<WholeFile, FileRange, Unsatisfiable> wanted_range(std::string_view range, std::string_view if_range, std::string_view tag, std::uint64_t length) {
  if (!range.starts_with("bytes=") || (!if_range.empty() && if_range != tag)) return WholeFile{};
  range = without_spaces(range.substr(6));
  std::size_t dash = range.find('-');
  if (dash == std::string_view::npos) return WholeFile{};
  auto first = number(range.substr(0, dash));
  auto last = number(range.substr(dash + 1));
  bool open_end = dash + 1 == range.size();
  if (dash == 0) {  // the last so many
    if (!last) return WholeFile{};
    if (*last == 0 || length == 0) return Unsatisfiable{};
    return FileRange{length - std::min(*last, length), length - 1};
  }
  if (!first || (!last && !open_end) || (last && *last < *first)) return WholeFile{};
  if (*first >= length) return Unsatisfiable{};
  return FileRange{*first, last ? std::min(*last, length - 1) : length - 1};
}

}  // namespace darkroom::api
