// What is counted since the start of the process: counters and histograms. Safe from any thread, and cheap enough for the paths of jobs.
#pragma once

#include "metrics/table.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace darkroom::metrics {

using LabelValues = std::vector<std::string>;  // in the order of the metric's labels

struct Histogram {
  std::array<std::uint64_t, kJobBounds.size() + 1> buckets = {};  // not cumulative
  double sum = 0;
};

class Counters {
 public:
  // A label value that comes from outside cannot fill the memory: after some hundred series of one metric all further ones are counted as "other".
  void add(const Metric& metric, LabelValues labels = {}, double by = 1);
  void observe(const Metric& metric, double seconds);

  struct Counted {
    std::map<std::pair<const Metric*, LabelValues>, double> counters;
    std::map<const Metric*, Histogram> histograms;
  };
  Counted snapshot() const;

 private:
  mutable std::mutex mutex_;
  Counted counted_;
  std::map<const Metric*, int> series_;
};

}  // namespace darkroom::metrics
