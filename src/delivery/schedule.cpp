#include "delivery/schedule.h"

#include <algorithm>

namespace darkroom::delivery {

using Verdict = store::SettledTry::Verdict;

Next next_step(const Outcome& outcome, const RetryDelays& delays, double random) {
  if (outcome.status >= 200 && outcome.status < 300) return {Verdict::delivered, {}};
  if (outcome.status == 410) return {outcome.is_endpoint ? Verdict::gone : Verdict::dead, {}};
  auto made = static_cast<std::size_t>(std::max(outcome.tries, 1));
  if (made > delays.size()) return {Verdict::dead, {}};
  Duration delay = delays[made - 1];
  delay += Duration(static_cast<std::int64_t>(static_cast<double>(delay.count()) * 0.1 * random));
  return {Verdict::again, std::max<Duration>(delay, std::min(outcome.retry_after, kLongestRetryAfter))};
}

}  // namespace darkroom::delivery
