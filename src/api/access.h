// What the handlers of users, tokens and sessions share.
#pragma once

#include "auth/scopes.h"
#include "base/result.h"
#include "http/message.h"

#include <string>

namespace darkroom::api {

// Whether this caller may handle its own tokens and sessions: a person who is logged in, or a token with users:manage. A token for photos makes no
// other token.
bool manages_credentials(const http::Request& request);

// Names of users and tokens: 1 to 64 bytes of letters, digits and . _ - @ +, and any letters beyond ASCII. Error invalid_field.
Result<std::string> read_name(const std::string& name);

}  // namespace darkroom::api
