#include "base/id.h"

#include <sys/random.h>

#include <array>
#include <cctype>
#include <stdexcept>

namespace darkroom {
namespace {

void fill_random(void* target, std::size_t size) {
  auto* bytes = static_cast<unsigned char*>(target);
  while (size > 0) {
    ssize_t got = ::getrandom(bytes, size, 0);
    if (got < 0) throw std::runtime_error("the kernel gave no random bytes");
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
}

}  // namespace

std::string make_uuid_v7(Time now) {
  std::array<unsigned char, 16> bytes{};
  fill_random(bytes.data() + 6, 10);
  auto millis = static_cast<std::uint64_t>(to_micros(now) / 1000);
  for (int i = 5; i >= 0; --i, millis >>= 8) bytes[static_cast<std::size_t>(i)] = static_cast<unsigned char>(millis & 0xff);
  bytes[6] = static_cast<unsigned char>(0x70 | (bytes[6] & 0x0f));
  bytes[8] = static_cast<unsigned char>(0x80 | (bytes[8] & 0x3f));
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return false;
    if (!dash && !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

std::string random_base62(std::size_t length) {
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text;
  std::array<unsigned char, 32> bytes{};
  while (text.size() < length) {
    std::size_t count = std::min(length - text.size(), bytes.size());
    fill_random(bytes.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      if (bytes[i] < 248) text += kAlphabet[bytes[i] % 62];  // 248 = 4 * 62: no letter is likelier than another
    }
  }
  return text;
}

}  // namespace darkroom
