// The route table of the server and the guard in front of it.
#pragma once

#include "api/parts.h"
#include "http/route.h"

#include <vector>

namespace darkroom::api {

// `parts` must outlive the server. Throws std::logic_error when a route states no rule of access.
std::vector<http::Route> make_routes(const Parts& parts);

// Lets "public" routes pass; "admin" routes need the bearer token of an account with the role admin, "peer" routes a signature made with
// `cluster_secret` (empty: nobody has one).
http::Guard make_guard(store::Store& store, std::string cluster_secret, const Clock& clock, const CompatConfig& compat = {});

http::Response error_page(std::string_view code, std::string_view message);

}  // namespace darkroom::api
