// Batches: make one, of existing images or open for uploads; its progress; seal it.
#include "api/body_fields.h"
#include "api/cursor.h"
#include "api/guard.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/waiting.h"
#include "base/id.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestTitle = 400;  // characters
constexpr std::size_t kLongestOwner = 200;

Error no_such_batch(const std::string& id) {
  return {std::string(domain::code::not_found), "There is no batch '" + id + "'. A batch's id is a UUID."};
}

struct Filled {
  store::BulkResult result;
  std::int64_t missing = 0;  // of image_ids: those that are not there, or not the caller's
};

// What of the images that were meant is in the batch, or would be.
void add_filled(json::object& answer, const Filled& filled) {
  answer["matched"] = filled.result.matched, answer["left_out"] = filled.result.matched - filled.result.changed;
  if (filled.result.without_model > 0) answer["without_model"] = filled.result.without_model;
  if (filled.missing > 0) answer["missing"] = filled.missing;
}

http::Response batch_response(int status, const store::BatchRecord& batch, const std::optional<Filled>& filled = {}) {
  json::object answer{{"batch", batch_json(batch)}};
  if (filled) add_filled(answer, *filled);
  http::Response response = json_response(status, std::move(answer));
  if (status == 201) response.headers.emplace_back("Location", "/api/v1/batches/" + batch.public_id);
  return response;
}

http::Response counted_response(const Filled& filled) {
  json::object answer{{"dry_run", true}};
  add_filled(answer, filled);
  return json_response(200, std::move(answer));
}

// Somebody sealed it, or another process did when this one was taken for lost.
Error was_cut_short(const store::BatchRecord& batch, const store::BulkResult& filled) {
  return {std::string(domain::code::conflict), "Batch " + batch.public_id + " was sealed by another while it was being filled: it got " + std::to_string(filled.changed) + " of the " +
                                                   std::to_string(filled.matched) + " images that were meant. Make another batch of the others."};
}

Error nothing_to_fill_it(const store::BulkResult& counted) {
  auto conflict = [](std::string words) { return Error{std::string(domain::code::conflict), std::move(words)}; };
  if (counted.matched == 0) return conflict("No image meets the conditions, so there is no batch to make.");
  std::string gone = counted.without_model == 0 ? "" : " The model of " + std::to_string(counted.without_model) + " of them is gone: name another with model.";
  return conflict("None of the " + std::to_string(counted.matched) + " images that meet the conditions can be processed again now, so there is no batch to make: "
                 "they wait or run still, are in quarantine, or their model is gone." + gone);
}

struct Wanted {
  std::string title;
  std::string owner;
  std::optional<store::JobFilter> images;  // to be processed again as this batch; none: open for uploads
  store::Reprocess how;
  std::string reason;
  std::vector<domain::ImageId> named = {};  // of image_ids
  bool dry_run = false;                     // only count

  Filled counted(const store::BulkResult& result) const { return {result, not_met(named, result.matched)}; }
};

// The images that the batch is of, if the body names any.
Result<std::optional<store::JobFilter>> read_images(const json::object& body) {
  const json::value *filter = body.if_contains("filter"), *ids = body.if_contains("image_ids");
  if (filter && ids) return invalid("Say either image_ids or filter.");
  if (ids) {
    auto images = read_image_ids(*ids, "image_ids");
    if (!images) return images.error();
    return std::optional(store::JobFilter{.images = std::move(*images)});
  }
  if (!filter) return std::optional<store::JobFilter>();
  auto which = read_filter(*filter);
  if (!which) return which.error();
  using domain::JobState;
  if (which->states.empty() && which->images.empty()) which->states = {JobState::completed, JobState::failed, JobState::cancelled};
  return std::optional(std::move(*which));
}

Result<Wanted> read_new_batch(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"title", "owner", "image_ids", "filter", "model", "priority", "reason", "dry_run"});
  if (!body) return body.error();
  auto title = read_text(*body, "title", kLongestTitle), owner = read_text(*body, "owner", kLongestOwner);
  if (!title) return title.error();
  if (!*title) return invalid("title must say what the batch is, in 1 to 400 characters.");
  if (!owner) return owner.error();
  auto images = read_images(*body);
  if (!images) return images.error();
  auto model = read_model(parts, *body);
  if (!model) return model.error();
  auto priority = read_priority(*body);
  if (!priority) return priority.error();
  if (!*images && (*model || *priority)) return invalid("model and priority go with image_ids or filter. Photos that are sent into an open batch say theirs themselves.");
  auto dry_run = read_flag(*body, "dry_run");
  if (!dry_run) return dry_run.error();
  if (*dry_run && !*images) return invalid("dry_run goes with image_ids or filter: of a batch that is open for uploads there is nothing to count.");
  auto reason = read_reason(*body);
  if (!reason) return reason.error();
  if (!acts_for_others(request)) {  // of its own images only, in its own name
    if (*owner && **owner != request.principal) return Error{std::string(domain::code::forbidden), "Only operators make batches in another's name."};
    if (*images && (*images)->owner.value_or(request.principal) != request.principal) {
      return Error{std::string(domain::code::forbidden), "Only operators make batches of another's photos."};
    }
    if (*images) (*images)->owner = request.principal;
  }
  store::Reprocess how{.model = *model, .priority = *priority, .max_attempts = parts.config.max_attempts, .models = models_that_run(parts)};
  std::vector<domain::ImageId> named = body->contains("image_ids") ? (*images)->images : std::vector<domain::ImageId>();
  return Wanted{**title, owner->value_or(request.principal), std::move(*images), std::move(how), *reason, std::move(named), *dry_run};
}

