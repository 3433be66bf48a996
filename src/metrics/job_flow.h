// How long jobs wait and run, from the events that tell when they became due, started and ended. Holds a bounded number of jobs that are on their way; those
// beyond it, and those from before the start of this process, are counted but not timed.
#pragma once

#include "base/clock.h"
#include "metrics/counters.h"

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace darkroom::metrics {

class JobFlow {
 public:
  explicit JobFlow(Counters& counters) : counters_(counters) {}

  void due(const std::string& job, Time at);
  void started(const std::string& job, Time at);
  // The attempt has ended; `final` says that the job has, too.
  void ended(const std::string& job, Time at, bool final);

 private:
  struct Stage {
    Time since{};
    bool runs = false;
  };
  void put(const std::string& job, Stage stage);

  Counters& counters_;
  std::mutex mutex_;
  std::unordered_map<std::string, Stage> jobs_;
};

}  // namespace darkroom::metrics
