// In front of every handler: who asks, and whether the route's rule lets it in.
#pragma once

#include "api/access_config.h"
#include "base/clock.h"
#include "http/route.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::api {

struct GuardParts {
  store::Store& store;
  std::string cluster_secret;  // empty: nobody is a peer
  const Clock& clock;
  AccessConfig access = {};
  // For a request without any credential: the name under which it may do what this rule (kSite, kMetrics) is about, because of where it comes from.
  std::function<std::optional<std::string>(std::string_view rule, const http::Request& request)> open_to = {};
};

// Refuses with 400 when token and cookie come together, with 401 when nobody known asks, with 403 when the role or the token's scopes do not reach, and with 404 for what is another's. Whom it lets
// pass it writes into the request: principal and caller.
http::Guard make_guard(GuardParts parts);

// Whose things a list may show to this caller; nullopt: everybody's.
std::optional<std::string> owner_seen_by(const http::Request& request);
// Whether this caller may know of accounts, tokens, log-ins and endpoints what the audit tells.
bool sees_audit(const http::Request& request);
// Whether an event is one of those.
bool is_of_audit(std::string_view event_type);
// Whether the guard would still know this caller, by the same credential and in the same role: for answers that go on for long. Asks the database.
bool is_still_known(store::Store& store, const AccessConfig& access, const http::Request& request, Time now);
// Whether this caller may do things in another's name.
bool acts_for_others(const http::Request& request);

}  // namespace darkroom::api
