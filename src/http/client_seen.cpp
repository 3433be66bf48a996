#include "http/client_seen.h"

#include "http/ascii.h"

#include <optional>
#include <string_view>

namespace darkroom::http {
namespace {

struct Hop {
  std::string node;
  std::string proto;
  std::string host;
};

constexpr std::size_t kMostHops = 32;

// Without quotes, brackets and port: 1.2.3.4:80, "[2001:db8::1]:80".
std::string_view bare(std::string_view node) {
  if (node.size() >= 2 && node.front() == '"' && node.back() == '"') node = node.substr(1, node.size() - 2);
  if (node.starts_with('[')) return node.substr(1, node.find(']') == std::string_view::npos ? 0 : node.find(']') - 1);
  std::size_t colon = node.find(':');
  return colon != std::string_view::npos && colon == node.rfind(':') ? node.substr(0, colon) : node;
}

// The items of all fields of this name, in order, split at commas outside quotes.
std::vector<std::string_view> items_of(const HeaderFields& headers, std::string_view name, char separator = ',') {
  std::vector<std::string_view> items;
  for (const auto& [key, value] : headers) {
    if (!equals_ignoring_case(key, name)) continue;
    bool quoted = false;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= value.size(); ++i) {
      if (i < value.size() && value[i] == '"') quoted = !quoted;
      if (i < value.size() && (quoted || value[i] != separator)) continue;
      items.push_back(trim(std::string_view(value).substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return items;
}

std::vector<Hop> x_forwarded(const HeaderFields& headers) {
  auto nodes = items_of(headers, "X-Forwarded-For");
  auto protos = items_of(headers, "X-Forwarded-Proto");
  auto hosts = items_of(headers, "X-Forwarded-Host");
  // A list that is as long as the chain names a value a hop; any other says what the last proxy knows.
  auto value = [&](const std::vector<std::string_view>& values, std::size_t i) {
    return values.empty() ? std::string() : std::string(values.size() == nodes.size() ? values[i] : values.back());
  };
  std::vector<Hop> hops;
  for (std::size_t i = 0; i < nodes.size(); ++i) hops.push_back({std::string(bare(nodes[i])), value(protos, i), value(hosts, i)});
  if (nodes.empty() && (!protos.empty() || !hosts.empty())) hops.push_back({"", value(protos, 0), value(hosts, 0)});
  return hops;
}

// RFC 7239.
std::vector<Hop> forwarded(const HeaderFields& headers) {
  std::vector<Hop> hops;
  for (std::string_view item : items_of(headers, "Forwarded")) {
    Hop hop;
    HeaderFields one = {{"Forwarded", std::string(item)}};
    for (std::string_view pair : items_of(one, "Forwarded", ';')) {
      std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      std::string_view name = pair.substr(0, equals);
      std::string_view value = pair.substr(equals + 1);
      if (equals_ignoring_case(name, "for")) hop.node = bare(value);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      if (equals_ignoring_case(name, "proto")) hop.proto = value;
      if (equals_ignoring_case(name, "host")) hop.host = value;
    }
    hops.push_back(std::move(hop));
  }
  return hops;
}

}  // namespace

ClientSeen see_client(const std::vector<Network>& trusted, ForwardedBy by, const std::string& remote, const HeaderFields& headers) {
  ClientSeen seen{.address = remote};
  for (const auto& [name, value] : headers) {
    if (equals_ignoring_case(name, "Host")) seen.host = value;
  }
  seen.by_proxy = contains(trusted, remote);
  if (!seen.by_proxy) return seen;
  std::vector<Hop> hops = by == ForwardedBy::forwarded ? forwarded(headers) : x_forwarded(headers);
  std::size_t looked = 0;
  for (std::size_t i = hops.size(); i-- > 0 && ++looked <= kMostHops;) {
    const Hop& hop = hops[i];
    if (!hop.proto.empty()) seen.is_secure = equals_ignoring_case(hop.proto, "https");
    if (!hop.host.empty()) seen.host = hop.host;
    auto address = plain_address(hop.node);
    if (!address) break;
    seen.address = *address;
    if (!contains(trusted, *address)) break;
  }
  return seen;
}

}  // namespace darkroom::http
