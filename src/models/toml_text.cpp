#include "models/toml_text.h"

#include "domain/error_codes.h"

#include <sstream>

namespace darkroom::models {

Error wrong_line(const std::string& called, const toml::source_position& where, const std::string& what) {
  return {std::string(domain::code::model_unavailable), called + ", line " + std::to_string(where.line) + ": " + what};
}

Result<toml::table> parse_toml(std::string_view text, const std::string& called) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return wrong_line(called, error.source().begin, std::string(error.description()));
  }
}

std::string to_text(const toml::table& table) {
  std::ostringstream stream;
  stream << table << "\n";
  return stream.str();
}

}  // namespace darkroom::models
