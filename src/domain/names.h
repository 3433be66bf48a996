// The names of an enum's values as a table: how it is written, and read again.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace darkroom::domain {

template <class Value, std::size_t count>
using Names = std::array<std::pair<Value, std::string_view>, count>;

// Every value has to stand in the table.
template <class Value, std::size_t count>
std::string_view name_of(const Names<Value, count>& names, Value value) {
  return std::ranges::find(names, value, &std::pair<Value, std::string_view>::first)->second;
}

template <class Value, std::size_t count>
std::optional<Value> parse_name(const Names<Value, count>& names, std::string_view text) {
  auto found = std::ranges::find(names, text, &std::pair<Value, std::string_view>::second);
  return found == names.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace darkroom::domain
