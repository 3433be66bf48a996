// Users: who may log in, with which role and how much room.
#include "api/access.h"
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "auth/password.h"
#include "auth/password_rules.h"
#include "auth/role.h"
#include "domain/error_codes.h"

#include <cctype>
#include <limits>

namespace darkroom::api {
namespace {

namespace json = boost::json;
namespace code = domain::code;

json::object user_json(const Parts& parts, const store::Account& account) {
  return {{"name", account.name},
          {"role", account.role},
          {"disabled", account.disabled_at.has_value()},
          {"bytes_used", parts.store.bytes_of(account.name)},
          {"byte_quota", account.byte_quota ? json::value(*account.byte_quota) : json::value(nullptr)},
          {"created_at", to_rfc3339(account.created_at)}};
}

http::Response user_response(const Parts& parts, int status, const store::Account& account, const std::optional<std::string>& password = {}) {
  json::object body{{"user", user_json(parts, account)}};
  if (password) body["password"] = *password;  // made here: the only time that it is told
  http::Response response = json_response(status, body);
  if (password) response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Result<std::optional<std::string>> read_role(const json::object& body) {
  auto text = read_text(body, "role", 20);
  if (!text) return text.error();
  if (*text && !auth::parse_role(**text)) return invalid("role must be one of uploader, viewer, operator, admin.");
  return text;
}

// Outer: given at all; inner: null, as much as the disk has.
Result<std::optional<std::optional<std::int64_t>>> read_quota(const json::object& body) {
  const json::value* value = body.if_contains("byte_quota");
  if (!value) return std::optional<std::optional<std::int64_t>>();
  if (value->is_null()) return std::optional(std::optional<std::int64_t>());
  if (!value->is_int64() || value->as_int64() < 0) return invalid("byte_quota must be a number of bytes, or null for no bound.");
  return std::optional(std::optional(value->as_int64()));
}

struct Password {
  std::optional<std::string> made;
  std::string hash;
};

// The one that the body has, checked, or a new one.
Result<Password> password_in(const json::object& body, const std::string& name) {
  auto text = read_password(body, "password");
  if (!text) return text.error();
  if (*text) {
    if (auto good = auth::check_password(**text, name); !good) return good.error();
    return Password{std::nullopt, auth::hash_password(**text)};
  }
  std::string made = auth::make_password();
  return Password{made, auth::hash_password(made)};
}

// What a token gives to others may not outlast it: whoever knows a password makes tokens without an end.
Result<void> check_maker(const http::Caller& maker) {
  if (!maker.ends_at) return {};
  return Error{std::string(code::forbidden), "This token ends at " + to_rfc3339(*maker.ends_at) + ", so it makes no user, sets no password, gives no role and turns no user on again. "
                                             "Log in, or use a token without an end."};
}

struct Change {
  store::AccountChange change;
  std::optional<std::string> made_password;
  std::string reason;
};

Result<Change> read_user_change(const http::Request& request) {
  auto body = json_body(request, {"role", "disabled", "byte_quota", "password", "reset_password", "reason"});
  if (!body) return body.error();
  auto role = read_role(*body);
  if (!role) return role.error();
  auto quota = read_quota(*body);
  if (!quota) return quota.error();
  auto disabled = read_flag(*body, "disabled"), reset = read_flag(*body, "reset_password");
  if (!disabled) return disabled.error();
  if (!reset) return reset.error();
  auto reason = read_reason(*body);
  if (!reason) return reason.error();
  Change change{{.role = *role, .byte_quota = *quota}, std::nullopt, *reason};
  if (body->contains("disabled")) change.change.disabled = *disabled;
  bool lets_in = *role || *reset || body->contains("password") || (body->contains("disabled") && !*disabled);
  if (auto may = lets_in ? check_maker(request.caller) : Result<void>(); !may) return may.error();
  if (*reset || body->contains("password")) {
    auto password = password_in(*body, request.params.at("name"));
    if (!password) return password.error();
    change.change.password_hash = password->hash;
    change.made_password = password->made;
  }
  return change;
}

}  // namespace

Result<std::string> read_name(const std::string& name) {
  bool good = !name.empty() && name.size() <= 64 && name != "system" && name != "unknown" && name != "open";
  for (char each : name) {
    auto byte = static_cast<unsigned char>(each);
    good = good && (byte >= 0x80 || std::isalnum(byte) || each == '.' || each == '_' || each == '-' || each == '@' || each == '+');
  }
  if (!good) return invalid("name must be 1 to 64 bytes of letters, digits and . _ - @ +, and not system, unknown or open.");
  return name;
}

http::Reply list_users(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const store::Account& account : parts.store.list_accounts()) items.push_back(user_json(parts, account));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply get_user(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto account = parts.store.find_account(request.params.at("name"));
  if (!account) return problem(code::not_found, "There is no user of this name.");
  return user_response(parts, 200, *account);
}

http::Reply create_user(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"name", "role", "password", "byte_quota", "reason"});
  if (!body) return problem(body.error());
  if (auto may = check_maker(request.caller); !may) return problem(may.error());
  auto given = read_text(*body, "name", 64);
  if (!given) return problem(given.error());
  auto name = read_name(given->value_or(""));
  if (!name) return problem(name.error());
  auto role = read_role(*body);
  if (!role) return problem(role.error());
  if (!*role) return problem(invalid("role must be one of uploader, viewer, operator, admin."));
  auto quota = read_quota(*body);
  if (!quota) return problem(quota.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto password = password_in(*body, *name);
  if (!password) return problem(password.error());
  store::Account account{*name, **role, password->hash, std::nullopt, quota->value_or(std::nullopt)};
  auto made = parts.store.create_account(account, actor_of(request, *reason), parts.clock.now());
  if (!made) return problem(made.error());
  http::Response response = user_response(parts, 201, *made, password->made);
  response.headers.emplace_back("Location", "/api/v1/users/" + *name);
  return response;
}

http::Reply change_user(const Parts& parts, const http::Request& request) {
  auto change = read_user_change(request);
  if (!change) return problem(change.error());
  auto changed = parts.store.change_account(request.params.at("name"), change->change, actor_of(request, change->reason), parts.clock.now());
  return changed ? user_response(parts, 200, *changed, change->made_password) : problem(changed.error());
}

http::Reply delete_user(const Parts& parts, const http::Request& request) {
  auto deleted = parts.store.delete_account(request.params.at("name"), actor_of(request), parts.clock.now());
  if (!deleted) return problem(deleted.error());
  http::Response done;
  done.status = 204;
  return done;
}

http::Reply list_audit(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"limit", "before", "actor", "type", "since", "until"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 500}, 50);
  if (!limit) return problem(limit.error());
  auto before = whole_number(request, "before", {1, std::numeric_limits<std::int64_t>::max()}, std::numeric_limits<std::int64_t>::max());
  if (!before) return problem(before.error());
  auto since = time_in(request, "since"), until = time_in(request, "until");
  for (const auto* time : {&since, &until}) {
    if (!*time) return problem(time->error());
  }
  auto text = [&](const char* name) { return request.query.contains(name) ? std::optional(request.query.at(name)) : std::nullopt; };
  store::AuditPage page =
      parts.store.audit({.before = *before, .actor = text("actor"), .type = text("type"), .since = *since, .until = *until, .limit = static_cast<int>(*limit)});
  json::array items;
  for (const store::Event& event : page.events) items.push_back(event_json(event));
  return json_response(200, json::object{{"items", std::move(items)}, {"next_before", page.next ? json::value(*page.next) : json::value(nullptr)}});
}

}  // namespace darkroom::api
