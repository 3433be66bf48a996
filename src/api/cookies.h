// The cookie of a session, and the defence against requests that another site makes a browser send.
#pragma once

#include "api/access_config.h"
#include "base/result.h"
#include "http/message.h"

#include <string>
#include <string_view>

namespace darkroom::api {

// The session's secret, as the browser sent it; empty: none. Only the cookie that a log-in over this connection would set: a plain one can be set over plain http by
// whoever is on the way, and must count for nothing where TLS is spoken.
std::string session_cookie(const AccessConfig& config, const http::Request& request);

// Whether the client's connection is known to be TLS.
bool came_over_tls(const http::Request& request);
// Whether the cookie is sent with Secure and the prefix __Host-, which browsers keep for TLS.
bool has_secure_cookie(const AccessConfig& config, const http::Request& request);
std::string set_cookie(const AccessConfig& config, const http::Request& request, const std::string& secret);
std::string clear_cookie(const AccessConfig& config, const http::Request& request);

// What a page sends back in X-CSRF-Token; made from the session's secret, of which it tells nothing.
std::string csrf_token(std::string_view secret);

// That a request with a cookie comes from a page of this server. Error csrf_refused, saying what is missing.
Result<void> check_same_site(const http::Request& request, std::string_view secret);
// The part of it that holds where there is no session: for a log-in, and for an address that is let in without a credential. A program's request, without Origin and
// Sec-Fetch-Site, passes.
Result<void> check_origin(const http::Request& request);

}  // namespace darkroom::api
