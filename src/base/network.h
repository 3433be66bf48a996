// Ranges of addresses as a configuration writes them: 10.0.0.0/8, 192.168.1.7, fd00::/8.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom {

class Network {
 public:
  // An address alone is a range of one. nullopt for anything else, and for one whose address has bits beyond its prefix: most likely a slip.
  static std::optional<Network> parse(std::string_view text);

  // An IPv4 address that is written as IPv6 (::ffff:10.0.0.1) is the IPv4 address. What is no address lies in no range.
  bool contains(const std::string& address) const;
  std::string text() const;

  bool operator==(const Network&) const = default;

 private:
  using Bits = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d
  static std::optional<Bits> bits_of(const std::string& address);

  Bits bits_{};
  int prefix_ = 128;
};

bool contains(const std::vector<Network>& networks, const std::string& address);

// The address in its one spelling (inet_ntop), IPv4 in IPv6 as IPv4; nullopt for what is none.
std::optional<std::string> plain_address(const std::string& text);

}  // namespace darkroom
