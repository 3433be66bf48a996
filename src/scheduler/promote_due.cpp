#include "scheduler/promote_due.h"

#include "base/log.h"

#include <algorithm>

namespace darkroom::scheduler {

void PromoteDue::pull_back_retries(Time now) {
  const domain::RetryPolicy& retry = config_.retry;
  auto longest = std::chrono::duration_cast<Duration>(retry.longest_delay * (1.0 + retry.jitter));
  for (int count = config_.most_at_once; count == config_.most_at_once;) {
    count = store_.pull_back_retries(longest, config_.most_at_once, now);
    if (count > 0) log::warning("retries are due: the clock was ahead when they were put off", {{"jobs", count}});
  }
}

Duration PromoteDue::run_once(Time now) {
  if (!last_ || now < *last_) pull_back_retries(now);
  last_ = now;
  Duration longest = config_.longest_sleep;
  auto promoted = store_.promote_due(config_.most_at_once, now);
  if (!promoted.next_due) return longest;
  if (promoted.count == 0 && *promoted.next_due <= now) return config_.pause;  // another holds what is due
  return std::clamp(*promoted.next_due - now, Duration::zero(), longest);
}

}  // namespace darkroom::scheduler
