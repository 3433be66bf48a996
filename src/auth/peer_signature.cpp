#include "auth/peer_signature.h"

#include "auth/sodium.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <cstdlib>

namespace darkroom::auth {
namespace {

constexpr std::string_view kScheme = "Darkroom-Peer ";

std::string mac_of(std::string_view secret, std::string_view method, std::string_view target, std::int64_t seconds) {
  start_sodium();
  std::string text = std::string(method) + "\n" + std::string(target) + "\n" + std::to_string(seconds);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  std::string hex(mac.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), mac.data(), mac.size());
  hex.pop_back();
  return hex;
}

std::int64_t seconds_of(Time time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

}  // namespace

std::string peer_authorization(std::string_view secret, std::string_view method, std::string_view target, Time now) {
  std::int64_t seconds = seconds_of(now);
  return std::string(kScheme) + std::to_string(seconds) + "." + mac_of(secret, method, target, seconds);
}

bool is_peer(std::string_view authorization, std::string_view secret, std::string_view method, std::string_view target, Time now) {
  if (secret.empty() || !authorization.starts_with(kScheme)) return false;
  authorization.remove_prefix(kScheme.size());
  auto dot = authorization.find('.');
  if (dot == std::string_view::npos) return false;
  std::int64_t seconds = 0;
  auto [end, error] = std::from_chars(authorization.data(), authorization.data() + dot, seconds);
  if (error != std::errc() || end != authorization.data() + dot) return false;
  std::int64_t skew = std::chrono::seconds(kPeerClockSkew).count();
  std::int64_t here = seconds_of(now);
  if (seconds < here - skew || seconds > here + skew) return false;
  std::string mac = mac_of(secret, method, target, seconds);
  std::string_view given = authorization.substr(dot + 1);
  return given.size() == mac.size() && sodium_memcmp(given.data(), mac.data(), mac.size()) == 0;
}

}  // namespace darkroom::auth
