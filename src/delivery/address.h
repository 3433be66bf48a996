// Which network addresses may be called on behalf of others: a pure judgement of a number, whatever it was written as.
//
// An IPv6 address may carry an IPv4 address (mapped, compatible, translated, 6to4, NAT64, ISATAP); what it carries is judged. Where a packet may as well go to
// the IPv6 address as it stands (ISATAP, translation of local use), that is judged, too.
// Ranges: IANA's special-purpose registries, and the addresses at which clouds answer with credentials.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace darkroom::delivery {

struct Address {
  std::array<std::uint8_t, 16> bytes{};  // of IPv4 the first four
  bool is_v4 = true;
  bool operator==(const Address&) const = default;
};

struct Cidr {
  Address base;
  int bits = 0;
};

// None for a family that is neither IPv4 nor IPv6.
std::optional<Address> address_of(const sockaddr* name);
std::optional<Address> parse_address(std::string_view text);
// "10.0.0.0/8", "fd00::/8", or one address.
std::optional<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr& range, const Address& address);

// The addresses at which a packet to this one may arrive: what it carries, itself, or both.
std::vector<Address> meanings_of(const Address& address);

// open: of the public internet. forbidden: private, loopback, reserved. metadata: a cloud's credentials, never to be called.
enum class Reach { open, forbidden, metadata };
// Of all that it may mean, the worst.
Reach reach_of(const Address& address);

// The addresses of this host's own interfaces.
std::vector<Address> own_addresses();

}  // namespace darkroom::delivery
