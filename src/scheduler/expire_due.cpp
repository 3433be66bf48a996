#include "scheduler/expire_due.h"

#include <algorithm>

namespace darkroom::scheduler {

Duration ExpireDue::run_once(Time now) {
  Duration longest = config_.longest_sleep;
  auto promoted = store_.expire_due(config_.most_at_once, now);
  if (!promoted.next_due) return longest;
  if (promoted.count == 0 && *promoted.next_due <= now) return config_.pause;  // another holds what is due
  return std::clamp(*promoted.next_due - now, Duration::zero(), longest);
}

}  // namespace darkroom::scheduler
