// How many photos wait, and whether a model can run: for those who ask often. Counting is exact while few wait; beyond, and where an answer must not touch
// the store at all, it is the number of a moment ago.
#pragma once

#include "store/store.h"

#include <atomic>
#include <chrono>
#include <mutex>

namespace darkroom::api {

class QueueGauge {
 public:
  explicit QueueGauge(store::Store& store) : store_(store) {}

  // Any thread; reads the store, but for a line that was far beyond kExact when it was last counted. Exact below kExact; above, counted anew when the last count is
  // old in proportion to what counting costs.
  std::int64_t count();

  // What was last counted and noted, without touching anything that blocks.
  std::int64_t last() const { return last_; }
  bool can_run() const { return can_run_; }
  void note(bool can_run) { can_run_ = can_run; }

  static constexpr std::int64_t kExact = 1000;

 private:
  using Steady = std::chrono::steady_clock;

  store::Store& store_;
  std::atomic<std::int64_t> last_ = 0;
  std::atomic<bool> can_run_ = false;
  std::mutex counting_;
  std::atomic<Steady::time_point> good_until_{};
};

}  // namespace darkroom::api
