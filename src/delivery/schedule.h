// When a delivery is tried again: the delays of Standard Webhooks, with jitter, and what the receiver asks for. Pure.
#pragma once

#include "base/clock.h"
#include "delivery/delivery_config.h"
#include "store/deliveries.h"

#include <chrono>

namespace darkroom::delivery {

// The longest time that a receiver's Retry-After is obeyed for.
inline constexpr std::chrono::seconds kLongestRetryAfter{3600};

struct Outcome {
  int status = 0;  // 0: no answer
  std::chrono::seconds retry_after{0};
  int tries = 1;           // this one included
  bool is_endpoint = true;  // whose 410 disables it
};

struct Next {
  store::SettledTry::Verdict verdict = store::SettledTry::Verdict::dead;
  Duration delay{};  // of again
};

// 2xx is success, anything else is not; redirects are not followed, 404 is tried again, 410 is the end. `random` in 0..1 spreads the tries by up to a tenth.
Next next_step(const Outcome& outcome, const RetryDelays& delays, double random);

}  // namespace darkroom::delivery
