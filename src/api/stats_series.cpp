// What the queues did, minute by minute or hour by hour: numbers for charts.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/problem.h"
#include "api/query.h"

#include <algorithm>

namespace darkroom::api {
namespace {

namespace json = boost::json;
using std::chrono::minutes;

constexpr std::int64_t kLongest = 7 * 24 * 60;
constexpr std::int64_t kLongestByMinute = 6 * 60;

json::value percentiles(const domain::Latencies& latencies) {
  auto half = latencies.quantile(0.50), most = latencies.quantile(0.95);
  if (!half || !most) return nullptr;
  auto seconds = [](Duration duration) { return std::chrono::duration<double>(duration).count(); };
  return json::object{{"p50", seconds(*half)}, {"p95", seconds(*most)}};
}

json::object stint_json(const store::Stint& stint) {
  return {{"at", to_rfc3339(stint.begin)},
          {"completed", stint.completed},
          {"failed", stint.failed},
          {"cancelled", stint.cancelled},
          {"wait_seconds", percentiles(stint.wait)},
          {"run_seconds", percentiles(stint.run)},
          {"depth", stint.depth ? json::value(*stint.depth) : json::value(nullptr)}};
}

bool is_queue(const Parts& parts, const std::string& name, Time now) {
  auto queues = parts.store.queues(now);
  return std::ranges::any_of(queues, [&](const store::QueueReport& queue) { return queue.settings.name == name; });
}

}  // namespace

http::Reply stats_series(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"minutes", "queue"}); !known) return problem(known.error());
  auto length = whole_number(request, "minutes", {1, kLongest}, 60);
  if (!length) return problem(length.error());
  Time now = parts.store.clock(parts.clock.now());
  minutes step(*length <= kLongestByMinute ? 1 : 60);
  std::int64_t steps = (*length + step.count() - 1) / step.count();
  Time current{now.time_since_epoch() - now.time_since_epoch() % Duration(step)};
  store::StintQuery query{.from = current - (steps - 1) * step, .step = step};
  if (auto queue = request.query.find("queue"); queue != request.query.end()) {
    if (!is_queue(parts, queue->second, now)) return problem(invalid("There is no queue '" + queue->second + "'. GET /api/v1/queues lists them."));
    query.queue = queue->second;
  }
  json::array items;
  for (const store::Stint& stint : parts.store.stints(query, now)) items.push_back(stint_json(stint));
  json::value name = query.queue ? json::value(*query.queue) : json::value(nullptr);
  return json_response(200, json::object{{"queue", std::move(name)}, {"step_seconds", step.count() * 60}, {"items", std::move(items)}});
}

}  // namespace darkroom::api
