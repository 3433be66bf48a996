#include "json/text.h"

#include <boost/json.hpp>

#include <charconv>
#include <cmath>

namespace darkroom::json {
namespace {

void append(std::string& out, const boost::json::value& value);

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[40];
  auto [end, error] = std::to_chars(text, text + sizeof text, number);
  out.append(text, end);
}

void append_object(std::string& out, const boost::json::object& object) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    out += boost::json::serialize(member.key());
    out += ':';
    append(out, member.value());
  }
  out += '}';
}

void append_array(std::string& out, const boost::json::array& array) {
  out += '[';
  bool first = true;
  for (const auto& item : array) {
    if (!first) out += ',';
    first = false;
    append(out, item);
  }
  out += ']';
}

void append(std::string& out, const boost::json::value& value) {
  if (const auto* object = value.if_object()) return append_object(out, *object);
  if (const auto* array = value.if_array()) return append_array(out, *array);
  if (const auto* number = value.if_double()) return append_number(out, *number);
  if (const auto* text = value.if_string()) {
    out += boost::json::serialize(boost::json::string_view(*text));
    return;
  }
  out += boost::json::serialize(value);
}

}  // namespace

std::string to_text(const boost::json::value& value) {
  std::string out;
  append(out, value);
  return out;
}

}  // namespace darkroom::json
