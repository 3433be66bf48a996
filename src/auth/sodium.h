// Starting libsodium.
#pragma once

namespace darkroom::auth {

// Before the first use of libsodium; as often as one likes, from any thread. Throws std::runtime_error.
void start_sodium();

}  // namespace darkroom::auth
