#include "http/traffic_counts.h"

#include <algorithm>

namespace darkroom::http {

TrafficCounts::TrafficCounts(const std::vector<Route>& routes) {
  auto add = [this](const Route* route) {
    auto counts = std::make_unique<Counts>();
    counts->route = route;
    counts_.emplace(route, std::move(counts));
  };
  add(nullptr);
  for (const Route& route : routes) add(&route);
}

void TrafficCounts::count(const Answered& answered) {
  Counts& counts = *counts_.at(answered.route);
  double seconds = static_cast<double>(answered.took.count()) / 1e6;
  auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kLatencyBounds, seconds) - kLatencyBounds.begin());
  ++counts.by_class[static_cast<std::size_t>(std::clamp(answered.status / 100, 1, 5) - 1)];
  ++counts.latency[bucket];
  counts.micros += static_cast<std::uint64_t>(answered.took.count());
  bytes_sent_ += answered.bytes_sent;
}

Traffic TrafficCounts::snapshot() const {
  Traffic traffic{.routes = {}, .accepted = accepted, .refused_full = refused_full, .refused_address = refused_address, .bytes_sent = bytes_sent_, .connections = connections};
  for (const auto& [route, counts] : counts_) {
    RouteTraffic one;
    one.method = route ? to_string(route->method) : "none";
    one.pattern = route ? route->pattern : "none";
    bool asked = false;
    for (std::size_t i = 0; i < one.by_class.size(); ++i) asked = (one.by_class[i] = counts->by_class[i]) > 0 || asked;
    for (std::size_t i = 0; i < one.latency.size(); ++i) one.latency[i] = counts->latency[i];
    one.seconds = static_cast<double>(counts->micros) / 1e6;
    if (asked) traffic.routes.push_back(std::move(one));
  }
  std::ranges::sort(traffic.routes, {}, [](const RouteTraffic& route) { return std::pair(route.pattern, route.method); });
  return traffic;
}

}  // namespace darkroom::http
