#include "http/edge_rules.h"

#include "base/network.h"
#include "http/ascii.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

namespace darkroom::http {
namespace {

constexpr std::size_t kLongestId = 64;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = to_lower(c);
  return out;
}

const std::string& machine_name() {
  static const std::string name = [] {
    std::array<char, 256> text{};
    ::gethostname(text.data(), text.size() - 1);
    return lower(text.data());
  }();
  return name;
}

bool is_lower_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

// 00-<32 hex>-<16 hex>-<2 hex> of the W3C; ids of zeros only are invalid.
std::string_view trace_id(std::string_view parent) {
  if (parent.size() != 55 || parent[2] != '-' || parent[35] != '-' || parent[52] != '-' || parent.substr(0, 2) != "00") return {};
  std::string_view trace = parent.substr(3, 32), span = parent.substr(36, 16);
  bool valid = is_lower_hex(trace) && is_lower_hex(span) && is_lower_hex(parent.substr(53)) && trace.find_first_not_of('0') != std::string_view::npos &&
               span.find_first_not_of('0') != std::string_view::npos;
  return valid ? trace : std::string_view();
}

bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace

std::string_view value_of(const HeaderFields& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return {};
}

bool is_our_host(const HostRules& rules, std::string_view host) {
  if (rules.allowed.empty() && !rules.local_only) return true;
  std::string_view name = host;
  if (name.starts_with('[')) {
    name = name.substr(1, name.find(']') == std::string_view::npos ? 0 : name.find(']') - 1);
  } else {
    name = name.substr(0, name.find(':'));
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string asked = lower(name);
  if (plain_address(asked) || asked == "localhost" || asked.ends_with(".localhost")) return true;
  if (rules.allowed.empty()) return asked == machine_name() || (!asked.empty() && asked.find('.') == std::string::npos);
  return std::ranges::any_of(rules.allowed, [&](const std::string& allowed) {
    return allowed == "*" || asked == allowed || (allowed.starts_with('.') && asked.ends_with(allowed));
  });
}

std::string permitted_origin(const std::vector<std::string>& origins, const HeaderFields& headers) {
  if (origins.empty()) return {};
  std::string_view origin = value_of(headers, "Origin");
  return std::ranges::find(origins, origin) == origins.end() ? std::string() : std::string(origin);
}

std::string request_id(const HeaderFields& headers, bool by_proxy) {
  if (auto trace = trace_id(value_of(headers, "traceparent")); !trace.empty()) return std::string(trace);
  if (auto given = value_of(headers, "X-Request-Id"); by_proxy && is_plain_id(given)) return std::string(given);
  thread_local std::mt19937_64 generator{std::random_device{}()};
  constexpr const char* digits = "0123456789abcdef";
  std::string id;
  for (int half = 0; half < 2; ++half) {
    std::uint64_t bits = generator();
    for (int i = 0; i < 16; ++i, bits >>= 4) id += digits[bits & 15];
  }
  return id;
}

}  // namespace darkroom::http
