// Images: list, one, delete, process again.
#include "api/body_fields.h"
#include "api/cursor.h"
#include "api/entity_tag.h"
#include "api/handlers.h"
#include "api/image_query.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/upload_fields.h"
#include "api/waiting.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "json/text.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

// A list that finds little answers after this time with what it has, and with where to go on.
constexpr auto kLongestSearch = std::chrono::milliseconds(200);

Error no_such_image(domain::ImageId id) {
  return {std::string(domain::code::not_found), "There is no image " + std::to_string(id.value) + ". It may have been deleted."};
}

Result<store::Reprocess> read_reprocess(const Parts& parts, const json::object& body) {
  auto model = read_model(parts, body);
  if (!model) return model.error();
  auto priority = read_priority(body);
  if (!priority) return priority.error();
  return store::Reprocess{.model = *model, .priority = *priority, .max_attempts = parts.config.max_attempts};
}

Result<store::ImageChange> read_change(const json::object& body) {
  store::ImageChange change;
  if (const auto* title = body.if_contains("title")) {
    auto read = title->is_string() ? read_title(std::string(title->as_string())) : Result<std::string>(invalid("title must be a text."));
    if (!read) return read.error();
    change.title = std::move(*read);
  }
  auto priority = read_priority(body);
  if (!priority) return priority.error();
  change.priority = *priority;
  if (!change.title && !change.priority) return invalid("Say what to change: title, priority, or both.");
  return change;
}

}  // namespace

http::Reply list_images(const Parts& parts, const http::Request& request) {
  auto query = read_image_query(request);
  if (!query) return problem(query.error());
  store::FoundImages page = parts.store.find_images(*query, kLongestSearch);
  json::array items;
  for (const store::FoundImage& each : page.images) items.push_back(image_json(each.image, each.attempts));
  bool by_id = query->sort == store::ImageSort::newest;
  json::value before = page.next && by_id ? json::value(page.next->id) : json::value(nullptr);
  std::string cursor = page.next ? cursor_of(*query, *page.next) : "";
  http::Response response = json_response(200, json::object{{"items", std::move(items)}, {"next_cursor", page.next ? json::value(cursor) : json::value(nullptr)}, {"next_before", before}});
  if (page.next) response.headers.emplace_back("Link", "<" + next_page_address(request, cursor) + ">; rel=\"next\"");
  return response;
}

http::Reply get_image(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"wait"}); !known) return problem(known.error());
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto wait = wait_seconds(request);
  if (!wait) return problem(wait.error());
  auto image = parts.store.find_image(*id);
  if (!image) return problem(no_such_image(*id));
  return answer_when_final(image->job.public_id, *wait, [&parts, id = *id, request]() -> Look {
    auto found = parts.store.find_image(id);
    if (!found) return {problem(no_such_image(id)), true};
    return {with_tag(request, image_response(200, parts, *found), tag_of(*found)), domain::is_final(found->job.state)};
  });
}

http::Reply change_image(const Parts& parts, const http::Request& request) {
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto body = json_body(request, {"title", "priority", "reason"});
  if (!body) return problem(body.error());
  auto change = read_change(*body);
  if (!change) return problem(change.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto changed = parts.store.change_image(*id, *change, expectation_of<store::ImageRecord>(request), actor_of(request, *reason), parts.clock.now());
  if (!changed) return problem(changed.error());
  return with_tag({}, image_response(200, parts, *changed), tag_of(*changed));
}

http::Reply delete_image(const Parts& parts, const http::Request& request) {
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto freed = parts.store.delete_image(*id, actor_of(request), parts.clock.now(), expectation_of<store::ImageRecord>(request));
  if (!freed) return problem(freed.error());
  if (*freed) parts.remove_freed_blobs();
  http::Response done;
  done.status = 204;
  return done;
}

http::Reply reprocess_image(const Parts& parts, const http::Request& request) {
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto body = json_body(request, {"model", "priority", "reason"});
  if (!body) return problem(body.error());
  auto how = read_reprocess(parts, *body);
  if (!how) return problem(how.error());
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  auto before = how->model ? std::nullopt : parts.store.find_image(*id);
  if (auto refused = before ? cannot_run_again(parts, before->job) : std::nullopt) return problem(*refused);
  auto image = parts.store.reprocess_image(*id, *how, actor_of(request, *reason), parts.clock.now());
  return image ? image_response(201, parts, *image) : problem(image.error());
}

http::Response json_response(int status, const json::value& body) {
  http::Response response;
  response.status = status;
  response.body = darkroom::json::to_text(body);
  return response;
}

http::Response image_response(int status, const Parts& parts, const store::ImageRecord& image) {
  return image_response(status, image, parts.store.attempts_of(image.job.id));
}

http::Response image_response(int status, const store::ImageRecord& image, const std::vector<store::AttemptRecord>& attempts) {
  http::Response response = json_response(status, json::object{{"image", image_json(image, attempts)}});
  if (status == 201) response.headers.emplace_back("Location", "/api/v1/images/" + std::to_string(image.id.value));
  return response;
}

store::Actor actor_of(const http::Request& request, std::string reason) { return {request.principal, std::move(reason)}; }

}  // namespace darkroom::api
