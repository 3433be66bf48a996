// Work of processes that are silent beyond their lease goes back to its line.
#pragma once

#include "base/clock.h"
#include "domain/retry_policy.h"
#include "store/store.h"

#include <functional>

namespace darkroom::scheduler {

struct RescueExpiredConfig {
  domain::RetryPolicy retry = {};
  std::chrono::seconds period{1};  // a lease that ran out is seen after this time at the latest
};

class RescueExpired {
 public:
  // `note` hears how many jobs went back, if any did.
  RescueExpired(RescueExpiredConfig config, store::Store& store, std::function<void(int)> note) : config_(config), store_(store), note_(std::move(note)) {}
  // Gives back what the dead have held, and returns when to look again.
  Duration run_once(Time now);

 private:
  RescueExpiredConfig config_;
  store::Store& store_;
  std::function<void(int)> note_;
};

}  // namespace darkroom::scheduler
