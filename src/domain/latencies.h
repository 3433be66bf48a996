// How long many things took, kept as counts in steps of 2^(1/8): a few numbers that can be stored and added up, and still say any percentile within 5 percent.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::domain {

class Latencies {
 public:
  void add(Duration took);  // less than nothing counts as nothing
  void add(const Latencies& more);
  bool empty() const { return counts_.empty(); }
  // Of 0..1, nearest rank; nullopt without any. The middle of the step that it lies in.
  std::optional<Duration> quantile(double share) const;

  // "STEP:COUNT STEP:COUNT", as it is stored. What is not such a text reads as nothing.
  std::string to_text() const;
  static Latencies from_text(std::string_view text);

 private:
  std::map<int, std::int64_t> counts_;  // by step; step s holds from 2^(s/8) to 2^((s+1)/8) microseconds
};

}  // namespace darkroom::domain
