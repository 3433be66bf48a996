// Images: list, one, delete, process again.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/waiting.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "json/text.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

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

}  // namespace

http::Reply list_images(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"limit", "before"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return problem(limit.error());
  auto before = whole_number(request, "before", {1, INT64_MAX}, 0);
  if (!before) return problem(before.error());
  store::ImagePage page = parts.store.list_images(*before ? std::optional(domain::ImageId{*before}) : std::nullopt, static_cast<int>(*limit));
  json::array items;
  for (const store::ImageRecord& image : page.images) items.push_back(image_json(image, parts.store.attempts_of(image.job.id)));
  json::value next = page.next ? json::value(page.next->value) : json::value(nullptr);
  return json_response(200, json::object{{"items", std::move(items)}, {"next_before", std::move(next)}});
}

http::Reply get_image(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"wait"}); !known) return problem(known.error());
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto wait = wait_seconds(request);
  if (!wait) return problem(wait.error());
  auto image = parts.store.find_image(*id);
  if (!image) return problem(no_such_image(*id));
  return answer_when_final(image->job.public_id, *wait, [&parts, id = *id]() -> Look {
    auto found = parts.store.find_image(id);
    if (!found) return {problem(no_such_image(id)), true};
    return {image_response(200, parts, *found), domain::is_final(found->job.state)};
  });
}

http::Reply delete_image(const Parts& parts, const http::Request& request) {
  auto id = image_id(request);
  if (!id) return problem(id.error());
  auto freed = parts.store.delete_image(*id, actor_of(request), parts.clock.now());
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
