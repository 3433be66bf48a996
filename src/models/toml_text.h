// TOML in and out, for the sidecar and for what the library notes of a version.
#pragma once

#include "base/result.h"

#include <toml++/toml.h>

#include <string>
#include <string_view>

namespace darkroom::models {

// Error model_unavailable with `called` (a path, or what the text is) and the line.
Result<toml::table> parse_toml(std::string_view text, const std::string& called);
std::string to_text(const toml::table& table);

// The same error for something that is well written and wrong.
Error wrong_line(const std::string& called, const toml::source_position& where, const std::string& what);

}  // namespace darkroom::models
