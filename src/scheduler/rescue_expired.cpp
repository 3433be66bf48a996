#include "scheduler/rescue_expired.h"

namespace darkroom::scheduler {

Duration RescueExpired::run_once(Time now) {
  if (int rescued = store_.rescue_expired(config_.retry, now); rescued > 0) note_(rescued);
  return config_.period;
}

}  // namespace darkroom::scheduler