// The row of the batch that the page before ended with.
Result<std::optional<std::int64_t>> read_place(const http::Request& request, const std::string& hash) {
  auto cursor = request.query.find("cursor");
  if (cursor == request.query.end()) return std::optional<std::int64_t>();
  auto place = open_cursor(hash, cursor->second);
  if (!place) return place.error();
  auto row = parse_whole(*place, "cursor", {1, INT64_MAX});
  if (!row) return not_a_cursor();
  return std::optional(*row);
}

}  // namespace

http::Reply create_batch(const Parts& parts, const http::Request& request) {
  auto wanted = read_new_batch(parts, request);
  if (!wanted) return problem(wanted.error());
  store::Actor actor = actor_of(request, wanted->reason);
  Time now = parts.clock.now();
  if (wanted->dry_run) return counted_response(wanted->counted(parts.store.act_on_jobs(*wanted->images, wanted->how, true, actor, now)));
  // An open one waits for its uploads, whoever sends them; one of images is filled here, or by nobody any more.
  if (!wanted->images) return batch_response(201, parts.store.create_batch(wanted->title, wanted->owner, actor, now));
  const std::string id = make_uuid_v7(parts.store.clock(now));
  wanted->how.batch = id;
  wanted->how.new_batch = store::NewBatch{wanted->title, wanted->owner, parts.config.node};
  store::BulkResult filled;
  try {
    filled = parts.store.act_on_jobs(*wanted->images, wanted->how, false, actor, now);
  } catch (...) {
    (void)parts.store.seal_batch(id, actor, parts.clock.now());  // what it has got so far comes to its end
    throw;
  }
  if (filled.changed == 0) return problem(nothing_to_fill_it(filled));
  auto sealed = parts.store.seal_batch(id, actor, parts.clock.now());
  if (!sealed) return problem(sealed.error());
  if (!sealed->sealed_now) return problem(was_cut_short(*sealed, filled));
  return batch_response(201, *sealed, wanted->counted(filled));
}

http::Reply list_batches(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"limit", "cursor"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return problem(limit.error());
  auto owner = owner_seen_by(request);
  std::string hash = list_hash({"batches", owner.value_or("")});
  auto before = read_place(request, hash);
  if (!before) return problem(before.error());
  auto page = parts.store.list_batches(static_cast<int>(*limit) + 1, owner, *before);  // one more tells whether there is a next page
  std::optional<std::string> cursor;
  if (page.size() > static_cast<std::size_t>(*limit)) {
    page.pop_back();
    cursor = make_cursor(hash, std::to_string(page.back().id));
  }
  json::array items;
  for (const store::BatchRecord& batch : page) items.push_back(batch_json(batch));
  http::Response response = json_response(200, json::object{{"items", std::move(items)}, {"next_cursor", cursor ? json::value(*cursor) : json::value(nullptr)}});
  if (cursor) response.headers.emplace_back("Link", "<" + next_page_address(request, *cursor) + ">; rel=\"next\"");
  return response;
}

http::Reply get_batch(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"wait"}); !known) return problem(known.error());
  auto wait = wait_seconds(request);
  if (!wait) return problem(wait.error());
  const std::string& id = request.params.at("id");
  if (!is_uuid(id)) return problem(no_such_batch(id));
  return answer_when_final(id, *wait, [&parts, id]() -> Look {
    auto batch = parts.store.find_batch(id);
    if (!batch) return {problem(no_such_batch(id)), true};
    return {batch_response(200, *batch), batch->completed_at.has_value()};
  });
}

http::Reply seal_batch(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"reason"});
  if (!body) return problem(body.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto sealed = parts.store.seal_batch(request.params.at("id"), actor_of(request, *reason), parts.clock.now());
  return sealed ? batch_response(200, *sealed) : problem(sealed.error());
}

}  // namespace darkroom::api
