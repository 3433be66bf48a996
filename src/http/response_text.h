// Writes the header block of an answer.
#pragma once

#include "http/message.h"

#include <string>
#include <string_view>

namespace darkroom::http {

// What the head says besides the response's own.
struct HeadExtras {
  bool keep_alive = false;
  bool is_secure = false;          // the client came over TLS
  std::string_view request_id;
  std::string_view origin;         // of a page that may read the answer
  bool answers_options = false;    // then that page is told what it may send
};

// Status line and headers up to the empty line. Adds what every answer has unless the handler set it (nosniff, policies of referrer, content, framing,
// origin and permissions, Cache-Control) and the framing, which is the server's alone: a handler's Connection, Content-Length and
// Transfer-Encoding are left out. Control characters in values become spaces.
std::string response_head(const Response& response, const HeadExtras& extras);
// Of an answer whose body ends with the connection: without a length.
std::string stream_head(const Response& response, const HeadExtras& extras);

// 1xx, 204 and 304 have no body.
bool may_have_body(int status);

}  // namespace darkroom::http
