#include "api/guard.h"

#include "api/cookies.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/rules.h"
#include "auth/basic.h"
#include "auth/peer_signature.h"
#include "auth/scopes.h"
#include "auth/token.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <array>

namespace darkroom::api {
namespace {

namespace code = domain::code;
using auth::Role;
using Refusal = std::optional<http::Response>;

Refusal guard_peer(const GuardParts& parts, const http::Request& request) {
  if (auth::is_peer(request.header("authorization"), parts.cluster_secret, http::to_string(request.method), request.target, parts.clock.now())) return std::nullopt;
  return problem(code::unauthorized, "Only processes of this installation may ask this, with the same cluster_secret and clocks less than a minute apart.");
}

// The token that the request carries; empty: none.
std::string token_of(const http::Request& request, const Rule& rule) {
  std::string_view authorization = request.header("authorization");
  if (auto basic = rule.takes_basic ? auth::basic_credentials(authorization) : std::nullopt) return basic->password;
  return std::string(auth::bearer_token(authorization));
}

// When a credential was last used is noted at most once a minute, and is not worth refusing a request for.
void note_use(const std::optional<Time>& noted, Time now, const std::function<void()>& note) {
  if (noted && now - *noted < std::chrono::minutes(1)) return;
  try {
    note();
  } catch (const store::StoreUnavailable& error) {
    log::warning("cannot note when a credential was used", {{"cause", error.what()}});
  }
}

http::Response not_valid() { return problem(code::unauthorized, "This token is not valid: it was revoked or replaced, has ended, or its user may not log in any more."); }

// With its account and the time that counts, while both hold.
std::optional<store::TokenOwner> living_token(store::Store& store, const std::string& token, Time now) {
  auto found = store.find_token(sha256_hex(token));
  if (found) now = found->asked_at.value_or(now);
  if (!found || found->account.disabled_at || (found->token.expires_at && *found->token.expires_at <= now)) return std::nullopt;
  found->asked_at = now;
  return found;
}

std::optional<store::SessionOwner> living_session(store::Store& store, const AccessConfig& access, const std::string& secret, Time now) {
  auto found = store.find_session(sha256_hex(secret));
  if (found) now = found->asked_at.value_or(now);
  if (!found || found->account.disabled_at || found->session.expires_at <= now || now - found->session.seen_at > access.session_idle) return std::nullopt;
  found->asked_at = now;
  return found;
}

Refusal identify_by_token(const GuardParts& parts, const std::string& token, http::Request& request) {
  if (!auth::has_right_checksum(token)) return not_valid();
  auto found = living_token(parts.store, token, parts.clock.now());
  if (!found) return not_valid();
  Time now = *found->asked_at;
  note_use(found->token.used_at, now, [&] { parts.store.touch_token(found->token.name, now); });
  request.caller = {found->account.name, found->account.role, http::Credential::token, found->token.name, auth::split_scopes(found->token.scopes), found->token.expires_at, found->account.byte_quota};
  return std::nullopt;
}

Refusal identify_by_cookie(const GuardParts& parts, const std::string& secret, http::Request& request) {
  auto found = living_session(parts.store, parts.access, secret, parts.clock.now());
  if (!found) return problem(code::unauthorized, "This session has ended. Log in again.");
  if (auto same = check_same_site(request, secret); !same) return problem(same.error());
  Time now = *found->asked_at;
  note_use(found->session.seen_at, now, [&] { parts.store.touch_session(found->session.id, now); });
  request.caller = {found->account.name, found->account.role, http::Credential::session, found->session.id, {std::string(auth::scope::all)}, {}, found->account.byte_quota};
  return std::nullopt;
}

// Fills in who asks, or refuses.
Refusal identify(const GuardParts& parts, const Rule& rule, http::Request& request) {
  std::string cookie = session_cookie(parts.access, request);
  bool authorized = !request.header("authorization").empty();
  if (!cookie.empty() && authorized) return problem(code::bad_request, "Send either a token or a session's cookie, not both.");
  if (!cookie.empty()) return identify_by_cookie(parts, cookie, request);
  std::string token = token_of(request, rule);
  if (!token.empty()) return identify_by_token(parts, token, request);
  if (!authorized && parts.open_to) {
    if (auto name = parts.open_to(rule.name, request)) {
      if (auto own = check_origin(request); !own) return problem(own.error());  // a browser at that address can be made to send it
      request.caller = {*name, std::string(auth::to_string(Role::operator_)), http::Credential::none, {}, {std::string(rule.scope)}};
      return std::nullopt;
    }
  }
  return problem(code::unauthorized, "Send the header 'Authorization: Bearer TOKEN'. On the server's machine the token lies in the file admin.token of the data folder.");
}

// In the address, so that each handler finds them as the store has them.
void fold_ids(http::Request& request) {
  for (const char* name : {"id", "job"}) {
    auto found = request.params.find(name);
    if (found == request.params.end()) continue;
    if (auto id = uuid_of(found->second)) found->second = *id;
  }
}

std::optional<std::string> owner_of(store::Store& store, Owned owned, const http::Request& request) {
  const std::string& id = request.params.at("id");
  switch (owned) {
    case Owned::nothing: return std::nullopt;
    case Owned::image: {
      auto number = image_id(request);
      auto image = number ? store.find_image(*number) : std::nullopt;
      return image ? std::optional(image->owner) : std::nullopt;
    }
    case Owned::job: {
      auto job = is_uuid(id) ? store.find_job(id) : std::nullopt;
      return job ? std::optional(job->owner) : std::nullopt;
    }
    case Owned::batch: {
      auto batch = is_uuid(id) ? store.find_batch(id) : std::nullopt;
      return batch ? std::optional(batch->owner) : std::nullopt;
    }
  }
  return std::nullopt;
}

// The same words whether it does not exist or is another's.
http::Response nothing_here(Owned owned, const std::string& id) {
  std::string what = owned == Owned::image ? "image" : owned == Owned::job ? "job" : "batch";
  return problem(code::not_found, "There is no " + what + " '" + id.substr(0, 100) + "'. It may have been deleted.");
}

Refusal judge(const GuardParts& parts, const Rule& rule, const http::Route& route, const http::Request& request) {
  auto role = auth::parse_role(request.caller.role);
  if (!role || !lets_in(rule, *role)) {
    return problem(code::forbidden, "The role " + request.caller.role + " may not do this. Ask an administrator of this Darkroom.");
  }
  if (!auth::covers(request.caller.scopes, rule.scope)) {
    return problem(code::forbidden, "This token may not do this: it lacks the scope " + std::string(rule.scope) + ".");
  }
  Owned owned = owned_by_address(route.pattern);
  if (*role >= rule.all_from || owned == Owned::nothing) return std::nullopt;
  auto owner = owner_of(parts.store, owned, request);
  if (owner == request.caller.name) return std::nullopt;
  if (owner && *role >= Role::viewer) return problem(code::forbidden, "Only its owner, operators and administrators have the original, which may tell where it was taken. There is a preview.");
  return nothing_here(owned, request.params.at("id"));
}

}  // namespace

http::Guard make_guard(GuardParts parts) {
  return [parts = std::move(parts)](const http::Route& route, http::Request& request) -> Refusal {
    fold_ids(request);
    const Rule* rule = find_rule(route.access);
    if (!rule) return problem(code::forbidden, "Nobody may do this: the route has no rule.");
    if (route.access == kPublic) return std::nullopt;
    if (route.access == kPeer) return guard_peer(parts, request);
    return with_world_errors<Refusal>([&]() -> Refusal {
      if (auto refused = identify(parts, *rule, request)) return refused;
      request.principal = request.caller.name;
      return judge(parts, *rule, route, request);
    });
  };
}

std::optional<std::string> owner_seen_by(const http::Request& request) {
  auto role = auth::parse_role(request.caller.role);
  return role && *role >= Role::viewer ? std::nullopt : std::optional(request.caller.name);
}

bool sees_audit(const http::Request& request) {
  return auth::parse_role(request.caller.role) == Role::admin && auth::covers(request.caller.scopes, auth::scope::users_manage);
}

bool is_of_audit(std::string_view event_type) {
  return std::ranges::any_of(std::array{"account.", "token.", "session.", "endpoint."}, [&](const char* beginning) { return event_type.starts_with(beginning); });
}

bool is_still_known(store::Store& store, const AccessConfig& access, const http::Request& request, Time now) {
  auto is_same = [&](const auto& found) { return found && found->account.name == request.caller.name && found->account.role == request.caller.role; };
  switch (request.caller.credential) {
    case http::Credential::session: return is_same(living_session(store, access, session_cookie(access, request), now));
    case http::Credential::token: return is_same(living_token(store, std::string(auth::bearer_token(request.header("authorization"))), now));
    case http::Credential::none: break;
  }
  return true;
}

bool acts_for_others(const http::Request& request) {
  auto role = auth::parse_role(request.caller.role);
  return role && *role >= Role::operator_;
}

}  // namespace darkroom::api
