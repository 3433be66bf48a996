#include "api/cursor.h"

#include "api/body_fields.h"
#include "base/base64.h"
#include "base/hash.h"

#include <cctype>

namespace darkroom::api {

std::string list_hash(const std::vector<std::string>& conditions) {
  std::string text;
  for (const std::string& each : conditions) text += "\n" + std::to_string(each.size()) + " " + each;
  return sha256_hex(text).substr(0, 16);
}

std::string make_cursor(std::string_view hash, std::string_view place) { return to_base64url(std::string(hash) + " " + std::string(place)); }

Error not_a_cursor() { return invalid("cursor is not one that a list has given. Begin again without it."); }

Result<std::string> open_cursor(std::string_view hash, std::string_view cursor) {
  auto text = from_base64(cursor);
  std::string expected = std::string(hash) + " ";
  if (!text || text->size() < expected.size()) return not_a_cursor();
  if (!text->starts_with(expected)) return invalid("cursor belongs to a list with other conditions or another order. Begin again without it.");
  return text->substr(expected.size());
}

std::string next_page_address(const http::Request& request, const std::string& cursor) {
  std::string address = request.path + "?cursor=" + cursor;
  for (const auto& [name, value] : request.query) {
    if (name == "cursor" || name == "before") continue;
    address += "&" + name + "=";
    for (unsigned char c : value) {
      static constexpr char kHex[] = "0123456789ABCDEF";
      bool plain = std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
      plain ? address += static_cast<char>(c) : (address += '%', address += kHex[c >> 4], address += kHex[c & 15]);
    }
  }
  return address;
}

}  // namespace darkroom::api
