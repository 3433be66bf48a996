// API tokens: made once, told once, stored as a hash. A person handles its own; an admin everybody's.
#include "api/access.h"
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "auth/token.h"
#include "base/hash.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;
namespace code = domain::code;

json::object token_json(const store::TokenRecord& token) {
  json::array scopes;
  for (const std::string& each : auth::split_scopes(token.scopes)) scopes.push_back(json::value(each));
  auto time = [](const std::optional<Time>& at) { return at ? json::value(to_rfc3339(*at)) : json::value(nullptr); };
  return {{"name", token.name},           {"user", token.account},     {"last_four", token.last_four}, {"scopes", std::move(scopes)},
          {"created_at", to_rfc3339(token.created_at)}, {"expires_at", time(token.expires_at)}, {"used_at", time(token.used_at)}};
}

http::Response lacks_scope() { return problem(code::forbidden, "This token may not do this: it lacks the scope users:manage."); }

Result<std::vector<std::string>> read_scopes(const json::object& body) {
  const json::value* value = body.if_contains("scopes");
  if (!value || !value->is_array()) return invalid("scopes must be a list of names, such as [\"images:write\", \"images:read\"].");
  std::vector<std::string> scopes;
  for (const json::value& each : value->as_array()) {
    if (!each.is_string()) return invalid("scopes must be a list of names.");
    scopes.emplace_back(each.as_string());
  }
  if (auto good = auth::check_scopes(scopes); !good) return good.error();
  return scopes;
}

struct NewToken {
  store::TokenRecord record;
  std::string reason;
};

Result<std::optional<Time>> read_end(const json::object& body, Time now) {
  auto text = read_text(body, "expires_at", 40);
  if (!text) return text.error();
  if (!*text) return std::optional<Time>();
  auto end = from_rfc3339(**text);
  if (!end || *end <= now) return invalid("expires_at must be a time to come, such as 2027-01-31T09:30:00Z.");
  return end;
}

// A token ends no later than the token that makes it, and with it when nobody says when.
Result<std::optional<Time>> end_within(const http::Caller& maker, std::optional<Time> wanted) {
  if (!maker.ends_at || (wanted && *wanted <= *maker.ends_at)) return wanted;
  if (!wanted) return maker.ends_at;
  return Error{std::string(code::forbidden), "This token ends at " + to_rfc3339(*maker.ends_at) + ", so it cannot make one that ends later."};
}

// A token has no more than the credential that makes it.
Result<NewToken> read_new_token(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"name", "user", "scopes", "expires_at", "reason"});
  if (!body) return body.error();
  auto given = read_text(*body, "name", 64), user = read_text(*body, "user", 64);
  if (!given) return given.error();
  if (!user) return user.error();
  auto name = read_name(given->value_or(""));
  if (!name) return name.error();
  if (*user && **user != request.caller.name && request.caller.role != "admin") return Error{std::string(code::forbidden), "Only administrators make tokens for others."};
  auto scopes = read_scopes(*body);
  if (!scopes) return scopes.error();
  for (const std::string& each : *scopes) {
    if (!auth::covers(request.caller.scopes, each)) return Error{std::string(code::forbidden), "This token lacks the scope " + each + ", so it cannot give it to another."};
  }
  auto end = read_end(*body, parts.store.clock(parts.clock.now()));
  if (!end) return end.error();
  auto until = end_within(request.caller, *end);
  if (!until) return until.error();
  auto reason = read_reason(*body);
  if (!reason) return reason.error();
  return NewToken{{.name = *name, .account = user->value_or(request.caller.name), .last_four = "", .scopes = auth::join_scopes(*scopes), .expires_at = *until}, *reason};
}

}  // namespace

http::Reply list_tokens(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"user"}); !known) return problem(known.error());
  if (!manages_credentials(request)) return lacks_scope();
  auto user = request.query.find("user");
  std::optional<std::string> whose = user == request.query.end() ? request.caller.name : user->second == "*" ? std::nullopt : std::optional(user->second);
  if (whose != request.caller.name && request.caller.role != "admin") return problem(code::forbidden, "Only administrators see the tokens of others.");
  json::array items;
  for (const store::TokenRecord& token : parts.store.list_tokens(whose)) items.push_back(token_json(token));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply create_token(const Parts& parts, const http::Request& request) {
  if (!manages_credentials(request)) return lacks_scope();
  auto wanted = read_new_token(parts, request);
  if (!wanted) return problem(wanted.error());
  std::string token = auth::make_token();
  wanted->record.last_four = token.substr(token.size() - 4);
  auto made = parts.store.create_token(wanted->record, sha256_hex(token), actor_of(request, wanted->reason), parts.clock.now());
  if (!made) return problem(made.error());
  http::Response response = json_response(201, json::object{{"token", token_json(*made)}, {"secret", token}});
  response.headers.emplace_back("Location", "/api/v1/tokens/" + made->name);
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

http::Reply delete_token(const Parts& parts, const http::Request& request) {
  if (!manages_credentials(request)) return lacks_scope();
  std::optional<std::string> whose = request.caller.role == "admin" ? std::nullopt : std::optional(request.caller.name);
  auto deleted = parts.store.delete_token(request.params.at("name"), whose, actor_of(request), parts.clock.now());
  if (!deleted) return problem(deleted.error());
  http::Response done;
  done.status = 204;
  return done;
}

}  // namespace darkroom::api
