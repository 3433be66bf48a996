// How the processes of one installation know each other: a request between them carries a time and an HMAC over method, target and time, made with
// the secret that all of them are configured with. The secret itself never travels, and a recorded request is of use for a minute only.
#pragma once

#include "base/clock.h"

#include <string>
#include <string_view>

namespace darkroom::auth {

// How far the clocks of two machines may be apart, and how long a signature holds.
inline constexpr std::chrono::minutes kPeerClockSkew{1};

// The value of the Authorization header: "Darkroom-Peer <unix seconds>.<64 hex digits of HMAC-SHA-256>" (RFC 2104, FIPS 180-4).
std::string peer_authorization(std::string_view secret, std::string_view method, std::string_view target, Time now);

// False for any other header, another request, another secret (compared in constant time), or a time too far from now.
bool is_peer(std::string_view authorization, std::string_view secret, std::string_view method, std::string_view target, Time now);

}  // namespace darkroom::auth
