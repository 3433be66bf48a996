#include "base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace darkroom {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

bool is_mapped(const std::array<std::uint8_t, 16>& bits) { return std::equal(kMapped.begin(), kMapped.end(), bits.begin()); }

bool same_prefix(const std::array<std::uint8_t, 16>& left, const std::array<std::uint8_t, 16>& right, int prefix) {
  auto whole = static_cast<std::size_t>(prefix / 8);
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(whole), right.begin())) return false;
  if (prefix % 8 == 0) return true;
  auto mask = static_cast<std::uint8_t>(0xff << (8 - prefix % 8));
  return (left.at(whole) & mask) == (right.at(whole) & mask);
}

}  // namespace

std::optional<Network::Bits> Network::bits_of(const std::string& address) {
  Bits bits{};
  if (address.find(':') != std::string::npos) {
    if (::inet_pton(AF_INET6, address.c_str(), bits.data()) != 1) return std::nullopt;
    return bits;
  }
  std::copy(kMapped.begin(), kMapped.end(), bits.begin());
  if (::inet_pton(AF_INET, address.c_str(), bits.data() + kMapped.size()) != 1) return std::nullopt;
  return bits;
}

std::optional<Network> Network::parse(std::string_view text) {
  auto slash = text.find('/');
  std::string address(text.substr(0, slash));
  auto bits = bits_of(address);
  if (!bits) return std::nullopt;
  Network network;
  network.bits_ = *bits;
  if (slash != std::string_view::npos) {
    int most = address.find(':') == std::string::npos ? 32 : 128;
    std::string_view digits = text.substr(slash + 1);
    int prefix = -1;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > most) return std::nullopt;
    network.prefix_ = most == 32 ? prefix + kMappedBits : prefix;
  }
  Bits first{};
  for (int bit = 0; bit < network.prefix_; ++bit) first.at(static_cast<std::size_t>(bit / 8)) |= static_cast<std::uint8_t>((*bits).at(static_cast<std::size_t>(bit / 8)) & (0x80 >> (bit % 8)));
  if (first != *bits) return std::nullopt;
  return network;
}

bool Network::contains(const std::string& address) const {
  auto bits = bits_of(address);
  return bits && same_prefix(*bits, bits_, prefix_);
}

std::string Network::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  bool four = is_mapped(bits_) && prefix_ >= kMappedBits;
  ::inet_ntop(four ? AF_INET : AF_INET6, bits_.data() + (four ? kMapped.size() : 0), text.data(), text.size());
  return std::string(text.data()) + "/" + std::to_string(four ? prefix_ - kMappedBits : prefix_);
}

std::optional<std::string> plain_address(const std::string& text) {
  auto network = text.find('/') == std::string::npos ? Network::parse(text) : std::nullopt;
  if (!network) return std::nullopt;
  std::string spelling = network->text();
  return spelling.substr(0, spelling.find('/'));
}

bool contains(const std::vector<Network>& networks, const std::string& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

}  // namespace darkroom
