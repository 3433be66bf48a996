// The event log: everything that changed, oldest first, for audits, timelines and checkers.
#include "api/guard.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"

namespace darkroom::api {

http::Reply list_events(const Parts& parts, const http::Request& request) {
  namespace json = boost::json;
  if (auto known = allow_query(request, {"after", "image", "limit"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 1000}, 100);
  if (!limit) return problem(limit.error());
  auto after = whole_number(request, "after", {0, INT64_MAX}, 0);
  if (!after) return problem(after.error());
  auto image = whole_number(request, "image", {1, INT64_MAX}, 0);
  if (!image) return problem(image.error());
  json::array items;
  std::int64_t last = *after;
  for (const store::Event& event : parts.store.events(*after, *image ? std::optional(domain::ImageId{*image}) : std::nullopt, static_cast<int>(*limit), owner_seen_by(request), sees_audit(request))) {
    items.push_back(event_json(event));
    last = event.id;
  }
  return json_response(200, json::object{{"items", std::move(items)}, {"next_after", last}});
}

}  // namespace darkroom::api
