#include "http/percent.h"

#include "http/ascii.h"

#include <algorithm>

namespace darkroom::http {
namespace {

// The length of the UTF-8 sequence that `text` begins with, or 0 if it is not one.
std::size_t sequence_length(std::string_view text) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                       : first >= 0xe0 && first <= 0xef ? 3
                       : first >= 0xf0 && first <= 0xf4 ? 4
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::optional<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

std::string_view without_authority(std::string_view target) {
  std::size_t scheme_end = target.find("://");
  if (target.starts_with('/') || scheme_end == std::string_view::npos) return target;
  if (!equals_ignoring_case(target.substr(0, scheme_end), "http") && !equals_ignoring_case(target.substr(0, scheme_end), "https"))
    return target;
  std::size_t path = target.find_first_of("/?", scheme_end + 3);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      int high = hex_value(text[i + 1]);
      int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    decoded += c;
  }
  if (!is_utf8(decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::vector<std::pair<std::string, std::string>>> decode_pairs(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    std::size_t equals = pair.find('=');
    auto name = decode_form(pair.substr(0, equals));
    auto value = decode_form(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

Result<Target> parse_target(std::string_view target) {
  target = without_authority(target);
  std::size_t mark = target.find('?');
  Target parsed{target.substr(0, mark), {}};
  if (parsed.raw_path.empty()) parsed.raw_path = "/";
  if (!parsed.raw_path.starts_with('/') && parsed.raw_path != "*") {
    return Error{"bad_request", "The request target must begin with a slash."};
  }
  if (mark == std::string_view::npos) return parsed;
  auto pairs = decode_pairs(target.substr(mark + 1));
  if (!pairs) return Error{"bad_request", "The query is not percent-encoded UTF-8; encode every % as %25."};
  for (auto& [name, value] : *pairs) {
    if (!parsed.query.emplace(name, std::move(value)).second) return Error{"bad_request", "The query names '" + name.substr(0, 100) + "' twice; leave one out."};
  }
  return parsed;
}

}  // namespace darkroom::http
