// What is decided about a request before any route is looked for: which host names are ours, which pages of other origins may read, and its id.
#pragma once

#include "http/client_seen.h"
#include "http/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace darkroom::http {

// Of the first field of this name, compared without case; empty if there is none.
std::string_view value_of(const HeaderFields& headers, std::string_view name);

struct HostRules {
  std::vector<std::string> allowed;  // lower case, without port; a leading dot takes all names below, "*" any
  bool local_only = false;           // without a list
};

// `host` as in the Host header, perhaps with a port. A page of a stranger can have its own name point to this server (DNS rebinding), but cannot be named
// localhost or by an address; so these always pass. Nor does anyone own a name without a dot, such as a container's: it passes where there is no list.
bool is_our_host(const HostRules& rules, std::string_view host);

// The Origin of the request if it may read the answer, otherwise empty.
std::string permitted_origin(const std::vector<std::string>& origins, const HeaderFields& headers);

// The trace id of a valid traceparent, or X-Request-Id of a trusted proxy, or a new one: 16 random bytes in hex.
std::string request_id(const HeaderFields& headers, bool by_proxy);

}  // namespace darkroom::http
