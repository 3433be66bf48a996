#include "http/gate.h"

#include "http/ascii.h"

#include <algorithm>
#include <limits>

namespace darkroom::http {
namespace {

constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kVersionBytes = 8;  // HTTP/1.1

Error bad_request(std::string message) { return Error{"bad_request", std::move(message)}; }

std::optional<std::uint64_t> parse_length(std::string_view digits) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (digits.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (most - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

bool is_host(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return is_alphanumeric(c) || std::string_view("-._~:[]!$&'()*+;=%").find(c) != std::string_view::npos;
  });
}

std::vector<std::string_view> values_of(const Head& head, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : head.fields) {
    if (equals_ignoring_case(key, name)) values.push_back(value);
  }
  return values;
}

}  // namespace

Result<std::optional<std::size_t>> HeaderScanner::scan(std::string_view held) {
  while (scanned_ < held.size() && !complete_) {
    if (scanned_ == limits_.header_bytes) {
      return Error{"header_too_large", "The request header is larger than " + std::to_string(limits_.header_bytes) + " bytes."};
    }
    if (auto error = step(held[scanned_])) return *std::move(error);
    ++scanned_;
  }
  return complete_ ? std::optional(scanned_) : std::nullopt;
}

void HeaderScanner::enter(Place place) {
  place_ = place;
  place_began_ = scanned_ + 1;
}

std::optional<Error> HeaderScanner::step(char c) {
  switch (place_) {
    case Place::method:
    case Place::target:
    case Place::version: return step_request_line(c);
    case Place::line_start:
    case Place::name:
    case Place::value: return step_field(c);
    case Place::line_end:
    case Place::last_line_end:
      if (c != '\n') return bad_request("A line of the header ends with a bare CR; lines end with CR LF.");
      complete_ = place_ == Place::last_line_end;
      enter(Place::line_start);
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Error> HeaderScanner::step_request_line(char c) {
  std::size_t length = scanned_ - place_began_;
  if (place_ == Place::method) {
    if (c == ' ' && length > 0) {
      enter(Place::target);
    } else if (!is_token_character(c) || length >= kLongestMethod) {
      return bad_request("The request does not begin with a method of HTTP/1.1.");
    }
  } else if (place_ == Place::target) {
    if (c == ' ' && length > 0) {
      enter(Place::version);
    } else if (static_cast<signed char>(c) <= ' ' || c == 0x7f || c == '#') {
      return bad_request("The request target has a byte that must be percent-encoded.");
    } else if (length >= limits_.target_bytes) {
      return Error{"uri_too_long", "The request target is longer than " + std::to_string(limits_.target_bytes) + " bytes."};
    }
  } else if (c == '\r') {
    enter(Place::line_end);
  } else if (is_control(c) || length >= kVersionBytes) {
    return bad_request("The request line does not end with HTTP/1.1 and CR LF.");
  }
  return std::nullopt;
}

std::optional<Error> HeaderScanner::step_field(char c) {
  if (place_ == Place::line_start) {
    if (c == '\r') {
      enter(Place::last_line_end);
      return std::nullopt;
    }
    if (c == ' ' || c == '\t') return bad_request("A header line is folded; write each header in one line.");
    if (++fields_ > limits_.fields) {
      return Error{"header_too_large", "The request has more than " + std::to_string(limits_.fields) + " header fields."};
    }
    enter(Place::name);
    if (!is_token_character(c)) return bad_request("A header line does not begin with a name.");
  } else if (place_ == Place::name) {
    if (c == ':') {
      enter(Place::value);
    } else if (!is_token_character(c)) {
      return bad_request("A header name has a character that is not allowed there.");
    }
  } else if (c == '\r') {
    enter(Place::line_end);
  } else if (is_control(c) && c != '\t') {
    return bad_request("A header value has a control character.");
  }
  return std::nullopt;
}

Result<BodyFraming> judge(const Head& head) {
  auto hosts = values_of(head, "Host");
  if (hosts.size() != 1 || !is_host(hosts.front())) return bad_request("The request needs exactly one valid Host header.");
  auto lengths = values_of(head, "Content-Length");
  auto encodings = values_of(head, "Transfer-Encoding");
  if (lengths.size() + encodings.size() > 1)
    return bad_request("The request needs exactly one of Content-Length and Transfer-Encoding.");

  BodyFraming body;
  if (!encodings.empty()) {
    if (head.version != 11 || !equals_ignoring_case(encodings.front(), "chunked")) {
      return bad_request("The only Transfer-Encoding taken is chunked, in HTTP/1.1.");
    }
    body.framing = Framing::chunked;
  } else if (!lengths.empty()) {
    auto length = parse_length(lengths.front());
    if (!length) return bad_request("Content-Length must be one number of decimal digits.");
    body = {*length == 0 ? Framing::none : Framing::length, *length};
  }
  if (body.framing != Framing::none && (head.method == "GET" || head.method == "HEAD")) {
    return bad_request("A " + head.method + " request has no body.");
  }
  return body;
}

}  // namespace darkroom::http
