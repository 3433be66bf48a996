#include "auth/password_rules.h"

#include "auth/common_words.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace darkroom::auth {
namespace {

constexpr std::size_t kShortest = 8, kLongest = 256;  // bytes

constexpr std::size_t kShortestHalf = 3;

// In small letters, digits and signs that stand for letters put back.
std::string plain(std::string_view text) {
  std::string result;
  for (char each : text) {
    switch (each) {
      case '0': result += 'o'; break;
      case '1': case '!': result += 'i'; break;
      case '3': result += 'e'; break;
      case '4': case '@': result += 'a'; break;
      case '5': case '$': result += 's'; break;
      case '7': result += 't'; break;
      default: result += static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    }
  }
  return result;
}

std::string letters_of(std::string_view text) {
  std::string result;
  for (char each : text) {
    if (std::isalpha(static_cast<unsigned char>(each)) || static_cast<unsigned char>(each) >= 0x80) result += static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  }
  return result;
}

bool is_word(std::string_view text) { return std::ranges::binary_search(common_words(), text); }

// A common word, or two of them: "hellokitty", "iloveyouforever" and "redsox" are as well known as their parts.
bool is_listed(std::string_view text) {
  if (is_word(text)) return true;
  for (std::size_t half = kShortestHalf; half + kShortestHalf <= text.size(); ++half) {
    if (is_word(text.substr(0, half)) && is_word(text.substr(half))) return true;
  }
  return false;
}

// "aaaaaaaa", "12345678", "87654321", "11223344": nearly every step between neighbours is the same small one.
bool is_run(std::string_view text) {
  std::size_t plain_steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    int step = text[i] - text[i - 1];
    if (step >= -1 && step <= 1) ++plain_steps;
  }
  return plain_steps + 2 >= text.size();
}

// "abcabcabc", "12341234".
bool repeats(std::string_view text) {
  for (std::size_t length = 1; length <= text.size() / 2; ++length) {
    if (text.size() % length == 0 && std::ranges::equal(text.substr(length), text.substr(0, text.size() - length))) return true;
  }
  return false;
}

bool is_common(std::string_view password, std::string_view account) {
  std::string letters = letters_of(password), spelt = letters_of(plain(password));
  bool digits_only = letters.empty() && password.size() < 12;
  bool names_account = account.size() >= 3 && plain(password).find(plain(account)) != std::string::npos && password.size() < account.size() + 6;
  return is_listed(letters) || is_listed(spelt) || is_listed(plain(password)) || is_run(password) || repeats(password) || digits_only || names_account;
}

}  // namespace

Result<void> check_password(std::string_view password, std::string_view account) {
  std::string code(domain::code::weak_password);
  if (password.size() < kShortest) return Error{code, "A password has at least 8 characters, better 15. A few words in a row are easy to keep in mind."};
  if (password.size() > kLongest) return Error{code, "A password has at most 256 bytes."};
  if (is_common(password, account)) return Error{code, "This password is one of those that are tried first. Take another, such as a few words in a row."};
  return {};
}

}  // namespace darkroom::auth
