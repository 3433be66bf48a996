// When a transfer is too slow: no byte for a while, or fewer bytes on average than the least rate.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace darkroom::http {

struct PaceLimits {
  std::chrono::milliseconds idle;
  std::chrono::milliseconds grace;  // before the average counts
  std::uint64_t bytes_per_second;   // 0: any
  std::chrono::milliseconds total{std::chrono::hours(24)};
};

class Pace {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  void begin(TimePoint now) { *this = Pace{now, now, 0}; }
  void moved(std::uint64_t bytes, TimePoint now) {
    bytes_ += bytes;
    last_ = now;
  }
  // The moment at which the transfer has to be given up unless more bytes move before.
  TimePoint deadline(const PaceLimits& limits) const {
    TimePoint idle_end = std::min(last_ + limits.idle, begun_ + limits.total);
    if (limits.bytes_per_second == 0) return idle_end;
    std::chrono::milliseconds earned(bytes_ * 1000 / limits.bytes_per_second);
    return std::min(idle_end, begun_ + std::max(limits.grace, earned));
  }

  Pace() = default;

 private:
  Pace(TimePoint begun, TimePoint last, std::uint64_t bytes) : begun_(begun), last_(last), bytes_(bytes) {}
  TimePoint begun_;
  TimePoint last_;
  std::uint64_t bytes_ = 0;
};

}  // namespace darkroom::http
