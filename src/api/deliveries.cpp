// Deliveries: what was told to whom, every try of it, and telling it again.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/webhooks.h"
#include "domain/error_codes.h"

#include <array>
#include <limits>

namespace darkroom::api {
namespace {

namespace json = boost::json;
using store::DeliveryFilter;
using store::DeliveryRecord;

constexpr std::array kConditions = {"endpoint", "site", "image", "state", "type", "created_from", "created_before"};

json::object receiver_json(const DeliveryRecord& delivery) {
  if (delivery.endpoint) return {{"kind", "endpoint"}, {"id", *delivery.endpoint}};
  if (delivery.url.empty()) return {{"kind", "site"}, {"name", delivery.target.substr(delivery.target.find(':') + 1)}};
  return {{"kind", "callback_url"}, {"url", delivery.url}};
}

json::object try_json(const store::TryRecord& made) {
  return {{"number", made.number},
          {"started_at", to_rfc3339(made.started_at)},
          {"seconds", static_cast<double>(made.took.count()) / 1e6},
          {"status", or_null(made.status)},
          {"error", or_null(made.error)},
          {"excerpt", made.excerpt}};
}

Error no_delivery(const std::string& id) { return {std::string(domain::code::not_found), "There is no delivery '" + id + "'. It may be older than webhooks.keep_days."}; }

// One condition by its name. False: not a value of it.
bool read_condition(std::string_view name, const std::string& text, DeliveryFilter& filter) {
  if (name == "endpoint") filter.endpoint = text;
  if (name == "site") filter.site = text;
  if (name == "type") filter.type = text;
  if (name == "image") {
    auto number = parse_whole(text, "image", {1, std::numeric_limits<std::int64_t>::max()});
    if (!number) return false;
    filter.image = domain::ImageId{*number};
  }
  if (name == "state") return (filter.state = domain::parse_delivery_state(text)).has_value();
  if (name == "created_from") return (filter.created_from = from_rfc3339(text)).has_value();
  if (name == "created_before") return (filter.created_before = from_rfc3339(text)).has_value();
  return true;
}

Error wrong_condition(std::string_view name) {
  std::string allowed = name == "state" ? "one of waiting, sending, delivered, superseded, dead" : name == "image" ? "an image's id" : "a time such as 2026-01-31T09:30:00Z";
  return invalid(std::string(name) + " must be " + allowed + ".");
}

Result<DeliveryFilter> filter_of_query(const http::Request& request) {
  DeliveryFilter filter;
  for (const char* name : kConditions) {
    auto found = request.query.find(name);
    if (found != request.query.end() && !read_condition(name, found->second, filter)) return wrong_condition(name);
  }
  return filter;
}

// One without any condition must say "all": true, so that nothing forgotten means everything.
Result<DeliveryFilter> filter_of_body(const json::object& body) {
  DeliveryFilter filter;
  bool any = false;
  for (const char* name : kConditions) {
    const json::value* value = body.if_contains(name);
    if (!value) continue;
    any = true;
    std::string text = value->is_string() ? std::string(value->as_string()) : value->is_int64() ? std::to_string(value->as_int64()) : "";
    if (text.empty() || !read_condition(name, text, filter)) return wrong_condition(name);
  }
  auto all = read_flag(body, "all");
  if (!all) return all.error();
  if (any == *all) return invalid(any ? "Say either all or conditions." : R"(Name at least one of endpoint, site, image, state, type, created_from, created_before, or say "all": true.)");
  return filter;
}

}  // namespace

json::object delivery_json(const DeliveryRecord& delivery) {
  bool waits = delivery.state == domain::DeliveryState::waiting;
  return {{"id", delivery.public_id},
          {"receiver", receiver_json(delivery)},
          {"type", delivery.type},
          {"format", domain::to_string(delivery.format)},
          {"image_id", delivery.image ? json::value(delivery.image->value) : json::value(nullptr)},
          {"job_id", or_null(delivery.job)},
          {"state", domain::to_string(delivery.state)},
          {"tries", delivery.claim_no},
          {"next_try_at", waits ? json::value(to_rfc3339(delivery.due_at)) : json::value(nullptr)},
          {"last_status", or_null(delivery.last_status)},
          {"last_error", or_null(delivery.last_error)},
          {"created_at", to_rfc3339(delivery.created_at)},
          {"finished_at", or_null(delivery.finished_at)}};
}

http::Reply list_deliveries(const Parts& parts, const http::Request& request) {
  auto known = allow_query(request, {"endpoint", "site", "image", "state", "type", "created_from", "created_before", "before", "limit"});
  if (!known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  auto before = whole_number(request, "before", {1, std::numeric_limits<std::int64_t>::max()}, std::numeric_limits<std::int64_t>::max());
  auto filter = filter_of_query(request);
  if (!limit) return problem(limit.error());
  if (!before) return problem(before.error());
  if (!filter) return problem(filter.error());
  auto page = parts.store.list_deliveries(*filter, *before, static_cast<int>(*limit));
  json::array items;
  for (const DeliveryRecord& delivery : page.deliveries) items.push_back(delivery_json(delivery));
  return json_response(200, json::object{{"items", std::move(items)}, {"next_before", or_null(page.next)}});
}

http::Reply get_delivery(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto delivery = parts.store.find_delivery(request.params.at("id"));
  if (!delivery) return problem(no_delivery(request.params.at("id")));
  json::array tries;
  for (const store::TryRecord& made : parts.store.tries_of(delivery->id)) tries.push_back(try_json(made));
  json::object shown = delivery_json(*delivery);
  shown["body"] = parsed(delivery->body);
  return json_response(200, json::object{{"delivery", std::move(shown)}, {"tries", std::move(tries)}});
}

http::Reply replay_delivery(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"reason"});
  if (!body) return problem(body.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto replayed = parts.store.replay_delivery(request.params.at("id"), actor_of(request, *reason), parts.clock.now());
  if (!replayed) return problem(replayed.error());
  parts.webhooks.wake();
  return json_response(202, json::object{{"delivery", delivery_json(*replayed)}});
}

http::Reply replay_deliveries(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"endpoint", "site", "image", "state", "type", "created_from", "created_before", "all", "dry_run", "reason"});
  if (!body) return problem(body.error());
  auto filter = filter_of_body(*body);
  if (!filter) return problem(filter.error());
  auto dry_run = read_flag(*body, "dry_run");
  auto reason = read_reason(*body);
  if (!dry_run) return problem(dry_run.error());
  if (!reason) return problem(reason.error());
  auto result = parts.store.replay_deliveries(*filter, *dry_run, actor_of(request, *reason), parts.clock.now());
  if (!*dry_run) parts.webhooks.wake();
  return json_response(200, json::object{{"matched", result.matched}, {"changed", result.changed}, {"dry_run", *dry_run}});
}

std::string token_secret(const auth::Sealer& sealer, std::string_view signer) { return sealer.derived("webhook of token", signer); }
std::string site_secret(const auth::Sealer& sealer, std::string_view site) { return sealer.derived("webhook of site", site); }
// No name holds a slash.
std::string signer_of_token(std::string_view account, std::string_view name) { return "token/" + std::string(account) + "/" + std::string(name); }

std::string signer_of(const http::Request& request) {
  return request.caller.credential == http::Credential::token ? signer_of_token(request.caller.name, request.caller.credential_id) : request.principal;
}

}  // namespace darkroom::api
