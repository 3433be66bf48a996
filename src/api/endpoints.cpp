// Receivers of webhooks, and the secrets that sign what they get. A secret is told once, when it is made.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/webhooks.h"
#include "auth/scopes.h"
#include "delivery/signature.h"
#include "domain/error_codes.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace darkroom::api {
namespace {

namespace json = boost::json;
using store::EndpointRecord;

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kLongestUrl = 2000;
constexpr std::size_t kLongestDescription = 500;
constexpr std::int64_t kOverlap = 24 * 3600;  // seconds that the old secret signs beside the new one

json::object endpoint_json(const EndpointRecord& endpoint) {
  json::array events;
  for (const std::string& event : endpoint.events) events.emplace_back(event);
  return {{"id", endpoint.public_id},
          {"url", endpoint.url},
          {"description", endpoint.description},
          {"events", std::move(events)},
          {"enabled", endpoint.enabled},
          {"disabled_reason", endpoint.enabled ? json::value(nullptr) : json::value(endpoint.disabled_reason)},
          {"old_secret_until", or_null(endpoint.old_secret_until)},
          {"created_at", to_rfc3339(endpoint.created_at)},
          {"updated_at", to_rfc3339(endpoint.updated_at)}};
}

http::Response endpoint_response(const EndpointRecord& endpoint, int status = 200, const std::optional<std::string>& secret = {}) {
  json::object body{{"endpoint", endpoint_json(endpoint)}};
  if (secret) body["secret"] = *secret;
  return json_response(status, body);
}

// None: not said; empty: all.
Result<std::optional<std::vector<std::string>>> read_events(const json::object& body) {
  const json::value* list = body.if_contains("events");
  if (!list) return std::optional<std::vector<std::string>>();
  std::string known;
  for (std::string_view type : domain::webhook::kTypes) known += (known.empty() ? "" : ", ") + std::string(type);
  std::vector<std::string> events;
  bool fits = list->is_array();
  if (fits) {
    for (const json::value& item : list->as_array()) {
      fits = fits && item.is_string() && domain::is_webhook_type(std::string_view(item.as_string()));
      if (fits) events.emplace_back(item.as_string());
    }
  }
  if (!fits) return invalid("events must be a list of " + known + "; an empty list means all of them.");
  return std::optional(std::move(events));
}

Result<store::EndpointChange> read_change(const Parts& parts, const json::object& body) {
  store::EndpointChange change;
  auto url = read_text(body, "url", kLongestUrl), description = read_text(body, "description", kLongestDescription);
  if (!url) return url.error();
  if (!description) return description.error();
  auto events = read_events(body);
  if (!events) return events.error();
  if (*url) {
    if (auto allowed = parts.webhooks.guard->check(**url); !allowed) return allowed.error();
  }
  change.url = *url;
  change.description = *description;
  change.events = *events;
  return change;
}

struct NewSecret {
  std::string text;
  std::string sealed;
};

std::string random_bytes() {
  std::string bytes(kSecretBytes, '\0');
  if (::getentropy(bytes.data(), bytes.size()) != 0) throw std::runtime_error("the kernel gives no random bytes");
  return bytes;
}

NewSecret make_secret(const Parts& parts) {
  std::string bytes = random_bytes();
  return {delivery::secret_text(bytes), parts.sealer->seal(bytes)};
}

http::Reply switch_endpoint(const Parts& parts, const http::Request& request, bool enabled) {
  auto body = json_body(request, {"reason"});
  if (!body) return problem(body.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto changed = parts.store.change_endpoint(request.params.at("id"), {.enabled = enabled}, actor_of(request, *reason), parts.clock.now());
  if (changed) parts.webhooks.wake();
  return changed ? endpoint_response(*changed) : problem(changed.error());
}

}  // namespace

http::Reply list_endpoints(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const EndpointRecord& endpoint : parts.store.list_endpoints()) items.push_back(endpoint_json(endpoint));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply get_endpoint(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto endpoint = parts.store.find_endpoint(request.params.at("id"));
  return endpoint ? endpoint_response(*endpoint) : problem(domain::code::not_found, "There is no endpoint '" + request.params.at("id") + "'. GET /api/v1/endpoints lists them.");
}

http::Reply create_endpoint(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"url", "description", "events"});
  if (!body) return problem(body.error());
  auto wished = read_change(parts, *body);
  if (!wished) return problem(wished.error());
  if (!wished->url) return problem(invalid("url is missing: where the events are sent to, as https://example.com/hook."));
  NewSecret secret = make_secret(parts);
  EndpointRecord endpoint{.url = *wished->url, .description = wished->description.value_or(""), .events = wished->events.value_or(std::vector<std::string>()), .sealed_secret = secret.sealed};
  auto made = parts.store.create_endpoint(endpoint, actor_of(request), parts.clock.now());
  http::Response response = endpoint_response(made, 201, secret.text);
  response.headers.emplace_back("Location", "/api/v1/endpoints/" + made.public_id);
  return response;
}

