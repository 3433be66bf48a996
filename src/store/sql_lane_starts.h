// When a job of each lane was last started by this process, and which lane has a stretch: of lanes of one priority none waits as long as an older backlog
// of another lasts, and a slot does not change its model with each job.
#pragma once

#include "base/clock.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace darkroom::store {

// A lane with work that has had no start for longer than this goes before others of its priority, and goes on doing so for a stretch.
inline constexpr std::chrono::seconds kLaneWaits{1};
// A stretch is counted from the end of its first job: the model may have to be loaded before.
inline constexpr std::chrono::seconds kLaneStretch{1};
inline constexpr std::chrono::seconds kLongestLaneStretch{5};  // counted from its first start

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

  bool has_stretch(const std::string& lane, Time now) const {
    std::lock_guard guard(mutex_);
    return stretch_.lane == lane && stretch_.from <= now && now < stretch_.until;
  }

  // Ends that of another lane.
  void begin_stretch(const std::string& lane, Time from) {
    std::lock_guard guard(mutex_);
    stretch_ = {lane, from, from + kLongestLaneStretch};
  }

  void note_end(const std::string& lane, Time at) {
    std::lock_guard guard(mutex_);
    if (stretch_.lane != lane || stretch_.has_ended_one || at < stretch_.from) return;
    stretch_.has_ended_one = true;
    stretch_.until = std::min(stretch_.until, at + kLaneStretch);
  }

 private:
  struct Stretch {
    std::string lane;
    Time from{};
    Time until{};
    bool has_ended_one = false;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Time> last_;
  Stretch stretch_;
};

}  // namespace darkroom::store
