#include "domain/failure_cause.h"

#include "base/hash.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

constexpr std::size_t kLongest = 300;
constexpr std::size_t kShortestHash = 8;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Where the particular that begins here ends; `at` itself: none begins here. One that goes on with letters is a word (3rd, image7a), of which only the digits go.
std::size_t end_of_particular(std::string_view text, std::size_t at) {
  std::size_t hex = at;
  while (hex < text.size() && (is_hex(text[hex]) || (text[hex] == '-' && hex > at))) ++hex;
  bool whole = hex == text.size() || !is_letter(text[hex]);
  bool has_digit = std::any_of(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(hex), is_digit);
  if (whole && has_digit && hex - at >= kShortestHash) return hex;
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) {
    while (end < text.size() && is_digit(text[end])) ++end;
    bool goes_on = end + 1 < text.size() && std::string_view(".,:-/").find(text[end]) != std::string_view::npos && is_digit(text[end + 1]);
    if (goes_on) ++end;
  }
  return end;
}

}  // namespace

std::string without_particulars(std::string_view message) {
  std::string text;
  for (std::size_t at = 0; at < message.size() && text.size() < kLongest;) {
    bool begins_word = at == 0 || !(is_letter(message[at - 1]) || is_digit(message[at - 1]));
    std::size_t end = begins_word || is_digit(message[at]) ? end_of_particular(message, at) : at;
    if (end > at) {
      text += '#';
      at = end;
    } else {
      text += message[at++];
    }
  }
  bool cut_a_character = text.size() == kLongest;
  while (cut_a_character && !text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (cut_a_character && !text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0) text.pop_back();
  return text;
}

std::string cause_of(const Error& error) { return sha256_hex(error.code + "\n" + without_particulars(error.message)).substr(0, 16); }

}  // namespace darkroom::domain
