// Public identifiers and secrets: UUIDv7 (RFC 9562, section 5.7) and random tokens.
#pragma once

#include "base/clock.h"

#include <string>
#include <string_view>

namespace darkroom {

// 36 characters, lower case; sorts by `now` at a resolution of one millisecond.
std::string make_uuid_v7(Time now);

// True for any 36-character UUID in lower or upper case.
bool is_uuid(std::string_view text);

// `length` characters of [0-9A-Za-z] from the kernel's random source (about 5.95 bits each).
std::string random_base62(std::size_t length);

}  // namespace darkroom
