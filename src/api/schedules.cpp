// Schedules: which maintenance job runs when, in which time zone.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "calendar/next_slot.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;
using store::ScheduleRecord;

constexpr int kFiresShown = 20;
constexpr int kMostSlots = 50;

// Slots are counted by the clock by which they fire.
Time now_of(const Parts& parts) { return parts.store.clock(parts.clock.now()); }

json::value time_or_null(const std::optional<Time>& time) { return time ? json::value(to_rfc3339(*time)) : json::value(nullptr); }

json::object schedule_json(const ScheduleRecord& schedule) {
  const domain::Schedule& rule = schedule.rule;
  return {{"name", rule.name},
          {"cron", rule.cron},
          {"zone", rule.zone},
          {"kind", rule.kind},
          {"args", parsed(rule.args)},
          {"enabled", rule.enabled},
          {"missed", domain::to_string(rule.missed)},
          {"built_in", domain::is_built_in_schedule(rule.name)},
          {"next_slot", time_or_null(schedule.next_slot)},
          {"last_slot", time_or_null(schedule.last_slot)},
          {"created_at", to_rfc3339(schedule.created_at)},
          {"updated_at", to_rfc3339(schedule.updated_at)}};
}

json::array fires_json(const std::vector<store::FireRecord>& fires) {
  json::array list;
  for (const store::FireRecord& fire : fires) {
    list.push_back(json::object{{"slot", to_rfc3339(fire.slot)},
                                {"fired_at", to_rfc3339(fire.fired_at)},
                                {"job_id", fire.job ? json::value(*fire.job) : json::value(nullptr)},
                                {"missed", fire.missed}});
  }
  return list;
}

http::Response schedule_response(const Parts& parts, const ScheduleRecord& schedule, int status = 200) {
  json::array fires = fires_json(parts.store.fires_of(schedule.rule.name, kFiresShown));
  return json_response(status, json::object{{"schedule", schedule_json(schedule)}, {"fires", std::move(fires)}});
}

Error no_such_schedule(const std::string& name) {
  return {std::string(domain::code::not_found), "There is no schedule '" + name + "'. GET /api/v1/schedules lists them."};
}

Error runs_only(const std::string& name, std::string_view kind) {
  return invalid("kind of the schedule '" + name + "' cannot be another: it is built in and runs " + std::string(kind) + " alone. Change when it fires, or make another schedule with a name of its own.");
}

Result<std::string> text_of(const json::object& body, const char* name, std::optional<std::string> fallback = {}) {
  const auto* value = body.if_contains(name);
  if (!value && fallback) return *fallback;
  if (!value || !value->is_string()) return invalid(std::string(name) + " must be a text" + (value ? "." : "; it is missing."));
  return std::string(value->as_string());
}

Result<void> read_options(const json::object& body, domain::Schedule& rule) {
  if (const auto* args = body.if_contains("args")) {
    if (!args->is_object()) return invalid("args must be a JSON object.");
    if (!args->as_object().empty()) return invalid("args must be empty: no kind takes any. What prune keeps is said by the settings retention.*.");
  }
  if (const auto* enabled = body.if_contains("enabled")) {
    if (!enabled->is_bool()) return invalid("enabled must be true or false.");
    rule.enabled = enabled->as_bool();
  }
  auto missed = text_of(body, "missed", "once");
  auto policy = missed ? domain::parse_missed_policy(*missed) : std::nullopt;
  if (!policy) {
    return invalid("missed must be skip (slots that nobody fired make no job), once (one job stands for them) or all (each makes its job).");
  }
  rule.missed = *policy;
  return {};
}

Result<std::string> reason_in(const http::Request& request) {
  auto body = json_body(request, {"reason"});
  return body ? read_reason(*body) : body.error();
}

Result<domain::Schedule> rule_from(const Parts& parts, const std::string& name, const json::object& body) {
  domain::Schedule rule{.name = name};
  auto cron = text_of(body, "cron"), zone = text_of(body, "zone", parts.config.time_zone), kind = text_of(body, "kind");
  for (const auto* text : {&cron, &zone, &kind}) {
    if (!*text) return text->error();
  }
  rule.cron = *cron;
  rule.zone = *zone;
  rule.kind = *kind;
  if (auto read = read_options(body, rule); !read) return read.error();
  return rule;
}

}  // namespace

