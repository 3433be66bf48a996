// Jobs that wait for a time (retries) become queued when it has come. A clock that is put back would let retries wait for as long as it had been ahead: they
// are looked for whenever it goes back, and at the start, before which it may have.
#pragma once

#include "base/clock.h"
#include "domain/retry_policy.h"
#include "store/store.h"

#include <optional>

namespace darkroom::scheduler {

struct PromoteDueConfig {
  int most_at_once = 500;
  std::chrono::seconds longest_sleep{5};  // a belt: a wake-up that was missed costs no more than this
  std::chrono::milliseconds pause{200};   // before what another transaction holds is looked for again
  domain::RetryPolicy retry = {};         // says how long a retry waits at the most
};

class PromoteDue {
 public:
  PromoteDue(PromoteDueConfig config, store::Store& store) : config_(config), store_(store) {}
  // Promotes what is due and returns how long nothing more will be due.
  Duration run_once(Time now);

 private:
  void pull_back_retries(Time now);

  PromoteDueConfig config_;
  store::Store& store_;
  std::optional<Time> last_;  // when it ran
};

}  // namespace darkroom::scheduler
