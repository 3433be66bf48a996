#include "api/query.h"

#include "base/id.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace darkroom::api {
namespace {

namespace code = domain::code;

Error error(std::string_view code, std::string message) { return {std::string(code), std::move(message)}; }

std::string listed(std::initializer_list<std::string_view> names) {
  std::string text;
  for (std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text.empty() ? "none" : text;
}

std::size_t members_of(const boost::json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) count += 1 + members_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& item : *array) count += members_of(item);
  }
  return count;
}

// Of equal names the parser keeps the last. In well-formed text each member has a colon, and no other colon stands outside of strings.
bool names_one_twice(std::string_view text, const boost::json::value& parsed) {
  std::size_t colons = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_string && text[i] == '\\') ++i;
    else if (text[i] == '"') in_string = !in_string;
    else if (!in_string && text[i] == ':') ++colons;
  }
  return colons != members_of(parsed);
}

}  // namespace

Result<void> allow_query(const http::Request& request, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) == known.end()) {
      return error(code::unknown_field, "There is no query parameter '" + name + "' here. Known: " + listed(known) + ".");
    }
  }
  return {};
}

Result<std::int64_t> parse_whole(std::string_view text, const std::string& name, std::pair<std::int64_t, std::int64_t> range) {
  std::int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < range.first || number > range.second) {
    return error(code::invalid_field, name + " must be a whole number from " + std::to_string(range.first) + " to " + std::to_string(range.second) + ".");
  }
  return number;
}

Result<std::int64_t> whole_number(const http::Request& request, const std::string& name, std::pair<std::int64_t, std::int64_t> range, std::int64_t fallback) {
  auto found = request.query.find(name);
  if (found == request.query.end()) return fallback;
  return parse_whole(found->second, name, range);
}

Result<std::optional<Time>> time_in(const http::Request& request, const std::string& name) {
  auto found = request.query.find(name);
  if (found == request.query.end()) return std::optional<Time>();
  auto time = from_rfc3339(found->second);
  if (!time) return error(code::invalid_field, name + " must be a time such as 2026-01-31T09:30:00Z.");
  return time;
}

std::optional<std::string> uuid_of(std::string_view text) {
  if (!is_uuid(text)) return std::nullopt;
  std::string small(text);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small;
}

Result<domain::ImageId> image_id(const http::Request& request) {
  const std::string& text = request.params.at("id");
  std::int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || number < 1) {
    return error(code::not_found, "There is no image '" + text + "'. An image's id is a whole number.");
  }
  return domain::ImageId{number};
}

Result<std::chrono::seconds> wait_seconds(const http::Request& request) {
  auto seconds = whole_number(request, "wait", {0, 60}, 0);
  if (!seconds) return seconds.error();
  return std::chrono::seconds(*seconds);
}

Result<boost::json::object> json_body(const http::Request& request, std::initializer_list<std::string_view> known) {
  if (request.body.empty()) return boost::json::object();
  boost::system::error_code problem;
  boost::json::value value = boost::json::parse(request.body, problem);
  if (problem || !value.is_object()) return error(code::malformed_body, "The body must be a JSON object.");
  if (names_one_twice(request.body, value)) return error(code::malformed_body, "The body names a field twice. Which of the two holds would be a guess: leave one out.");
  for (const auto& member : value.as_object()) {
    if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
      return error(code::unknown_field, "There is no field '" + std::string(member.key()) + "' here. Known: " + listed(known) + ".");
    }
  }
  return std::move(value.as_object());
}

}  // namespace darkroom::api
