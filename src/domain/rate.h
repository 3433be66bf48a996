// A rate limit as people write it: 10/m is at most ten starts in any minute.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <string>
#include <string_view>

namespace darkroom::domain {

struct RateLimit {
  int starts = 0;     // at most this many attempts start ...
  Duration window{};  // ... in any span of this length
  bool operator==(const RateLimit&) const = default;
};

inline constexpr int kMostStarts = 100'000;
inline constexpr std::chrono::hours kLongestWindow{24};

// "10/m", "2/s", "100/h", "5/30s": starts, a slash, how many seconds, minutes or hours (1 if left out). Error: invalid_field, with what is allowed.
Result<RateLimit> parse_rate(std::string_view text);
// The shortest text that parse_rate() reads as this limit.
std::string to_text(const RateLimit& rate);

}  // namespace darkroom::domain
