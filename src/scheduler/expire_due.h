// Jobs that nobody started in time end as failed when their time is over.
#pragma once

#include "base/clock.h"
#include "store/store.h"

namespace darkroom::scheduler {

struct ExpireDueConfig {
  int most_at_once = 500;
  std::chrono::seconds longest_sleep{5};  // a belt: a wake-up that was missed costs no more than this
  std::chrono::milliseconds pause{200};   // before what another transaction holds is looked for again
};

class ExpireDue {
 public:
  ExpireDue(ExpireDueConfig config, store::Store& store) : config_(config), store_(store) {}
  // Ends what has expired and returns how long nothing more will.
  Duration run_once(Time now);

 private:
  ExpireDueConfig config_;
  store::Store& store_;
};

}  // namespace darkroom::scheduler
