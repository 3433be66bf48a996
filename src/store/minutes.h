// What the queues did minute by minute. A part of store.h.
#pragma once

#include "base/clock.h"
#include "domain/latencies.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

// For how long a minute is kept.
inline constexpr auto kMinutesKept = std::chrono::hours(24 * 8);

struct Stint {
  Time begin{};
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  domain::Latencies wait;  // of completed jobs: from made to the start of their last attempt
  domain::Latencies run;   // of completed jobs: from that start to their end
  std::optional<std::int64_t> depth = {};  // jobs in line: the most at the end of any of its minutes, now for one that is not over; none where nobody looked; exact to 100,000
};

struct StintQuery {
  std::optional<std::string> queue = {};  // none: all together
  Time from{};                            // a multiple of `step`
  std::chrono::minutes step{1};
};

class Minutes {
 public:
  virtual ~Minutes() = default;

  // Writes down the minutes that are over, a stretch at a time, and drops those that are too old. Returns whether there is more to do. Harmless beside another.
  virtual bool note_minutes(Time now) = 0;
  // From `from` to now, each step once, oldest first. Minutes that are not written down yet are counted from their jobs.
  virtual std::vector<Stint> stints(const StintQuery& query, Time now) = 0;
};

}  // namespace darkroom::store
