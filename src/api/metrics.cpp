// GET /metrics: what the process has counted, and what the store, the workers and the server hold now. Costs no table scan: the store's numbers are those of
// its cheap reports, asked at most every two seconds however often the route is called.
#include "api/metrics.h"

#include "api/handlers.h"
#include "metrics/text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

namespace darkroom::api {
namespace {

using metrics::Text;

constexpr std::chrono::seconds kFresh{2};

void write_queues(Text& text, const std::vector<store::QueueReport>& queues) {
  text.head(metrics::kJobs);
  for (const store::QueueReport& queue : queues) {
    for (auto [state, count] : {std::pair("scheduled", queue.scheduled), std::pair("queued", queue.queued), std::pair("running", queue.running)}) {
      text.sample(metrics::kJobs, {queue.settings.name, state}, static_cast<double>(count));
    }
  }
  text.head(metrics::kOldestWaiting);
  for (const store::QueueReport& queue : queues) {
    double waits = queue.oldest_age ? std::chrono::duration<double>(*queue.oldest_age).count() : 0.0;
    text.sample(metrics::kOldestWaiting, {queue.settings.name}, waits);
  }
  text.head(metrics::kQueuePaused);
  for (const store::QueueReport& queue : queues) text.sample(metrics::kQueuePaused, {queue.settings.name}, queue.settings.paused ? 1 : 0);
}

void write_workers(Text& text, const std::vector<store::NodeRecord>& nodes) {
  std::map<std::string, int> states = {{"running", 0}, {"draining", 0}, {"lost", 0}};
  int slots = 0;
  for (const store::NodeRecord& node : nodes) {
    if (node.role == "web" || node.state == store::NodeState::stopped) continue;
    ++states[std::string(to_string(node.state))];
    if (is_alive(node)) slots += node.slots;
  }
  text.head(metrics::kWorkers);
  for (const auto& [state, count] : states) text.sample(metrics::kWorkers, {state}, count);
  text.head(metrics::kSlots);
  text.sample(metrics::kSlots, {}, slots);
}

void write_traffic(Text& text, const http::Traffic& traffic) {
  constexpr std::array kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  text.head(metrics::kRequests);
  for (const http::RouteTraffic& route : traffic.routes) {
    for (std::size_t i = 1; i < kClasses.size(); ++i) {
      if (route.by_class[i] > 0) text.sample(metrics::kRequests, {route.method, route.pattern, kClasses[i]}, static_cast<double>(route.by_class[i]));
    }
  }
  text.head(metrics::kRequestSeconds);
  for (const http::RouteTraffic& route : traffic.routes) text.histogram(metrics::kRequestSeconds, {route.method, route.pattern}, http::kLatencyBounds, route.latency, route.seconds);
  text.head(metrics::kConnections);
  text.sample(metrics::kConnections, {"open"}, static_cast<double>(traffic.connections));
  text.sample(metrics::kConnections, {"parked"}, static_cast<double>(traffic.parked));
  text.head(metrics::kConnectionsAccepted);
  text.sample(metrics::kConnectionsAccepted, {}, static_cast<double>(traffic.accepted));
  text.head(metrics::kConnectionsRefused);
  text.sample(metrics::kConnectionsRefused, {"all"}, static_cast<double>(traffic.refused_full));
  text.sample(metrics::kConnectionsRefused, {"address"}, static_cast<double>(traffic.refused_address));
  text.head(metrics::kBytesSent);
  text.sample(metrics::kBytesSent, {}, static_cast<double>(traffic.bytes_sent));
}

}  // namespace

std::string MetricsPage::text(const Parts& parts, bool ready) {
  Time now = parts.clock.now();
  Text text;
  text.head(metrics::kBuildInfo);
  text.sample(metrics::kBuildInfo, {parts.config.version}, 1);
  text.head(metrics::kStartTime);
  text.sample(metrics::kStartTime, {}, std::chrono::duration<double>(started_.time_since_epoch()).count());
  text.head(metrics::kReady);
  text.sample(metrics::kReady, {}, ready ? 1 : 0);
  {
    std::scoped_lock lock(mutex_);
    bool fresh = held_.read_at <= now && now - held_.read_at < kFresh;  // also when the clock was put back
    if (!fresh) held_ = {now, parts.store.queues(now), parts.store.nodes(now), parts.store.alerts()};
    write_queues(text, held_.queues);
    write_workers(text, held_.nodes);
    text.head(metrics::kAlerts);
    std::map<std::string, int> standing;  // of several machines one name may stand several times
    for (const store::Alert& alert : held_.alerts) ++standing[alert.name];
    for (const auto& [name, count] : standing) text.sample(metrics::kAlerts, {name}, count);
  }
  text.head(metrics::kFreeDisk);
  text.sample(metrics::kFreeDisk, {}, static_cast<double>(parts.blobs.free_bytes()));
  auto counted = counters_.snapshot();
  for (const metrics::Metric* metric : {&metrics::kImagesReceived, &metrics::kUploadBytes, &metrics::kJobsFinished, &metrics::kRetries, &metrics::kAttempts, &metrics::kJobWait,
                                        &metrics::kJobRun, &metrics::kStaleCompletions, &metrics::kRescues, &metrics::kChildDeaths, &metrics::kDeliveries, &metrics::kEvents}) {
    text.counted(*metric, counted);
  }
  write_traffic(text, traffic_());
  return text.take();
}

http::Reply get_metrics(const Parts& parts, const http::Request&) {
  http::Response response;
  response.content_type = metrics::kContentType;
  response.body = parts.metrics->text(parts, is_ready(parts));
  return response;
}

}  // namespace darkroom::api
