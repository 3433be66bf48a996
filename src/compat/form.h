// The form of POST /process-image/ as the service that Darkroom replaces (FastAPI with Pydantic 1) reads it: which texts are numbers, what a field that is
// sent twice or empty means, and the body of its 422.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace darkroom::compat {

struct SentForm {
  std::map<std::string, std::string> fields;  // the last of equal names
  bool has_file = false;
};

struct Form {
  std::int64_t image_id = 0;
  int priority = 0;                       // clamped to what a queue knows
  boost::json::object metadata = {};      // empty for what is no JSON object
};

// The form, or the body of a 422: {"detail": [{"loc": ["body", "image_id"], "msg": ..., "type": ...}, ...]}, a line for each field that is wrong.
std::variant<Form, boost::json::object> read_form(const SentForm& sent);

// A text of the metadata that names a person or a photo, cut after so many characters; empty if there is none, or one with control characters.
std::string short_text(const boost::json::object& metadata, std::string_view name, std::size_t most_characters);

}  // namespace darkroom::compat
