// Passwords: argon2id (RFC 9106) by libsodium with 19 MiB and two passes, the least that OWASP advises.
#pragma once

#include <string>
#include <string_view>

namespace darkroom::auth {

// The encoded hash with its salt and parameters. About 60 ms of work and 19 MiB.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);

// A password for people to type once: 16 characters, about 95 bits.
std::string make_password();

}  // namespace darkroom::auth
