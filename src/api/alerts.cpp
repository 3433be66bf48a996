// What stands badly, and what did: alerts are raised and ended by the scheduler's watch.
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"

namespace darkroom::api {

http::Reply list_alerts(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"state", "limit"}); !known) return problem(known.error());
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return problem(limit.error());
  auto state = request.query.find("state");
  bool ended = state != request.query.end() && state->second == "ended";
  if (state != request.query.end() && !ended && state->second != "standing") return problem(domain::code::invalid_field, "state must be standing or ended.");
  boost::json::array items;
  for (const store::Alert& alert : ended ? parts.store.ended_alerts(static_cast<int>(*limit)) : parts.store.alerts()) {
    boost::json::value ended_at = alert.ended_at ? boost::json::value(to_rfc3339(*alert.ended_at)) : boost::json::value(nullptr);
    items.push_back(boost::json::object{{"name", alert.name},
                                        {"node", alert.node},
                                        {"message", alert.text.message},
                                        {"said", boost::json::parse(alert.text.said)},
                                        {"raised_at", to_rfc3339(alert.raised_at)},
                                        {"ended_at", std::move(ended_at)}});
  }
  return json_response(200, boost::json::object{{"items", std::move(items)}});
}

}  // namespace darkroom::api
