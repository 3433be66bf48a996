#include "scheduler/rescue_expired.h"

#include <algorithm>

namespace darkroom::scheduler {

bool RescueExpired::has_looked_for_a_lease(Time now) {
  bool is_break = !looked_at_ || now < *looked_at_ || now - *looked_at_ > config_.lease / 2;
  if (is_break) without_break_since_ = now;
  looked_at_ = now;
  return now - without_break_since_ >= config_.lease;
}

Duration RescueExpired::run_once(Time now) {
  int rescued = has_looked_for_a_lease(now) ? store_.rescue_expired(config_.retry, now, config_.lease / 2) : store_.rescue_abandoned(config_.retry, now);
  if (rescued > 0) note_(rescued);
  return std::min<Duration>(config_.period, config_.lease / 5);
}

}  // namespace darkroom::scheduler
