// What stands badly: alerts are raised and ended by the scheduler's watch.
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"

namespace darkroom::api {

http::Reply list_alerts(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  boost::json::array items;
  for (const store::Alert& alert : parts.store.alerts()) {
    items.push_back(boost::json::object{{"name", alert.name}, {"message", alert.message}, {"raised_at", to_rfc3339(alert.raised_at)}});
  }
  return json_response(200, boost::json::object{{"items", std::move(items)}});
}

}  // namespace darkroom::api
