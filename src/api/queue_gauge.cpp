#include "api/queue_gauge.h"

#include <algorithm>
#include <limits>

namespace darkroom::api {
namespace {

// Counting takes at most this part of one processor, and no count is older than a second but for a line of millions.
constexpr int kShare = 20;
constexpr std::chrono::milliseconds kFresh{100};

}  // namespace

std::int64_t QueueGauge::count() {
  // A line that was far beyond the bound a moment ago need not be counted up to the bound.
  if (last_ >= 2 * kExact && Steady::now() < good_until_.load()) return last_;
  std::int64_t few = store_.count_waiting(kExact);
  if (few < kExact) return last_ = few;
  std::unique_lock lock(counting_, std::try_to_lock);
  if (!lock || Steady::now() < good_until_.load()) return std::max<std::int64_t>(last_, kExact);
  auto begun = Steady::now();
  last_ = store_.count_waiting(std::numeric_limits<std::int64_t>::max());
  auto end = Steady::now();
  good_until_ = end + std::max<Steady::duration>(kFresh, kShare * (end - begun));
  return last_;
}

}  // namespace darkroom::api
