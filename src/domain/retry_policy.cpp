#include "domain/retry_policy.h"

#include <algorithm>
#include <cmath>

namespace darkroom::domain {

Duration retry_delay(const RetryPolicy& policy, int attempt, double random) {
  auto seconds = static_cast<double>(policy.first_delay.count()) * std::pow(policy.factor, std::max(attempt, 1) - 1);
  seconds = std::min(seconds, static_cast<double>(policy.longest_delay.count()));
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds * (1.0 + policy.jitter * random)));
}

}  // namespace darkroom::domain
