// The route table of the server.
#pragma once

#include "api/guard.h"
#include "api/parts.h"
#include "http/route.h"

#include <vector>

namespace darkroom::api {

// `parts` must outlive the server. Throws std::logic_error when a route states no rule of access.
std::vector<http::Route> make_routes(const Parts& parts);
// How a process does that answers nothing else: metrics, alive, ready.
std::vector<http::Route> make_watch_routes(const Parts& parts);

http::Response error_page(std::string_view code, std::string_view message);

}  // namespace darkroom::api
