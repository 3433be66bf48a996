// Texts as JSON has them, for those who write a line of it without a library.
#pragma once

#include <string>
#include <string_view>

namespace darkroom {

// What may stand between the quotes of a JSON string, on one line of a terminal: control characters, quotes and backslashes are escaped. UTF-8 stays as it is.
void append_json_escaped(std::string& out, std::string_view text);

// A text as a JSON string with its quotes.
std::string json_text(std::string_view text);

// ,"name":"value"
void append_json_member(std::string& out, std::string_view name, std::string_view value);

}  // namespace darkroom
