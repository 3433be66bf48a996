// API tokens: darkroom_<30 base62><6 base62 of CRC-32>, about 178 random bits; only their SHA-256 is stored.
#pragma once

#include <string>
#include <string_view>

namespace darkroom::auth {

std::string make_token();

// Whether a text that has the form of a token has its checksum, too; a text of another form (one that an operator chose) passes. Asked before the
// database is: guesses and slips of typing cost nothing.
bool has_right_checksum(std::string_view token);

// A token that an operator chose must be long enough to be a secret: at least 20 printable characters without spaces.
bool is_acceptable_token(std::string_view token);

// The token of an `Authorization: Bearer <token>` value; empty if it is none.
std::string_view bearer_token(std::string_view authorization);

}  // namespace darkroom::auth
