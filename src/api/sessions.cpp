// Sessions of people: log in, who am I, log out, a new password, and which are open.
#include "api/access.h"
#include "api/body_fields.h"
#include "api/cookies.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "auth/password.h"
#include "auth/password_rules.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;
namespace code = domain::code;

constexpr std::size_t kSecretLength = 43;  // base62: 256 bits
constexpr std::size_t kLongestAgent = 200;

json::value session_json(const store::SessionRecord& session, const http::Request& request) {
  return json::object{{"id", session.id},
                      {"user", session.account},
                      {"address", session.address},
                      {"agent", session.agent},
                      {"current", session.id == request.caller.credential_id},
                      {"created_at", to_rfc3339(session.created_at)},
                      {"seen_at", to_rfc3339(session.seen_at)},
                      {"expires_at", to_rfc3339(session.expires_at)}};
}

http::Response try_later(std::chrono::seconds wait) {
  http::Response response = problem(code::too_many_requests, "There were too many log-ins in a short time. Wait as many seconds as Retry-After says.");
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

std::string agent_of(const http::Request& request) {
  std::string agent(request.header("user-agent").substr(0, kLongestAgent));
  for (char& each : agent) {
    if (static_cast<unsigned char>(each) < 0x20 || static_cast<unsigned char>(each) >= 0x7f) each = '?';
  }
  return agent;
}

// The cookie that came along, if any, is of no use any more: who logs in has a new one.
void end_old_session(const Parts& parts, const http::Request& request, const store::Actor& actor) {
  std::string old = session_cookie(parts.config.access, request);
  auto found = old.empty() ? std::nullopt : parts.store.find_session(sha256_hex(old));
  if (found) (void)parts.store.end_session(found->session.id, std::nullopt, actor, parts.clock.now());
}

json::object whoami(const Parts& parts, const std::string& name, const std::string& role) {
  auto account = parts.store.find_account(name);
  json::value quota = account && account->byte_quota ? json::value(*account->byte_quota) : json::value(nullptr);
  return {{"name", name}, {"role", role}, {"bytes_used", parts.store.bytes_of(name)}, {"byte_quota", quota}};
}

http::Response begin_session(const Parts& parts, const http::Request& request, const store::Account& account) {
  const AccessConfig& config = parts.config.access;
  Time now = parts.clock.now();
  store::Actor actor{account.name, "log-in"};
  end_old_session(parts, request, actor);
  std::string secret = random_base62(kSecretLength);
  store::SessionRecord wanted{make_uuid_v7(now), account.name, request.client_address, agent_of(request), now, now, now + config.session_longest};
  store::SessionRecord session = parts.store.create_session(wanted, sha256_hex(secret), actor);
  bool secure = has_secure_cookie(config, request);
  if (!secure) log::warning("a session's cookie goes over plain HTTP: whoever listens on the way can use it; put a proxy with TLS in front", {{"user", account.name}});
  json::object body{{"user", whoami(parts, account.name, account.role)}, {"csrf_token", csrf_token(secret)}, {"session_id", session.id}, {"secure_cookie", secure},
                    {"expires_at", to_rfc3339(session.expires_at)}};
  body["warning"] = secure ? json::value(nullptr) : json::value("This connection is plain HTTP: whoever listens on the way can use the session. Put a proxy with TLS in front.");
  http::Response response = json_response(201, body);
  response.headers.emplace_back("Set-Cookie", set_cookie(config, request, secret));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// What was typed as the name may be a password, so a name that is no account's is in no event.
http::Response refuse_log_in(const Parts& parts, const http::Request& request, const LogInGate::Wrong& wrong) {
  parts.store.record({.at = parts.clock.now(), .type = "session.refused", .actor = wrong.account.value_or("unknown"), .reason = "log-in with a wrong name or password",
                      .data = json::serialize(json::object{{"address", request.client_address}})});
  return problem(code::unauthorized, "Name or password is wrong.");
}

}  // namespace

bool manages_credentials(const http::Request& request) {
  return request.caller.credential == http::Credential::session || auth::covers(request.caller.scopes, auth::scope::users_manage);
}

http::Reply log_in(const Parts& parts, const http::Request& request) {
  if (auto origin = check_origin(request); !origin) return problem(origin.error());
  if (!request.header("content-type").starts_with("application/json")) return problem(code::unsupported_media_type, "Send name and password as application/json.");
  auto body = json_body(request, {"name", "password"});
  if (!body) return problem(body.error());
  auto name = read_text(*body, "name", 200), password = read_password(*body, "password");
  if (!name || !password || !*name || !*password) return problem(code::invalid_field, "Send name and password as texts.");
  auto tried = parts.log_in->try_password(**name, **password, request.client_address, parts.clock.now());
  if (auto* later = std::get_if<LogInGate::TryLater>(&tried)) return try_later(later->wait);
  if (auto* wrong = std::get_if<LogInGate::Wrong>(&tried)) return refuse_log_in(parts, request, *wrong);
  return begin_session(parts, request, std::get<store::Account>(tried));
}

http::Reply show_session(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  bool session = request.caller.credential == http::Credential::session;
  json::array scopes(request.caller.scopes.begin(), request.caller.scopes.end());
  http::Response response = json_response(200, json::object{{"user", whoami(parts, request.caller.name, request.caller.role)},
                                                            {"credential", session ? "session" : "token"},
                                                            {"scopes", std::move(scopes)},
                                                            {"session_id", session ? json::value(request.caller.credential_id) : json::value(nullptr)},
                                                            {"csrf_token", session ? json::value(csrf_token(session_cookie(parts.config.access, request))) : json::value(nullptr)}});
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Reply log_out(const Parts& parts, const http::Request& request) {
  if (request.caller.credential != http::Credential::session) return problem(code::conflict, "A token is not logged out: revoke it with DELETE /api/v1/tokens/NAME.");
  auto ended = parts.store.end_session(request.caller.credential_id, request.caller.name, actor_of(request, "log-out"), parts.clock.now());
  if (!ended) return problem(ended.error());
  http::Response done;
  done.status = 204;
  done.headers.emplace_back("Set-Cookie", clear_cookie(parts.config.access, request));
  return done;
}

http::Reply change_password(const Parts& parts, const http::Request& request) {
  if (request.caller.credential != http::Credential::session) return problem(code::forbidden, "Log in to change your password.");
  auto body = json_body(request, {"old_password", "new_password"});
  if (!body) return problem(body.error());
  auto old = read_password(*body, "old_password"), fresh = read_password(*body, "new_password");
  if (!old || !fresh || !*old || !*fresh) return problem(code::invalid_field, "Send old_password and new_password as texts.");
  auto tried = parts.log_in->try_password(request.caller.name, **old, request.client_address, parts.clock.now());
  if (auto* later = std::get_if<LogInGate::TryLater>(&tried)) return try_later(later->wait);
  if (auto* wrong = std::get_if<LogInGate::Wrong>(&tried)) return refuse_log_in(parts, request, *wrong);
  if (auto good = auth::check_password(**fresh, request.caller.name); !good) return problem(good.error());
  auto changed = parts.store.change_account(request.caller.name, {.password_hash = auth::hash_password(**fresh)}, actor_of(request, "own password"), parts.clock.now());
  return changed ? http::Reply(begin_session(parts, request, *changed)) : http::Reply(problem(changed.error()));
}

http::Reply list_sessions(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"user"}); !known) return problem(known.error());
  if (!manages_credentials(request)) return problem(code::forbidden, "This token may not do this: it lacks the scope users:manage.");
  auto user = request.query.find("user");
  std::optional<std::string> whose = user == request.query.end() ? request.caller.name : user->second == "*" ? std::nullopt : std::optional(user->second);
  if (whose != request.caller.name && request.caller.role != "admin") return problem(code::forbidden, "Only administrators see the sessions of others.");
  json::array items;
  for (const store::SessionRecord& session : parts.store.list_sessions(whose, parts.clock.now())) items.push_back(session_json(session, request));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply end_session(const Parts& parts, const http::Request& request) {
  if (!manages_credentials(request)) return problem(code::forbidden, "This token may not do this: it lacks the scope users:manage.");
  std::optional<std::string> whose = request.caller.role == "admin" ? std::nullopt : std::optional(request.caller.name);
  auto ended = parts.store.end_session(request.params.at("id"), whose, actor_of(request, "revoked"), parts.clock.now());
  if (!ended) return problem(ended.error());
  http::Response done;
  done.status = 204;
  return done;
}

}  // namespace darkroom::api
