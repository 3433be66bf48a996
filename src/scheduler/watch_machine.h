// Every process watches the machine that it runs on, whatever its role. Its alerts carry its name, so that no process ends what another one sees on its own
// machine; those of a process that is gone are ended by the watch of the work.
#pragma once

#include "scheduler/judge_alert.h"
#include "scheduler/watch_config.h"

#include <functional>
#include <optional>
#include <string>

namespace darkroom::scheduler {

// How busy this machine is, in percent.
struct MachineLoad {
  int cpu = 0;     // since the last reading
  int memory = 0;  // that is not available
};

// Reads /proc; the first reading has no processor time to compare with and says 0.
std::function<MachineLoad()> read_machine();

struct MachineReading {
  std::int64_t disk_free = 0;  // bytes
  std::int64_t log_bytes = 0;
  MachineLoad load;
};

MachineReading read_resources(const WatchConfig& config, const std::function<MachineLoad()>& machine);

class WatchMachine {
 public:
  // `node` is the name of this process, as registered.
  WatchMachine(WatchConfig config, store::Store& store, std::string node, std::function<MachineLoad()> machine = read_machine())
      : config_(std::move(config)), store_(store), node_(std::move(node)), machine_(std::move(machine)) {}
  void run_once(Time now);

 private:
  void judge(std::string_view name, Crossed crossed, store::AlertText text, Time now) { judge_alert(store_, {name, node_, crossed, std::move(text)}, now); }
  void judge_load(const MachineLoad& load, Time now);

  WatchConfig config_;
  store::Store& store_;
  std::string node_;
  std::function<MachineLoad()> machine_;
  std::optional<Time> cpu_since_;
  std::optional<Time> memory_since_;
};

}  // namespace darkroom::scheduler
