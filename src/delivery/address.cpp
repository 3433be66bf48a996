#include "delivery/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <stdexcept>

namespace darkroom::delivery {
namespace {

Cidr range(std::string_view text) {
  auto parsed = parse_cidr(text);
  if (!parsed) throw std::logic_error("not a range of addresses: " + std::string(text));
  return *parsed;
}

std::vector<Cidr> ranges(std::initializer_list<std::string_view> texts) {
  std::vector<Cidr> all;
  for (std::string_view text : texts) all.push_back(range(text));
  return all;
}

bool is_in(const std::vector<Cidr>& all, const Address& address) {
  return std::ranges::any_of(all, [&](const Cidr& one) { return contains(one, address); });
}

const std::vector<Cidr>& metadata_ranges() {
  static const auto all = ranges({"169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254",
                                  "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"});
  return all;
}

const std::vector<Cidr>& forbidden_ranges() {
  static const auto all = ranges({"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
                                  "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
                                  "168.63.129.16/32", "2001::/23", "2001:db8::/32", "3fff::/20"});
  return all;
}

// Only these IPv6 addresses are of the internet; all others are local, reserved or not given out: ::, ::1, fc00::/7, fe80::/10, fec0::/10, ff00::/8, 100::/64, ...
const Cidr& global_unicast() {
  static const Cidr all = range("2000::/3");
  return all;
}

// Four bytes from there on. The ninth byte never is one of them (RFC 6052, 2.2).
Address carried(const Address& address, std::size_t at) {
  Address inner;
  for (std::uint8_t& byte : std::span(inner.bytes).first<4>()) {
    if (at == 8) ++at;
    byte = address.bytes[at++];
  }
  return inner;
}

struct Wrapping {
  Cidr range;
  std::vector<std::size_t> at;  // where the four bytes may lie
  bool itself = false;          // a packet may go to the address as it stands
};

// How a network of its own translates below 64:ff9b:1::/48 (RFC 8215) nobody outside knows, so its addresses stay what they are: local.
const std::vector<Wrapping>& wrappings() {
  static const std::vector<Wrapping> all = {{range("::ffff:0:0/96"), {12}}, {range("::ffff:0:0:0/96"), {12}}, {range("64:ff9b::/96"), {12}},
                                            {range("64:ff9b:1::/48"), {6, 7, 9, 12}, true}, {range("2002::/16"), {2}}};
  return all;
}

// An interface identifier of ISATAP: 0000:5efe or 0200:5efe before the IPv4 address.
bool is_isatap(const Address& address) {
  return (address.bytes[8] & 0xfd) == 0 && address.bytes[9] == 0 && address.bytes[10] == 0x5e && address.bytes[11] == 0xfe;
}

// ::/96 without :: and ::1, which are themselves.
bool is_compatible(const Address& address) {
  bool zeros = std::all_of(address.bytes.begin(), address.bytes.begin() + 12, [](std::uint8_t byte) { return byte == 0; });
  bool itself = address.bytes[12] == 0 && address.bytes[13] == 0 && address.bytes[14] == 0 && address.bytes[15] <= 1;
  return zeros && !itself;
}

}  // namespace

std::optional<Address> address_of(const sockaddr* name) {
  Address address;
  if (name && name->sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, name, sizeof four);
    std::memcpy(address.bytes.data(), &four.sin_addr, 4);
    return address;
  }
  if (name && name->sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, name, sizeof six);
    std::memcpy(address.bytes.data(), &six.sin6_addr, 16);
    address.is_v4 = false;
    return address;
  }
  return std::nullopt;
}

std::optional<Address> parse_address(std::string_view text) {
  std::string word(text);
  Address address;
  if (::inet_pton(AF_INET, word.c_str(), address.bytes.data()) == 1) return address;
  address.is_v4 = false;
  if (::inet_pton(AF_INET6, word.c_str(), address.bytes.data()) == 1) return address;
  return std::nullopt;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  auto slash = text.find('/');
  auto base = parse_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  int most = base->is_v4 ? 32 : 128, bits = most;
  if (slash != std::string_view::npos) {
    std::string_view number = text.substr(slash + 1);
    auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), bits);
    if (error != std::errc() || end != number.data() + number.size() || bits < 0 || bits > most) return std::nullopt;
  }
  return Cidr{*base, bits};
}

bool contains(const Cidr& range, const Address& address) {
  if (range.base.is_v4 != address.is_v4) return false;
  for (int bit = 0; bit < range.bits; ++bit) {
    auto at = static_cast<std::size_t>(bit / 8);
    if (((range.base.bytes[at] ^ address.bytes[at]) >> (7 - bit % 8)) & 1) return false;
  }
  return true;
}

std::vector<Address> meanings_of(const Address& address) {
  if (address.is_v4) return {address};
  for (const Wrapping& wrapping : wrappings()) {
    if (!contains(wrapping.range, address)) continue;
    std::vector<Address> meant;
    if (wrapping.itself) meant.push_back(address);
    for (std::size_t at : wrapping.at) meant.push_back(carried(address, at));
    return meant;
  }
  if (is_compatible(address)) return {carried(address, 12)};
  // Any network may give such an identifier to a host, with no tunnel at all.
  if (is_isatap(address)) return {address, carried(address, 12)};
  return {address};
}

Reach reach_of(const Address& address) {
  std::vector<Address> meant = meanings_of(address);
  auto is_metadata = [](const Address& one) { return is_in(metadata_ranges(), one); };
  if (is_metadata(address) || std::ranges::any_of(meant, is_metadata)) return Reach::metadata;
  auto is_open = [](const Address& one) { return !is_in(forbidden_ranges(), one) && (one.is_v4 || contains(global_unicast(), one)); };
  return std::ranges::all_of(meant, is_open) ? Reach::open : Reach::forbidden;
}

std::vector<Address> own_addresses() {
  std::vector<Address> own;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return own;
  for (const ifaddrs* one = list; one; one = one->ifa_next) {
    if (auto address = address_of(one->ifa_addr)) own.push_back(*address);
  }
  ::freeifaddrs(list);
  return own;
}

}  // namespace darkroom::delivery