http::Reply list_schedules(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const ScheduleRecord& schedule : parts.store.list_schedules()) items.push_back(schedule_json(schedule));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply list_schedule_kinds(const Parts&, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const domain::MaintenanceKind& kind : domain::kMaintenanceKinds) {
    items.push_back(json::object{{"kind", kind.name}, {"description", kind.sentence}});
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

// The next times at which a rule fires, before anything is saved.
http::Reply list_slots(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"cron", "zone", "count"}); !known) return problem(known.error());
  auto count = whole_number(request, "count", {1, kMostSlots}, 5);
  if (!count) return problem(count.error());
  auto text = [&](const char* name, std::string fallback) {
    auto found = request.query.find(name);
    return found == request.query.end() ? fallback : found->second;
  };
  if (!request.query.contains("cron")) return problem(invalid("cron is missing: say when it fires, as cron=30 3 * * *."));
  auto slots = calendar::next_slots(text("cron", ""), text("zone", parts.config.time_zone), now_of(parts), static_cast<std::size_t>(*count));
  if (!slots) return problem(slots.error());
  json::array items;
  for (Time slot : *slots) items.emplace_back(to_rfc3339(slot));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply get_schedule(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  const std::string& name = request.params.at("name");
  auto schedule = parts.store.find_schedule(name);
  return schedule ? schedule_response(parts, *schedule) : problem(no_such_schedule(name));
}

http::Reply put_schedule(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"cron", "zone", "kind", "args", "enabled", "missed"});
  if (!body) return problem(body.error());
  auto rule = rule_from(parts, request.params.at("name"), *body);
  if (!rule) return problem(rule.error());
  if (auto fits = domain::check_schedule(*rule); !fits) return problem(fits.error());
  if (std::string_view kind = domain::kind_of_built_in(rule->name); !kind.empty() && kind != rule->kind) return problem(runs_only(rule->name, kind));
  auto before = parts.store.find_schedule(rule->name);
  if (before && !body->contains("enabled")) rule->enabled = before->rule.enabled;
  Time now = now_of(parts);
  auto next = calendar::next_slot(*rule, now);
  if (!next) return problem(next.error());
  auto stored = parts.store.put_schedule(*rule, rule->enabled ? std::optional(*next) : std::nullopt, actor_of(request), now);
  return stored ? schedule_response(parts, *stored, stored->made_now ? 201 : 200) : problem(stored.error());
}

http::Reply delete_schedule(const Parts& parts, const http::Request& request) {
  const std::string& name = request.params.at("name");
  if (domain::is_built_in_schedule(name)) {
    return problem(domain::code::conflict, "The schedule '" + name + "' is built in: each start makes it again. If it shall not run, pause it instead.");
  }
  auto deleted = parts.store.delete_schedule(name, actor_of(request), now_of(parts));
  if (!deleted) return problem(deleted.error());
  http::Response response;
  response.status = 204;
  return response;
}

http::Reply run_schedule(const Parts& parts, const http::Request& request) {
  auto reason = reason_in(request);
  if (!reason) return problem(reason.error());
  const std::string& name = request.params.at("name");
  auto job = parts.store.run_schedule(name, parts.config.max_attempts, actor_of(request, *reason), now_of(parts));
  if (!job) return problem(job.error());
  http::Response response = json_response(201, json::object{{"job_id", *job}});
  response.headers.emplace_back("Location", "/api/v1/jobs/" + *job);
  return response;
}

http::Reply pause_schedule(const Parts& parts, const http::Request& request) {
  auto reason = reason_in(request);
  if (!reason) return problem(reason.error());
  auto paused = parts.store.pause_schedule(request.params.at("name"), actor_of(request, *reason), now_of(parts));
  return paused ? schedule_response(parts, *paused) : problem(paused.error());
}

http::Reply resume_schedule(const Parts& parts, const http::Request& request) {
  auto reason = reason_in(request);
  if (!reason) return problem(reason.error());
  const std::string& name = request.params.at("name");
  auto schedule = parts.store.find_schedule(name);
  if (!schedule) return problem(no_such_schedule(name));
  Time now = now_of(parts);
  auto next = calendar::next_slot(schedule->rule, now);
  if (!next) return problem(next.error());
  auto resumed = parts.store.resume_schedule(name, *next, actor_of(request, *reason), now);
  return resumed ? schedule_response(parts, *resumed) : problem(resumed.error());
}

}  // namespace darkroom::api
