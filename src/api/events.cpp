// The event log: everything that changed, oldest first, for audits, timelines and checkers.
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/wanted_events.h"

#include <algorithm>

namespace darkroom::api {
namespace {

// Who sees few of the events looks at many in one request, for about this long.
constexpr int kPage = 500;
constexpr auto kLongest = std::chrono::milliseconds(200);

struct Page {
  boost::json::array items;
  std::int64_t last = 0;  // that was looked at
};

Page read_page(store::Store& store, const WantedEvents& wanted, std::int64_t after, std::size_t limit) {
  Page page{{}, after};
  auto image = wanted.image ? std::optional(domain::ImageId{*wanted.image}) : std::nullopt;
  auto until = std::chrono::steady_clock::now() + kLongest;
  while (true) {
    int count = wanted.owner ? kPage : std::min(kPage, static_cast<int>(limit - page.items.size()));
    store::SeenEvents seen = store.seen_events(page.last, count, image);
    for (const store::SeenEvent& each : seen.events) {
      page.last = each.event.id;
      if (wanted.shows(each)) page.items.push_back(event_json(each.event));
      if (page.items.size() == limit) return page;
    }
    if (static_cast<int>(seen.events.size()) < count || std::chrono::steady_clock::now() >= until) return page;
  }
}

}  // namespace

http::Reply list_events(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"after", "image", "limit"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 1000}, 100);
  if (!limit) return problem(limit.error());
  auto after = whole_number(request, "after", {0, INT64_MAX}, 0);
  if (!after) return problem(after.error());
  auto image = whole_number(request, "image", {1, INT64_MAX}, 0);
  if (!image) return problem(image.error());
  WantedEvents wanted = events_seen_by(request);
  if (*image) wanted.image = *image;
  Page page = read_page(parts.store, wanted, *after, static_cast<std::size_t>(*limit));
  return json_response(200, boost::json::object{{"items", std::move(page.items)}, {"next_after", page.last}});
}

}  // namespace darkroom::api
