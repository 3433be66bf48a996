// The page of metrics: holds what is read from the store for a moment, so that scrapers cost the same however many there are.
#pragma once

#include "api/parts.h"
#include "http/traffic.h"
#include "metrics/counters.h"

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::api {

class MetricsPage {
 public:
  MetricsPage(const metrics::Counters& counters, std::function<http::Traffic()> traffic, Time started) : counters_(counters), traffic_(std::move(traffic)), started_(started) {}

  std::string text(const Parts& parts, bool ready);

 private:
  struct Held {
    Time read_at{};
    std::vector<store::QueueReport> queues;
    std::vector<store::NodeRecord> nodes;
    std::vector<store::Alert> alerts;
  };
  const metrics::Counters& counters_;
  std::function<http::Traffic()> traffic_;
  Time started_;
  std::mutex mutex_;
  Held held_;
};

// As /readyz judges it.
bool is_ready(const Parts& parts);

}  // namespace darkroom::api
