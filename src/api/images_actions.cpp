// Acting on all images that meet the conditions of the list, with a dry run that only counts.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/image_query.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr int kChunk = 1000;
constexpr int kCounted = 50'000;  // at once, where nothing is changed

struct Order {
  std::string action;
  store::ImageQuery which;
  std::optional<store::BulkAction> jobs;  // none: delete
  bool dry_run = false;
  std::string reason;
};

Result<store::ImageQuery> read_which(const json::object& body) {
  const auto* filter = body.if_contains("filter");
  const auto* conditions = filter ? filter->if_object() : nullptr;
  if (!conditions) return invalid("filter must be an object such as {\"status\": \"failed\"}.");
  auto all = read_flag(*conditions, "all");
  if (!all) return all.error();
  std::map<std::string, std::string> named;
  for (const auto& member : *conditions) {
    if (member.key() == "all") continue;
    if (!member.value().is_string()) return invalid("filter." + std::string(member.key()) + " must be a text.");
    named[std::string(member.key())] = std::string(member.value().as_string());
  }
  if (named.empty() && !*all) return invalid("filter has no condition. To act on all images say {\"all\": true}.");
  return read_image_conditions(named);
}

Result<std::optional<store::BulkAction>> read_action(const Parts& parts, const json::object& body, const std::string& name) {
  using Maybe = std::optional<store::BulkAction>;
  auto priority = read_priority(body);
  if (!priority) return priority.error();
  auto model = read_model(parts, body);
  if (!model) return model.error();
  if (*model && name != "reprocess") return invalid("model goes only with the action reprocess.");
  if (*priority && name != "reprocess" && name != "reprioritise") return invalid("priority goes only with the actions reprioritise and reprocess.");
  if (name == "delete") return Maybe();
  if (name == "cancel") return Maybe(store::Cancel{});
  if (name == "reprocess") {
    return Maybe(store::Reprocess{.model = *model, .priority = *priority, .max_attempts = parts.config.max_attempts, .models = models_that_run(parts)});
  }
  if (name != "reprioritise") return invalid("action must be one of delete, cancel, reprioritise, reprocess.");
  if (!*priority) return invalid("priority is needed to reprioritise, from -100 to 100.");
  return Maybe(store::Reprioritise{**priority});
}

Result<Order> read_order(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"action", "filter", "priority", "model", "dry_run", "reason"});
  if (!body) return body.error();
  const auto* action = body->if_contains("action");
  std::string name = action && action->is_string() ? std::string(action->as_string()) : "";
  auto jobs = read_action(parts, *body, name);
  if (!jobs) return jobs.error();
  auto which = read_which(*body);
  if (!which) return which.error();
  auto dry_run = read_flag(*body, "dry_run");
  if (!dry_run) return dry_run.error();
  auto reason = read_reason(*body);
  if (!reason) return reason.error();
  return Order{name, std::move(*which), std::move(*jobs), *dry_run, std::move(*reason)};
}

void act_on_chunk(const Parts& parts, const Order& order, const std::vector<domain::ImageId>& images, const store::Actor& actor, store::BulkResult& done) {
  if (order.jobs) {
    // With what a newest job can cease to meet: it is looked at once more where the job is changed.
    store::JobFilter which{.images = images, .states = order.which.states, .model = order.which.model, .error_code = order.which.error_code, .batch = order.which.batch};
    store::BulkResult chunk = parts.store.act_on_jobs(which, *order.jobs, order.dry_run, actor, parts.clock.now());
    done.changed += chunk.changed;
    done.without_model += chunk.without_model;
    return;
  }
  if (order.dry_run) {
    done.changed += static_cast<std::int64_t>(images.size());
    return;
  }
  done.changed += parts.store.delete_found(images, order.which, actor, parts.clock.now());
}

// Oldest first and up to the newest image of the beginning: what is changed on the way may leave the conditions without anything being missed, and what
// arrives meanwhile is not met.
store::BulkResult act(const Parts& parts, Order order, const store::Actor& actor) {
  store::BulkResult done;
  auto newest = parts.store.find_image_ids({.limit = 1}, std::chrono::hours(1));
  if (newest.ids.empty()) return done;
  domain::ImageId last = newest.ids.front();
  order.which.sort = store::ImageSort::oldest;
  order.which.limit = order.dry_run ? kCounted : kChunk;
  do {
    store::FoundIds page = parts.store.find_image_ids(order.which, std::chrono::hours(1));
    bool later = std::erase_if(page.ids, [&](domain::ImageId id) { return id.value > last.value; }) > 0;
    done.matched += static_cast<std::int64_t>(page.ids.size());
    if (!page.ids.empty()) act_on_chunk(parts, order, page.ids, actor, done);
    order.which.after = later ? std::nullopt : page.next;
  } while (order.which.after);
  return done;
}

}  // namespace

http::Reply act_on_images(const Parts& parts, const http::Request& request) {
  auto order = read_order(parts, request);
  if (!order) return problem(order.error());
  bool dry_run = order->dry_run, deletes = !order->jobs;
  store::Actor actor = actor_of(request, order->reason);
  store::BulkResult done = act(parts, std::move(*order), actor);
  if (deletes && !dry_run) parts.remove_freed_blobs();
  return json_response(200, bulk_json(done, dry_run));
}

}  // namespace darkroom::api
