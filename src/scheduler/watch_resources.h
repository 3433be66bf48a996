// What runs short or piles up becomes an alert: an event and a line of the log when a bound is crossed and when all is well again, not one a minute. Here what
// is about the work of all processes; what is about one machine is in watch_machine.h.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "scheduler/watch_machine.h"
#include "store/store.h"

#include <functional>
#include <stop_token>
#include <string>

namespace darkroom::scheduler {

struct Reading {
  MachineReading machine;         // of this process: told, and judged by WatchMachine
  std::int64_t longest_wait = 0;  // seconds
  std::int64_t failures = 0;
  std::int64_t queued = 0;
  std::string lost;  // names of workers that are silent and have not come back
};

class WatchResources {
 public:
  WatchResources(WatchConfig config, store::Store& store, std::function<MachineLoad()> machine = read_machine())
      : config_(std::move(config)), store_(store), machine_(std::move(machine)) {}
  Result<std::string> run(Time now, std::stop_token stop);
  Reading read(Time now) const;

 private:
  void judge(std::string_view name, Crossed crossed, store::AlertText text, Time now) { judge_alert(store_, {name, "", crossed, std::move(text)}, now); }
  void judge_work(const Reading& is, Time now);
  void end_alerts_of_the_gone(Time now);

  WatchConfig config_;
  store::Store& store_;
  std::function<MachineLoad()> machine_;
};

}  // namespace darkroom::scheduler
