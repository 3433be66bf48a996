// Quarantine: contents that crashed a runner twice, and their release.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "http/ascii.h"

#include <algorithm>

namespace darkroom::api {

namespace json = boost::json;

http::Reply list_quarantine(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"limit"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return problem(limit.error());
  json::array items;
  for (const store::Quarantined& content : parts.store.list_quarantine(static_cast<int>(*limit))) {
    json::array images;
    for (domain::ImageId image : content.images) images.push_back(image.value);
    items.push_back(json::object{{"sha256", content.sha256}, {"crashes", content.crashes}, {"last_at", to_rfc3339(content.last_at)}, {"image_ids", std::move(images)}});
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

http::Reply release_quarantine(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"reason"}); !known) return problem(known.error());
  auto reason = reason_in_query(request);
  if (!reason) return problem(reason.error());
  std::string sha256 = request.params.at("sha256");
  std::ranges::transform(sha256, sha256.begin(), http::to_lower);
  auto released = parts.store.release_quarantine(sha256, actor_of(request, *reason), parts.clock.now());
  if (!released) return problem(released.error());
  http::Response done;
  done.status = 204;
  return done;
}

}  // namespace darkroom::api
