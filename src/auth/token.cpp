#include "auth/token.h"

#include "base/id.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

namespace darkroom::auth {
namespace {

// CRC-32 as in IEEE 802.3, reflected polynomial 0xEDB88320.
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffffU;
  for (char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::string base62(std::uint32_t number) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string digits(6, '0');
  for (int i = 5; i >= 0; --i, number /= 62) digits[static_cast<std::size_t>(i)] = kAlphabet[number % 62];
  return digits;
}

}  // namespace

std::string make_token() {
  std::string random = random_base62(30);
  return "darkroom_" + random + base62(crc32(random));
}

bool has_right_checksum(std::string_view token) {
  constexpr std::string_view kPrefix = "darkroom_";
  constexpr std::size_t kRandom = 30, kSum = 6;
  if (!token.starts_with(kPrefix) || token.size() != kPrefix.size() + kRandom + kSum) return true;
  token.remove_prefix(kPrefix.size());
  return base62(crc32(token.substr(0, kRandom))) == token.substr(kRandom);
}

bool is_acceptable_token(std::string_view token) {
  return token.size() >= 20 && token.size() <= 200 && std::ranges::all_of(token, [](unsigned char c) { return std::isgraph(c) != 0; });
}

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(authorization[i])) != kScheme[i]) return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

}  // namespace darkroom::auth
