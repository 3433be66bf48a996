#include "compat/form.h"

#include "domain/job.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace darkroom::compat {
namespace {

namespace json = boost::json;

struct Number {
  enum class Kind { whole, beyond, none } kind = Kind::none;
  std::int64_t value = 0;  // of one beyond 64 bits: the nearest
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// As Python's int(): blanks around it, a sign, single underscores between digits.
Number python_int(std::string_view text) {
  auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::string digits = negative ? "-" : "";
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool between = text[i] == '_' && i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
    if (!is_digit(text[i]) && !between) return {};
    if (!between) digits += text[i];
  }
  if (text.empty()) return {};
  Number number{Number::Kind::whole, 0};
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number.value);
  if (error == std::errc()) return number;
  return {Number::Kind::beyond, negative ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max()};
}

void complain(json::array& faults, std::string_view field, std::string_view message, std::string_view type) {
  faults.push_back(json::object{{"loc", {"body", field}}, {"msg", message}, {"type", type}});
}

json::object object_or_empty(const std::string& text) {
  boost::system::error_code problem;
  json::value value = json::parse(text, problem);
  return !problem && value.is_object() ? std::move(value.as_object()) : json::object();
}

}  // namespace

std::variant<Form, json::object> read_form(const SentForm& sent) {
  auto field = [&](const char* name) {  // an empty one counts as not sent
    auto found = sent.fields.find(name);
    return found == sent.fields.end() || found->second.empty() ? nullptr : &found->second;
  };
  Form form;
  json::array faults;
  if (!sent.has_file) {
    if (field("file")) complain(faults, "file", "Expected UploadFile, received: <class 'str'>", "value_error");
    else complain(faults, "file", "field required", "value_error.missing");
  }
  if (const std::string* text = field("image_id")) {
    Number number = python_int(*text);
    form.image_id = number.value;
    if (number.kind == Number::Kind::none) complain(faults, "image_id", "value is not a valid integer", "type_error.integer");
    if (number.kind == Number::Kind::beyond) complain(faults, "image_id", "ensure this value fits into 64 bits", "value_error.number.not_le");
  } else {
    complain(faults, "image_id", "field required", "value_error.missing");
  }
  if (const std::string* text = field("priority")) {
    Number number = python_int(*text);
    if (number.kind == Number::Kind::none) complain(faults, "priority", "value is not a valid integer", "type_error.integer");
    form.priority = static_cast<int>(std::clamp<std::int64_t>(number.value, domain::kLowestPriority, domain::kHighestPriority));
  }
  if (const std::string* text = field("metadata")) form.metadata = object_or_empty(*text);
  if (!faults.empty()) return json::object{{"detail", std::move(faults)}};
  return form;
}

std::string short_text(const json::object& metadata, std::string_view name, std::size_t most_characters) {
  const json::value* value = metadata.if_contains(name);
  if (!value || !value->is_string()) return "";
  std::string text(value->as_string());
  if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) return "";
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool begins = (static_cast<unsigned char>(text[i]) >> 6) != 2;  // any byte but a continuation of UTF-8
    if (begins && ++characters > most_characters) return text.substr(0, i);
  }
  return text;
}

}  // namespace darkroom::compat
