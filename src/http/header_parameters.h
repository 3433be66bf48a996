// Header values of the form: value; name=token; name="quoted string".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::http {

struct ParameterizedValue {
  std::string value;                                           // lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  // The number of parameters of this name, and the first one's value.
  std::size_t count(std::string_view name) const;
  std::optional<std::string> find(std::string_view name) const;
};

// nullopt for text that is not of this form. In a quoted string a backslash escapes a quote or a backslash and is itself
// before anything else, since clients send Windows paths.
std::optional<ParameterizedValue> parse_parameters(std::string_view text);

}  // namespace darkroom::http
