#include "metrics/counters.h"

#include <algorithm>

namespace darkroom::metrics {
namespace {

constexpr int kMostSeries = 300;  // of one metric

}  // namespace

void Counters::add(const Metric& metric, LabelValues labels, double by) {
  std::scoped_lock lock(mutex_);
  auto found = counted_.counters.find({&metric, labels});
  if (found == counted_.counters.end()) {
    if (++series_[&metric] > kMostSeries) std::ranges::fill(labels, "other");
    found = counted_.counters.try_emplace({&metric, std::move(labels)}, 0).first;
  }
  found->second += by;
}

void Counters::observe(const Metric& metric, double seconds) {
  auto bucket = static_cast<std::size_t>(std::ranges::lower_bound(kJobBounds, seconds) - kJobBounds.begin());
  std::scoped_lock lock(mutex_);
  Histogram& histogram = counted_.histograms[&metric];
  ++histogram.buckets[bucket];
  histogram.sum += seconds;
}

Counters::Counted Counters::snapshot() const {
  std::scoped_lock lock(mutex_);
  return counted_;
}

}  // namespace darkroom::metrics
