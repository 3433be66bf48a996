// Writes the header block of an answer.
#pragma once

#include "http/message.h"

#include <string>

namespace darkroom::http {

// Status line and headers up to the empty line. Adds what every answer has (nosniff, Referrer-Policy, Cache-Control
// unless the handler set one) and the framing, which is the server's alone: a handler's Connection, Content-Length and
// Transfer-Encoding are left out. Control characters in values become spaces.
std::string response_head(const Response& response, bool keep_alive);
// Of an answer whose body ends with the connection: without a length.
std::string stream_head(const Response& response);

// 1xx, 204 and 304 have no body.
bool may_have_body(int status);

}  // namespace darkroom::http
