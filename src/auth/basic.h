// HTTP Basic credentials (RFC 7617), for clients that can only put a user and a password into an address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::auth {

struct BasicCredentials {
  std::string user;      // up to the first colon
  std::string password;  // may hold colons
};

// Of an `Authorization: Basic <base64>` value; nullopt if it is none.
std::optional<BasicCredentials> basic_credentials(std::string_view authorization);

}  // namespace darkroom::auth
