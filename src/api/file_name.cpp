#include "api/file_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace darkroom::api {
namespace {

struct Kind {
  std::string_view format;
  std::string_view media_type;
  std::array<std::string_view, 2> extensions;  // the first is given to a name that has neither
};

constexpr std::array kKinds = {
    Kind{"JPEG", "image/jpeg", {".jpg", ".jpeg"}},
    Kind{"PNG", "image/png", {".png", ".png"}},
    Kind{"WEBP", "image/webp", {".webp", ".webp"}},
    Kind{"GIF", "image/gif", {".gif", ".gif"}},
    Kind{"HEIC", "image/heic", {".heic", ".heif"}},
    Kind{"AVIF", "image/avif", {".avif", ".avif"}},
};
constexpr std::array<std::string_view, 6> kDevices = {"con", "prn", "aux", "nul", "com", "lpt"};
constexpr std::size_t kLongest = 140;  // bytes, before the extension

const Kind* kind_of(std::string_view format) {
  auto found = std::ranges::find(kKinds, format, &Kind::format);
  return found == kKinds.end() ? nullptr : &*found;
}

std::string lower(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return low;
}

// The code point at `at` and its length in bytes; length 0 where no UTF-8 character begins.
std::pair<std::uint32_t, std::size_t> character(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  std::size_t length = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (first > 0xf4 || length == 0 || at + length > text.size()) return {0, 0};
  std::uint32_t code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {0, 0};
    code = (code << 6) | (byte(at + i) & 0x3f);
  }
  return {code, length};
}

// Marks without a glyph of their own, among them those that turn the direction, so that "gpj.exe" reads "exe.jpg".
bool is_invisible(std::uint32_t code) {
  return (code >= 0x80 && code < 0xa0) || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 &&
      code <= 0x206f) || code == 0xfeff ||
         (code >= 0xd800 && code < 0xe000);
}

std::string cleaned(std::string_view title) {
  std::string name;
  for (std::size_t at = 0; at < title.size();) {
    auto [code, length] = character(title, at);
    bool forbidden = length == 0 || code < 0x20 || code == 0x7f || is_invisible(code) || (code < 0x80 &&
        std::string_view("/\\:*?\"<>|").find(static_cast<char>(code)) != std::string_view::npos);
    length = std::max<std::size_t>(length, 1);
    if (name.size() + length > kLongest) break;
    if (!forbidden) name += title.substr(at, length);
    if (forbidden && !name.empty() && name.back() != '_') name += '_';
    at += length;
  }
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(". "), name.size()));
  return name;
}

bool is_device(std::string_view name) {
  std::string stem = lower(name.substr(0, name.find('.')));
  while (stem.ends_with(' ')) stem.pop_back();
  if (stem.size() == 4 && stem[3] >= '0' && stem[3] <= '9') stem.pop_back();
  return std::ranges::find(kDevices, stem) != kDevices.end();
}

bool is_plain(unsigned char c) { return std::isalnum(c) || c == '.' || c == '-' || c == '_'; }

}  // namespace

std::string_view media_type_of(std::string_view format) {
  const Kind* kind = kind_of(format);
  return kind ? kind->media_type : "application/octet-stream";
}

std::string download_name(std::string_view title, std::string_view format) {
  std::string name = cleaned(title);
  if (name.empty()) name = "photo";
  if (is_device(name)) name.insert(0, 1, '_');
  const Kind* kind = kind_of(format);
  std::string low = lower(name);
  bool fits = kind && std::ranges::any_of(kind->extensions, [&](std::string_view extension) { return low.size() > extension.size() &&
      low.ends_with(extension); });
  if (!fits) name += kind ? kind->extensions[0] : ".bin";
  return name;
}

std::string attachment(std::string_view name) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string ascii, encoded;
  for (unsigned char c : name) {
    bool begins = (c & 0xc0) != 0x80;  // one stroke for a character, however many bytes it has
    if (c < 0x80) ascii += is_plain(c) || c == ' ' || c == '(' || c == ')' ? static_cast<char>(c) : '_';
    if (c >= 0x80 && begins) ascii += '_';
    if (is_plain(c)) {
      encoded += static_cast<char>(c);
    } else {
      encoded += {'%', kDigits[c >> 4], kDigits[c & 15]};
    }
  }
  return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace darkroom::api
