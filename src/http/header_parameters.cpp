#include "http/header_parameters.h"

#include "http/ascii.h"

#include <algorithm>

namespace darkroom::http {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), to_lower);
  return lower;
}

void skip_space(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
}

std::string_view take_token(std::string_view& text) {
  auto end = std::ranges::find_if_not(text, is_token_character);
  std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

// `text` begins behind the opening quote and is left behind the closing one.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return value;
    if (is_control(c)) return std::nullopt;
    if (c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\')) {
      c = text.front();
      text.remove_prefix(1);
    }
    value += c;
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
  if (text.starts_with('"')) {
    text.remove_prefix(1);
    return take_quoted(text);
  }
  std::string_view token = take_token(text);
  return token.empty() ? std::nullopt : std::optional(std::string(token));
}

}  // namespace

std::size_t ParameterizedValue::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(parameters, [&](const auto& parameter) { return parameter.first == name; }));
}

std::optional<std::string> ParameterizedValue::find(std::string_view name) const {
  auto found = std::ranges::find_if(parameters, [&](const auto& parameter) { return parameter.first == name; });
  return found == parameters.end() ? std::nullopt : std::optional(found->second);
}

std::optional<ParameterizedValue> parse_parameters(std::string_view text) {
  std::size_t semicolon = text.find(';');
  ParameterizedValue parsed{lower_case(trim(text.substr(0, semicolon))), {}};
  if (parsed.value.empty()) return std::nullopt;
  text = semicolon == std::string_view::npos ? std::string_view{} : text.substr(semicolon);
  while (true) {
    skip_space(text);
    if (text.empty()) return parsed;
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    skip_space(text);
    if (text.empty()) return parsed;  // a semicolon at the end is seen in the wild
    std::string name = lower_case(take_token(text));
    if (name.empty() || !text.starts_with('=')) return std::nullopt;
    text.remove_prefix(1);
    auto value = take_value(text);
    if (!value) return std::nullopt;
    parsed.parameters.emplace_back(std::move(name), std::move(*value));
  }
}

}  // namespace darkroom::http
