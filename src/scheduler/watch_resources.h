// What runs short or piles up becomes an alert: an event and a line of the log when a bound is crossed and when all is well again, not one a minute.
//
// Bounds that are about a time (so many queued for so long, a busy machine for so long) begin to count when this process first sees them crossed. Until the
// time is over an alert that stands goes on standing, and none is raised: of several processes that watch in turn none takes back what another one has said.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace darkroom::scheduler {

// How busy this machine is, in percent.
struct MachineLoad {
  int cpu = 0;     // since the last reading
  int memory = 0;  // that is not available
};

// Reads /proc; the first reading has no processor time to compare with and says 0.
std::function<MachineLoad()> read_machine();

// 0 switches a bound off.
struct WatchConfig {
  std::string data_dir;
  std::string log_file;  // of the database (SQLite's WAL); empty: none
  std::int64_t least_disk_free = 2'000'000'000;  // bytes
  std::int64_t most_log_bytes = 1'000'000'000;
  std::chrono::seconds longest_wait{3600};  // of a queued job since it was due
  std::int64_t most_failures = 100;         // in the last hour
  std::int64_t most_queued = 100;           // in all queues, for the time below
  std::chrono::seconds queued_for{300};
  int most_load = 80;                       // percent of processor or memory, for the time below and while longest_wait is crossed, too
  std::chrono::seconds load_for{600};
  bool lost_workers = true;
};

struct Reading {
  std::int64_t disk_free = 0;  // bytes
  std::int64_t log_bytes = 0;
  std::int64_t longest_wait = 0;  // seconds
  std::int64_t failures = 0;
  std::int64_t queued = 0;
  std::string lost;  // names of workers that are silent and have not come back
  MachineLoad load;
};

class WatchResources {
 public:
  WatchResources(WatchConfig config, store::Store& store, std::function<MachineLoad()> machine = read_machine())
      : config_(std::move(config)), store_(store), machine_(std::move(machine)) {}
  Result<std::string> run(Time now, std::stop_token stop);
  Reading read(Time now) const;

 private:
  // no: it ends. not_yet: it stays as it is.
  enum class Crossed { no, not_yet, yes };
  static Crossed crossed(bool now_crossed) { return now_crossed ? Crossed::yes : Crossed::no; }
  static Crossed crossed_for(std::chrono::seconds length, bool now_crossed, std::optional<Time>& since, Time now);
  void judge(std::string_view name, Crossed crossed, const std::string& message, Time now);
  void judge_work(const Reading& is, Time now);
  void judge_machine(const Reading& is, Time now);

  WatchConfig config_;
  store::Store& store_;
  std::function<MachineLoad()> machine_;
  std::optional<Time> queued_since_;
  std::optional<Time> cpu_since_;
  std::optional<Time> memory_since_;
};

}  // namespace darkroom::scheduler
