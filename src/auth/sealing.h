// Secrets that must be readable again, such as those of webhooks, lie sealed in the database: libsodium's secretbox (XSalsa20-Poly1305) under a key
// that is in no backup. A copy of the database without the key tells none of them.
#pragma once

#include "base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace darkroom::auth {

class Sealer {
 public:
  // The key lies in the file, 32 bytes as hex, 0600; it is made when it is missing. Throws std::runtime_error, with what to do, for a file that
  // cannot be read or made, holds no key, or that others can read.
  static Sealer from_key_file(const std::string& path);
  // The same key in every process of an installation that has this secret.
  static Sealer from_secret(std::string_view secret);

  ~Sealer();
  Sealer(const Sealer&) = default;
  Sealer& operator=(const Sealer&) = default;

  // Printable text with a nonce of its own: the same secret sealed twice looks different. Any thread.
  std::string seal(std::string_view secret) const;
  // Error internal for a text that this key did not seal, or that was changed since.
  Result<std::string> unseal(std::string_view sealed) const;
  // 32 bytes that only this key gives for this purpose and name: HKDF-Expand (RFC 5869) with SHA-256.
  std::string derived(std::string_view purpose, std::string_view name) const;

 private:
  static constexpr std::size_t kKeyBytes = 32;
  Sealer() = default;
  std::array<unsigned char, kKeyBytes> key_{};
};

}  // namespace darkroom::auth
