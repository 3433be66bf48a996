// Acting on jobs: cancel one, change its priority, and the four actions on all jobs of a list or a filter.
#include "api/body_fields.h"
#include "api/entity_tag.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;
using domain::JobState;

http::Response changed_job(const Parts& parts, const Result<store::JobRecord>& job) {
  if (!job) return problem(job.error());
  return with_record_tag({}, json_response(200, json::object{{"job", job_json(*job, parts.store.attempts_of(job->id))}}), tag_of(*job));
}

// `named`: by ids, of which those that met nothing are counted too.
http::Response done_response(const store::JobFilter& named, const store::BulkResult& done, bool dry_run) {
  json::object answer = bulk_json(done, dry_run);
  if (std::int64_t missing = not_met(named.jobs, done.matched); missing > 0) answer["missing"] = missing;
  return json_response(200, std::move(answer));
}

struct Order {
  store::BulkAction action;
  store::JobFilter filter;
  bool dry_run = false;
  std::string reason;
};

Result<store::BulkAction> read_action(const Parts& parts, const json::object& body) {
  auto priority = read_priority(body);
  if (!priority) return priority.error();
  auto model = read_model(parts, body);
  if (!model) return model.error();
  const json::value* value = body.if_contains("action");
  std::string_view name = value && value->is_string() ? std::string_view(value->as_string()) : "";
  if (*model && name != "reprocess") return invalid("model goes only with the action reprocess.");
  if (*priority && name != "reprocess" && name != "reprioritise") return invalid("priority goes only with the actions reprioritise and reprocess.");
  if (name == "cancel") return store::BulkAction(store::Cancel{});
  if (name == "retry") return store::BulkAction(store::Retry{models_that_run(parts)});
  if (name == "reprocess") return store::BulkAction(store::Reprocess{.model = *model, .priority = *priority, .max_attempts = parts.config.max_attempts, .models = models_that_run(parts)});
  if (name != "reprioritise") return invalid("action must be one of cancel, reprioritise, retry, reprocess.");
  if (!*priority) return invalid("reprioritise needs a priority from -100 to 100.");
  return store::BulkAction(store::Reprioritise{**priority});
}

// A filter that names neither states nor ids means those that the action is for, so that nothing looks through the whole history without need.
std::vector<JobState> usual_states(const store::BulkAction& action) {
  if (std::holds_alternative<store::Cancel>(action)) return {JobState::scheduled, JobState::queued, JobState::running};
  if (std::holds_alternative<store::Reprioritise>(action)) return {JobState::scheduled, JobState::queued};
  if (std::holds_alternative<store::Retry>(action)) return {JobState::failed};
  return {JobState::completed, JobState::failed, JobState::cancelled};
}

Result<store::JobFilter> read_which(const json::object& body, const store::BulkAction& action) {
  const json::value *filter = body.if_contains("filter"), *ids = body.if_contains("ids");
  if (!filter == !ids) return invalid("Say either which jobs, with ids, or which conditions they meet, with filter.");
  if (ids) {
    auto jobs = read_job_ids(*ids, "ids");
    if (!jobs) return jobs.error();
    return store::JobFilter{.jobs = std::move(*jobs)};
  }
  auto which = read_filter(*filter);
  if (which && which->states.empty() && which->cause) which->states = {JobState::failed};
  if (which && which->states.empty() && which->images.empty()) which->states = usual_states(action);
  return which;
}

Result<Order> read_order(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"action", "filter", "ids", "priority", "model", "dry_run", "reason"});
  if (!body) return body.error();
  auto action = read_action(parts, *body);
  if (!action) return action.error();
  auto which = read_which(*body, *action);
  if (!which) return which.error();
  auto dry_run = read_flag(*body, "dry_run");
  if (!dry_run) return dry_run.error();
  auto reason = read_reason(*body);
  if (!reason) return reason.error();
  return Order{std::move(*action), std::move(*which), *dry_run, std::move(*reason)};
}

}  // namespace

http::Reply cancel_job(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"reason"});
  if (!body) return problem(body.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  return changed_job(parts, parts.store.cancel_job(request.params.at("id"), actor_of(request, *reason), parts.clock.now()));
}

http::Reply change_job(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"priority", "reason"});
  if (!body) return problem(body.error());
  auto priority = read_priority(*body);
  if (!priority) return problem(priority.error());
  if (!*priority) return problem(invalid("Say what to change: priority, a whole number from -100 to 100."));
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  return changed_job(parts, parts.store.reprioritise_job(request.params.at("id"), **priority, actor_of(request, *reason), parts.clock.now(), expectation_of<store::JobRecord>(request)));
}

http::Reply act_on_jobs(const Parts& parts, const http::Request& request) {
  auto order = read_order(parts, request);
  if (!order) return problem(order.error());
  store::BulkResult done = parts.store.act_on_jobs(order->filter, order->action, order->dry_run, actor_of(request, order->reason), parts.clock.now());
  return done_response(order->filter, done, order->dry_run);
}

}  // namespace darkroom::api
