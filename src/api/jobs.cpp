// Jobs: list, one with its attempts, run again.
#include "api/body_fields.h"
#include "api/cursor.h"
#include "api/entity_tag.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/job_query.h"
#include "api/json.h"
#include "api/language.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/waiting.h"
#include "base/id.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

Error no_such_job(const std::string& id) {
  return {std::string(domain::code::not_found), "There is no job '" + id + "'. A job's id is a UUID, as job_id of its image says it."};
}

http::Response job_response(const Parts& parts, const store::JobRecord& job, bool korean) {
  json::object shown = job_json(job, parts.store.attempts_of(job.id));
  auto place = domain::is_final(job.state) ? std::nullopt : std::optional(parts.store.place_of(job.public_id, parts.clock.now()));
  shown["place"] = place && *place ? json::value(place_json(**place, korean)) : json::value(nullptr);
  bool did = !job.image.value && job.state == domain::JobState::completed;
  auto document = did ? parts.store.result_of(job.public_id) : std::nullopt;
  shown["result"] = document ? parsed(*document) : json::value(nullptr);
  return json_response(200, json::object{{"job", std::move(shown)}});
}

json::array job_items(const Parts& parts, const std::vector<store::FoundJob>& jobs, bool with_places, bool korean) {
  std::vector<domain::JobId> open;
  for (const store::FoundJob& each : jobs) {
    if (with_places && !domain::is_final(each.job.state)) open.push_back(each.job.id);
  }
  auto places = parts.store.places_of(open, parts.clock.now());
  json::array items;
  for (const store::FoundJob& each : jobs) {
    json::object shown = job_json(each.job, each.attempts);
    auto place = places.find(each.job.id.value);
    if (with_places) shown["place"] = place == places.end() ? json::value(nullptr) : json::value(place_json(place->second, korean));
    items.push_back(std::move(shown));
  }
  return items;
}

}  // namespace

http::Reply list_jobs(const Parts& parts, const http::Request& request) {
  auto list = read_job_list(request);
  if (!list) return problem(list.error());
  std::vector<store::FoundJob> jobs;
  std::optional<std::string> cursor;
  if (list->line) {
    store::JobsInLine page = parts.store.jobs_in_line(*list->line);
    if (!page.next.empty()) cursor = cursor_of(*list, page.next);
    jobs = std::move(page.jobs);
  } else {
    store::FoundJobs page = parts.store.find_jobs(list->newest);
    if (page.next) cursor = cursor_of(*list, *page.next);
    jobs = std::move(page.jobs);
  }
  json::array items = job_items(parts, jobs, list->with_places, prefers_korean(request));
  http::Response response = json_response(200, json::object{{"items", std::move(items)},
                                                            {"next_cursor", cursor ? json::value(*cursor) : json::value(nullptr)},
                                                            {"counts", counts_json(parts.store.count_jobs(owner_seen_by(request)))}});
  if (cursor) response.headers.emplace_back("Link", "<" + next_page_address(request, *cursor) + ">; rel=\"next\"");
  return response;
}

http::Reply get_job(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"wait"}); !known) return problem(known.error());
  auto wait = wait_seconds(request);
  if (!wait) return problem(wait.error());
  const std::string& id = request.params.at("id");
  if (!is_uuid(id) || !parts.store.find_job(id)) return problem(no_such_job(id));
  return answer_when_final(id, *wait, [&parts, id, request]() -> Look {
    auto job = parts.store.find_job(id);
    if (!job) return {problem(no_such_job(id)), true};
    return {with_record_tag(request, job_response(parts, *job, prefers_korean(request)), tag_of(*job)), domain::is_final(job->state)};
  });
}

http::Reply get_attempt(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  const std::string &id = request.params.at("id"), &text = request.params.at("number");
  auto number = parse_whole(text, "number", {1, 1'000'000});
  auto attempt = number && is_uuid(id) ? parts.store.find_attempt(id, static_cast<int>(*number)) : std::nullopt;
  if (!attempt) return problem(domain::code::not_found, "Job '" + id + "' has no finished attempt '" + text + "'. Attempts are numbered from 1; one that runs is shown by its job.");
  return json_response(200, json::object{{"attempt", attempt_json(*attempt)}});
}

http::Reply retry_job(const Parts& parts, const http::Request& request) {
  const std::string& id = request.params.at("id");
  auto body = json_body(request, {"reason"});
  if (!body) return problem(body.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto job = is_uuid(id) ? parts.store.find_job(id) : std::nullopt;
  if (auto refused = job ? cannot_run_again(parts, *job) : std::nullopt) return problem(*refused);
  auto image = parts.store.retry_job(id, actor_of(request, *reason), parts.clock.now());
  return image ? image_response(201, parts, *image) : problem(image.error());
}

}  // namespace darkroom::api