http::Reply change_endpoint(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"url", "description", "events"});
  if (!body) return problem(body.error());
  auto change = read_change(parts, *body);
  if (!change) return problem(change.error());
  auto changed = parts.store.change_endpoint(request.params.at("id"), *change, actor_of(request), parts.clock.now());
  return changed ? endpoint_response(*changed) : problem(changed.error());
}

http::Reply delete_endpoint(const Parts& parts, const http::Request& request) {
  auto deleted = parts.store.delete_endpoint(request.params.at("id"), actor_of(request), parts.clock.now());
  if (!deleted) return problem(deleted.error());
  http::Response done;
  done.status = 204;
  return done;
}

http::Reply rotate_endpoint_secret(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"overlap_seconds"});
  if (!body) return problem(body.error());
  std::int64_t overlap = kOverlap;
  if (const auto* value = body->if_contains("overlap_seconds")) {
    if (!value->is_int64() || value->as_int64() < 0 || value->as_int64() > 30 * 24 * 3600) return problem(invalid("overlap_seconds must be a whole number from 0 to 2592000."));
    overlap = value->as_int64();
  }
  NewSecret secret = make_secret(parts);
  Time now = parts.store.clock(parts.clock.now());
  store::EndpointChange change{.new_sealed_secret = secret.sealed};
  if (overlap > 0) change.old_secret_until = now + std::chrono::seconds(overlap);
  auto changed = parts.store.change_endpoint(request.params.at("id"), change, actor_of(request), now);
  return changed ? endpoint_response(*changed, 200, secret.text) : problem(changed.error());
}

http::Reply enable_endpoint(const Parts& parts, const http::Request& request) { return switch_endpoint(parts, request, true); }
http::Reply disable_endpoint(const Parts& parts, const http::Request& request) { return switch_endpoint(parts, request, false); }

http::Reply test_endpoint(const Parts& parts, const http::Request& request) {
  if (auto empty = json_body(request, {}); !empty) return problem(empty.error());
  auto made = parts.store.test_endpoint(request.params.at("id"), actor_of(request), parts.clock.now());
  if (!made) return problem(made.error());
  parts.webhooks.wake();
  http::Response response = json_response(202, json::object{{"delivery", delivery_json(*made)}});
  response.headers.emplace_back("Location", "/api/v1/deliveries/" + made->public_id);
  return response;
}

namespace {

bool administers(const http::Request& request) { return request.caller.role == "admin" && auth::covers(request.caller.scopes, auth::scope::admin); }

http::Response secret_of(const Parts& parts, const std::string& signer) {
  return json_response(200, json::object{{"signer", signer}, {"secret", delivery::secret_text(token_secret(*parts.sealer, signer))}});
}

http::Response secret_of_token(const Parts& parts, const http::Request& request, const std::string& name) {
  if (!auth::covers(request.caller.scopes, auth::scope::all)) return problem(domain::code::forbidden, "A token with less than all scopes reads its own secret only.");
  auto own = administers(request) ? std::nullopt : std::optional(request.caller.name);
  auto tokens = parts.store.list_tokens(own);
  auto found = std::ranges::find(tokens, name, &store::TokenRecord::name);
  if (found == tokens.end()) return problem(domain::code::not_found, "There is no token '" + name + "'.");
  return secret_of(parts, signer_of_token(found->account, name));
}

}  // namespace

// Whoever sends photos with callback_url checks signatures with this; an administrator also reads a site's.
http::Reply get_webhook_secret(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"site", "token"}); !known) return problem(known.error());
  auto site = request.query.find("site"), token = request.query.find("token");
  if (site == request.query.end()) return token == request.query.end() ? secret_of(parts, signer_of(request)) : secret_of_token(parts, request, token->second);
  if (!administers(request)) return problem(domain::code::forbidden, "The secret of a site is for administrators. Without site you get your own.");
  for (const delivery::Site& one : parts.webhooks.sites) {
    if (one.name != site->second) continue;
    std::string secret = one.secret.empty() ? delivery::secret_text(site_secret(*parts.sealer, one.name)) : one.secret;
    return json_response(200, json::object{{"signer", "site:" + one.name}, {"secret", secret}});
  }
  return problem(domain::code::not_found, "The configuration names no site '" + site->second + "'. Sites stand as [[sites]] in darkroom.toml.");
}

}  // namespace darkroom::api
