// What the jobs of one image have found: the newest of each model, older ones, and any of them.
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "base/id.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr int kMost = 200;

}  // namespace

http::Reply list_image_results(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto id = image_id(request);
  if (!id) return problem(id.error());
  if (!parts.store.find_image(*id)) return problem(domain::code::not_found, "There is no image " + std::to_string(id->value) + ". It may have been deleted.");
  json::array items;
  for (const store::PastResult& each : parts.store.results_of(*id, kMost)) {
    items.push_back(json::object{{"job_id", each.job}, {"model", each.model}, {"model_version", each.model_version}, {"made_at", to_rfc3339(each.made_at)},
                                 {"is_newest", each.is_newest}, {"newest_of_model", each.newest_of_model}});
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply get_image_result(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto id = image_id(request);
  if (!id) return problem(id.error());
  const std::string& name = request.params.at("job");
  auto job = is_uuid(name) ? parts.store.find_job(name) : std::nullopt;
  auto document = job && job->image == *id ? parts.store.result_of(name) : std::nullopt;
  if (!document) {
    return problem(domain::code::not_found, "Image " + std::to_string(id->value) + " has no result of a job '" + name + "'. GET /api/v1/images/" + std::to_string(id->value) +
                                                "/results lists those that it has.");
  }
  return json_response(200, json::object{{"job_id", job->public_id}, {"result", parsed(*document)}});
}

}  // namespace darkroom::api
