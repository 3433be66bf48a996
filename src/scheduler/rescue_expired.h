// Work of processes that are silent beyond their lease goes back to its line.
//
// Whether a process is silent can be said only by somebody who was answered meanwhile: while the database is away for all, nobody can renew a lease. So
// leases are judged by whoever has looked for the length of one without a break, by the database's clock; one that has just begun, that stood still itself,
// or that was without the database begins to count anew, and until then those that live renew theirs. A break is half a lease, which the other half outlasts.
#pragma once

#include "base/clock.h"
#include "domain/retry_policy.h"
#include "store/store.h"

#include <functional>
#include <optional>

namespace darkroom::scheduler {

struct RescueExpiredConfig {
  domain::RetryPolicy retry = {};
  std::chrono::milliseconds lease{10'000};
  std::chrono::seconds period{1};  // a lease that ran out is seen after this time at the latest; sooner where leases are short
};

class RescueExpired {
 public:
  // `note` hears how many jobs went back, if any did.
  RescueExpired(RescueExpiredConfig config, store::Store& store, std::function<void(int)> note) : config_(config), store_(store), note_(std::move(note)) {}
  // Gives back what the dead have held, and returns when to look again. `now` is the store's clock.
  Duration run_once(Time now);

 private:
  bool has_looked_for_a_lease(Time now);

  RescueExpiredConfig config_;
  store::Store& store_;
  std::function<void(int)> note_;
  std::optional<Time> looked_at_;  // last
  Time without_break_since_{};
};

}  // namespace darkroom::scheduler
