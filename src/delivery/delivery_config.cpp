#include "delivery/delivery_config.h"

#include "delivery/guard.h"
#include "delivery/signature.h"
#include "domain/error_codes.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace darkroom::delivery {
namespace {

constexpr const char* kCallbackPath = "/api/ai-callback/";

std::vector<std::string> words_of(std::string_view text) {
  std::string plain(text);
  std::ranges::replace_if(plain, [](char c) { return c == '[' || c == ']' || c == ',' || c == '"' || c == '\''; }, ' ');
  std::istringstream in(plain);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

template <class Number>
bool read_number(const std::string& word, Number least, Number most, Number& number) {
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() && number >= least && number <= most;
}

Error wrong(std::string message) { return {std::string(domain::code::invalid_field), std::move(message)}; }

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 40 && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

}  // namespace

Result<Site> checked(Site site) {
  if (!is_name(site.name)) return wrong("the name of a site must have 1 to 40 of the characters a-z 0-9 _ -, not '" + site.name + "'");
  auto host = site.callback.find("://");
  auto path = host == std::string::npos ? host : site.callback.find('/', host + 3);
  if (host != std::string::npos && (path == std::string::npos || path + 1 == site.callback.size())) site.callback = site.callback.substr(0, path) + kCallbackPath;
  auto parsed = Guard({.trusted = {site.callback}}).parse(site.callback);
  if (!parsed) return wrong("the callback of the site " + site.name + ": " + parsed.error().message);
  if (!site.secret.empty() && !secret_bytes(site.secret)) return wrong("the secret of the site " + site.name + " must be whsec_ and 24 to 64 bytes in base64; leave it out to have one made");
  return site;
}

RetryDelays standard_delays() {
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  return {seconds(5), minutes(5), minutes(30), hours(2), hours(5), hours(10), hours(14), hours(20), hours(24)};
}

std::optional<RetryDelays> parse_delays(std::string_view text) {
  RetryDelays delays;
  for (const std::string& word : words_of(text)) {
    double seconds = 0;
    if (!read_number(word, 0.0, 7.0 * 24 * 3600, seconds)) return std::nullopt;
    delays.push_back(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
  }
  return delays.size() <= 50 ? std::optional(delays) : std::nullopt;
}

std::string delays_text(const RetryDelays& delays) {
  std::ostringstream out;
  for (std::size_t i = 0; i < delays.size(); ++i) out << (i ? " " : "") << static_cast<double>(delays[i].count()) / 1000;
  return out.str();
}

std::optional<std::vector<int>> parse_ports(std::string_view text) {
  std::vector<int> ports;
  for (const std::string& word : words_of(text)) {
    if (!read_number(word, 1, 65'535, ports.emplace_back())) return std::nullopt;
  }
  return ports;
}

std::string ports_text(const std::vector<int>& ports) {
  std::string text;
  for (int port : ports) text += (text.empty() ? "" : " ") + std::to_string(port);
  return text;
}

std::optional<std::vector<Cidr>> parse_cidrs(std::string_view text) {
  std::vector<Cidr> ranges;
  for (const std::string& word : words_of(text)) {
    auto range = parse_cidr(word);
    if (!range) return std::nullopt;
    ranges.push_back(*range);
  }
  return ranges;
}

std::string cidrs_text(const std::vector<Cidr>& ranges) {
  std::string text;
  for (const Cidr& range : ranges) {
    char name[INET6_ADDRSTRLEN] = "";
    ::inet_ntop(range.base.is_v4 ? AF_INET : AF_INET6, range.base.bytes.data(), name, sizeof name);
    text += (text.empty() ? "" : " ") + std::string(name) + "/" + std::to_string(range.bits);
  }
  return text;
}

GuardConfig guard_of(const DeliveryConfig& config) {
  GuardConfig guard = config.guard;
  for (const Site& site : config.sites) guard.trusted.push_back(site.callback);
  return guard;
}

}  // namespace darkroom::delivery
