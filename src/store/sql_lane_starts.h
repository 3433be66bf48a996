// When a job of each lane was last started by this process, so that of heads of one priority no lane waits for a slot as long as an older backlog lasts.
#pragma once

#include "base/clock.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace darkroom::store {

// A lane with work that has had no start for longer than this goes before others of its priority. So a slot does not change its model with each job.
inline constexpr std::chrono::seconds kLaneWaits{5};

class LaneStarts {
 public:
  // Nothing of a time that is yet to come: a clock has been put back since.
  std::optional<Time> last(const std::string& lane, Time now) const {
    std::lock_guard guard(mutex_);
    auto found = last_.find(lane);
    return found == last_.end() || found->second > now ? std::nullopt : std::optional(found->second);
  }

  void note(const std::string& lane, Time at) {
    std::lock_guard guard(mutex_);
    last_[lane] = at;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Time> last_;
};

}  // namespace darkroom::store
