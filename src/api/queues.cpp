// Queues: what they hold, how fast they move, and their limits, which act at the next claim.
#include "api/body_fields.h"
#include "api/entity_tag.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"
#include "domain/rate.h"
#include "domain/webhook.h"

#include <algorithm>

namespace darkroom::api {
namespace {

namespace json = boost::json;
using store::QueueChange;
using store::QueueReport;

constexpr std::size_t kLongestPauseReason = 500;  // characters

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

json::value spread_json(const std::optional<store::Spread>& spread) {
  return spread ? json::value{{"p50", in_seconds(spread->p50)}, {"p95", in_seconds(spread->p95)}} : json::value(nullptr);
}

json::object queue_json(const QueueReport& report) {
  json::object queue = queue_settings_json(report.settings);
  add_count(queue, "queued", report.queued);
  add_count(queue, "scheduled", report.scheduled);
  queue["running"] = report.running;
  queue["oldest_due_at"] = report.oldest ? json::value(to_rfc3339(*report.oldest)) : json::value(nullptr);
  queue["oldest_age_seconds"] = report.oldest_age ? json::value(in_seconds(*report.oldest_age)) : json::value(nullptr);
  queue["finished_last_minute"] = report.finished_last_minute;
  add_count(queue, "finished_last_hour", report.finished_last_hour);
  queue["wait_seconds"] = spread_json(report.wait);
  queue["run_seconds"] = spread_json(report.run);
  return queue;
}

// `request` for its If-None-Match.
http::Response queue_response(const Parts& parts, const http::Request& request, const std::string& name) {
  std::string names;
  for (const QueueReport& report : parts.store.queues(parts.clock.now())) {
    if (report.settings.name == name) return with_record_tag(request, json_response(200, json::object{{"queue", queue_json(report)}}), tag_of(report.settings));
    names += (names.empty() ? "" : ", ") + report.settings.name;
  }
  return problem(domain::code::not_found, "There is no queue '" + name + "'. There are: " + names + ".");
}

// A whole number in its range, or null for none.
Result<std::optional<int>> number_or_null(const json::value& value, const std::string& name, std::pair<std::int64_t, std::int64_t> range) {
  if (value.is_null()) return std::optional<int>();
  if (!value.is_int64() || value.as_int64() < range.first || value.as_int64() > range.second) {
    return invalid(name + " must be a whole number from " + std::to_string(range.first) + " to " + std::to_string(range.second) +
                   ", or null for none.");
  }
  return std::optional(static_cast<int>(value.as_int64()));
}

struct NumberField {
  const char* name;
  std::pair<std::int64_t, std::int64_t> range;
  void (*set)(QueueChange& change, std::optional<int> value);
};

template <class Unit>
std::optional<Unit> as(std::optional<int> value) {
  return value ? std::optional<Unit>(std::chrono::seconds(*value)) : std::nullopt;
}

constexpr std::int64_t kYear = 366 * 86'400;
constexpr NumberField kNumberFields[] = {
    {"concurrency", {1, 100'000}, [](QueueChange& change, std::optional<int> value) { change.concurrency = value; }},
    {"ageing_seconds", {1, kYear}, [](QueueChange& change, std::optional<int> value) { change.ageing = as<Duration>(value); }},
    {"max_retries", {0, 100}, [](QueueChange& change, std::optional<int> value) { change.max_retries = value; }},
    {"first_retry_seconds", {0, 7 * 86'400},
     [](QueueChange& change, std::optional<int> value) { change.first_retry = as<std::chrono::seconds>(value); }},
};

Result<void> read_rate(const json::value& value, QueueChange& change) {
  if (value.is_null()) {
    change.rate = std::optional<store::RateLimit>();
    return {};
  }
  if (!value.is_string()) return invalid("rate must be a text like 10/m, or null for none.");
  auto rate = domain::parse_rate(std::string(value.as_string()));
  if (!rate) return rate.error();
  change.rate = *rate;
  return {};
}

// It has no jobs: what it holds is sent by delivery/, at the pace of the settings webhooks.*.
Result<void> check_fields_of(const std::string& queue, const json::object& body) {
  for (const auto& member : body) {
    std::string name(member.key());
    if (queue != domain::kWebhooksQueue || member.value().is_null() || name == "paused" || name == "reason") continue;
    return invalid(name + " cannot be set for the queue webhooks: it has deliveries and no jobs, and can only be paused. The settings webhooks.* say how they are sent.");
  }
  return {};
}

Result<QueueChange> change_from(const json::object& body) {
  QueueChange change;
  if (const auto* paused = body.if_contains("paused")) {
    if (!paused->is_bool()) return invalid("paused must be true or false.");
    change.paused = paused->as_bool();
  }
  if (const auto* rate = body.if_contains("rate")) {
    if (auto read = read_rate(*rate, change); !read) return read.error();
  }
  for (const NumberField& field : kNumberFields) {
    const auto* value = body.if_contains(field.name);
    if (!value) continue;
    auto number = number_or_null(*value, field.name, field.range);
    if (!number) return number.error();
    field.set(change, *number);
  }
  return change;
}

http::Reply change(const Parts& parts, const http::Request& request, const json::object& body, const QueueChange& change) {
  auto reason = read_reason(body, kLongestPauseReason);
  if (!reason) return problem(reason.error());
  const std::string& name = request.params.at("name");
  auto changed = parts.store.change_queue(name, change, actor_of(request, *reason), parts.clock.now(), expectation_of<store::QueueSettings>(request));
  if (!changed && changed.error().code != domain::code::not_found) return problem(changed.error());
  return queue_response(parts, {}, name);
}

http::Reply set_paused(const Parts& parts, const http::Request& request, bool paused) {
  auto body = json_body(request, {"reason"});
  return body ? change(parts, request, *body, {.paused = paused}) : problem(body.error());
}

}  // namespace

http::Reply list_queues(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const QueueReport& report : parts.store.queues(parts.clock.now())) items.push_back(queue_json(report));
  return with_tag(request, json_response(200, json::object{{"items", std::move(items)}}));
}

http::Reply get_queue(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  return queue_response(parts, request, request.params.at("name"));
}

http::Reply change_queue(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"paused", "reason", "rate", "concurrency", "ageing_seconds", "max_retries", "first_retry_seconds"});
  if (!body) return problem(body.error());
  if (auto fits = check_fields_of(request.params.at("name"), *body); !fits) return problem(fits.error());
  auto wanted = change_from(*body);
  return wanted ? change(parts, request, *body, *wanted) : problem(wanted.error());
}

http::Reply pause_queue(const Parts& parts, const http::Request& request) { return set_paused(parts, request, true); }

http::Reply resume_queue(const Parts& parts, const http::Request& request) { return set_paused(parts, request, false); }

}  // namespace darkroom::api
