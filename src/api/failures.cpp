// Failures by their cause, each with the filter that retries exactly these.
#include "api/body_fields.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/failure_cause.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 400;  // characters

Result<std::optional<std::string>> name_in(const http::Request& request, const std::string& name) {
  auto found = request.query.find(name);
  if (found == request.query.end()) return std::optional<std::string>();
  if (!has_characters(found->second, kLongestName)) return invalid(must_be_text(name, kLongestName));
  return std::optional(found->second);
}

Result<store::FailureQuery> read_query(const http::Request& request) {
  if (auto known = allow_query(request, {"since", "queue", "model", "limit"}); !known) return known.error();
  store::FailureQuery query;
  auto since = time_in(request, "since");
  if (!since) return since.error();
  query.since = *since;
  auto queue = name_in(request, "queue"), model = name_in(request, "model");
  if (!queue) return queue.error();
  if (!model) return model.error();
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return limit.error();
  query.queue = *queue;
  query.model = *model;
  query.limit = static_cast<int>(*limit);
  query.owner = owner_seen_by(request);
  return query;
}

json::object sample_json(const store::FailedSample& sample) {
  bool shown = sample.image.has_value();
  std::string address = shown ? "/api/v1/images/" + std::to_string(sample.image->value) : "";
  return {{"job_id", sample.job},
          {"image_id", shown ? json::value(sample.image->value) : json::value(nullptr)},
          {"title", shown ? json::value(sample.title) : json::value(nullptr)},
          {"thumbnail_url", shown ? json::value(address + "/thumbnail") : json::value(nullptr)},
          {"error_message", sample.error.message},
          {"failed_at", to_rfc3339(sample.failed_at)}};
}

// For POST /api/v1/jobs/actions; none for jobs that no image has, which their schedule makes anew.
json::value filter_of(const store::FailureGroup& group, const store::FailureQuery& query) {
  if (group.kind != domain::kProcessKind) return nullptr;
  json::object filter{{"cause", group.cause}, {"queue", group.queue}, {"kind", group.kind}, {"model", group.model}};
  if (query.since) filter["failed_from"] = to_rfc3339(*query.since);
  return filter;
}

json::object group_json(const store::FailureGroup& group, const store::FailureQuery& query) {
  json::array samples;
  for (const store::FailedSample& sample : group.samples) samples.push_back(sample_json(sample));
  Error newest = group.samples.empty() ? Error{"internal", ""} : group.samples.front().error;
  return {{"cause", group.cause},
          {"error_code", newest.code},
          {"message", domain::without_particulars(newest.message)},
          {"queue", group.queue},
          {"kind", group.kind},
          {"model", group.model},
          {"count", group.count},
          {"first_at", to_rfc3339(group.first_at)},
          {"last_at", to_rfc3339(group.last_at)},
          {"filter", filter_of(group, query)},
          {"samples", std::move(samples)}};
}

}  // namespace

http::Reply list_failures(const Parts& parts, const http::Request& request) {
  auto query = read_query(request);
  if (!query) return problem(query.error());
  store::FailureGroups found = parts.store.failures(*query);
  json::array items;
  for (const store::FailureGroup& group : found.groups) items.push_back(group_json(group, *query));
  return json_response(200, json::object{{"items", std::move(items)}, {"failures", found.failures}, {"groups", found.all_groups}});
}

}  // namespace darkroom::api
