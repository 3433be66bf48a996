// When a failed job is tried again: exponential back-off with jitter, as a pure function.
#pragma once

#include "base/clock.h"

namespace darkroom::domain {

struct RetryPolicy {
  int max_retries = 3;  // so up to max_retries + 1 attempts
  std::chrono::seconds first_delay{60};
  double factor = 2.0;
  double jitter = 0.1;  // up to this share is added, so that what failed together does not return together
  std::chrono::seconds longest_delay{3600};
};

// Delay after the failure of attempt number `attempt` (1 for the first): first_delay * factor^(attempt - 1), at most longest_delay,
// times 1 + jitter * random. `random` is in [0, 1).
Duration retry_delay(const RetryPolicy& policy, int attempt, double random);

}  // namespace darkroom::domain
