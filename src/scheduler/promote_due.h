// Jobs that wait for a time (retries) become queued when it has come.
#pragma once

#include "base/clock.h"
#include "store/store.h"

namespace darkroom::scheduler {

struct PromoteDueConfig {
  int most_at_once = 500;
  std::chrono::seconds longest_sleep{5};  // a belt: a wake-up that was missed costs no more than this
};

class PromoteDue {
 public:
  PromoteDue(PromoteDueConfig config, store::Store& store) : config_(config), store_(store) {}
  // Promotes what is due and returns how long nothing more will be due.
  Duration run_once(Time now);

 private:
  PromoteDueConfig config_;
  store::Store& store_;
};

}  // namespace darkroom::scheduler
