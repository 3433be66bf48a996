// The registry of processes, and what can be known of a job's wait.
#include "api/handlers.h"
#include "api/json.h"
#include "api/language.h"
#include "api/problem.h"
#include "api/query.h"
#include "base/id.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

json::object node_json(const store::NodeRecord& node) {
  json::array models(node.models.begin(), node.models.end());
  return {{"id", node.id},
          {"name", node.name},
          {"role", node.role},
          {"version", node.version},
          {"state", to_string(node.state)},
          {"slots", node.slots},
          {"running", node.running},
          {"models", std::move(models)},
          {"started_at", to_rfc3339(node.started_at)},
          {"seen_at", to_rfc3339(node.seen_at)},
          {"lease_until", to_rfc3339(node.lease_until)}};
}

json::value seconds_or_null(const std::optional<Duration>& duration) {
  if (!duration) return nullptr;
  return static_cast<double>(std::chrono::round<std::chrono::milliseconds>(*duration).count()) / 1000.0;
}

}  // namespace

json::object place_json(const store::Place& place, bool korean) {
  return {{"code", place.code},
          {"message", korean ? place.korean : place.message},
          {"position", place.ahead ? json::value(*place.ahead) : json::value(nullptr)},
          {"over_limit", place.over_limit},
          {"starts_in_seconds", seconds_or_null(place.starts_in)},
          {"starts_in_error_seconds", seconds_or_null(place.error)}};
}

http::Reply list_workers(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items;
  for (const store::NodeRecord& node : parts.store.nodes(parts.clock.now())) items.push_back(node_json(node));
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply get_place(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  const std::string& id = request.params.at("id");
  if (!is_uuid(id)) return problem(domain::code::not_found, "There is no job '" + id + "'. A job's id is a UUID, as job_id of its image says it.");
  auto job = parts.store.find_job(id);
  auto model = job && domain::is_final(job->state) && cannot_run_again(parts, *job) ? store::ItsModel::is_gone : store::ItsModel::may_run;
  auto place = parts.store.place_of(id, parts.clock.now(), model);
  if (!place) return problem(place.error());
  return json_response(200, json::object{{"job_id", id}, {"state", domain::to_string(place->state)}, {"place", place_json(*place, prefers_korean(request))}});
}

}  // namespace darkroom::api
