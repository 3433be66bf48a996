#include "scheduler/watch_machine.h"

#include "scheduler/counts.h"

#include <filesystem>

namespace darkroom::scheduler {

MachineReading read_resources(const WatchConfig& config, const std::function<MachineLoad()>& machine) {
  MachineReading reading;
  reading.disk_free = static_cast<std::int64_t>(std::filesystem::space(config.data_dir).available);
  std::error_code missing;  // a log that has been worked off is no file
  std::uintmax_t log_bytes = config.log_file.empty() ? 0 : std::filesystem::file_size(config.log_file, missing);
  reading.log_bytes = missing ? 0 : static_cast<std::int64_t>(log_bytes);
  reading.load = machine();
  return reading;
}

void WatchMachine::run_once(Time now) {
  const WatchConfig& bound = config_;
  MachineReading is = read_resources(config_, machine_);
  judge("disk_low", crossed(bound.least_disk_free > 0 && is.disk_free < bound.least_disk_free),
        {"Only " + in_megabytes(is.disk_free) + " of disk are free in the data folder of " + node_ + "; the bound is " + in_megabytes(bound.least_disk_free) + ".",
         counts_json({{"bytes", is.disk_free}, {"bound", bound.least_disk_free}})},
        now);
  judge("database_log_large", crossed(bound.most_log_bytes > 0 && is.log_bytes > bound.most_log_bytes),
        {"The database's log has " + in_megabytes(is.log_bytes) + "; the bound is " + in_megabytes(bound.most_log_bytes) + ". Something reads for very long.",
         counts_json({{"bytes", is.log_bytes}, {"bound", bound.most_log_bytes}})},
        now);
  judge_load(is.load, now);
}

// A busy machine is what it is for; it is worth a message only when the work does not get done.
void WatchMachine::judge_load(const MachineLoad& load, Time now) {
  const WatchConfig& bound = config_;
  bool watched = bound.longest_wait.count() > 0 && bound.most_load > 0 && (load.cpu > bound.most_load || load.memory > bound.most_load);
  bool slow = watched && longest_wait(store_.queues(now)) > bound.longest_wait.count();
  auto busy = [&](std::string_view name, const char* what, int percent, std::optional<Time>& since) {
    since = slow && percent > bound.most_load ? since.value_or(now) : std::optional<Time>();
    judge(name, crossed_for(bound.load_for, since, now),
          {std::string(what) + " of the machine of " + node_ + " is used by " + std::to_string(percent) + " % while jobs wait too long; the bound is " +
               std::to_string(bound.most_load) + " % for " + in_seconds(bound.load_for) + ".",
           counts_json({{"percent", percent}, {"bound", bound.most_load}, {"for_seconds", bound.load_for.count()}})},
          now);
  };
  busy("cpu_busy", "The processor", load.cpu, cpu_since_);
  busy("memory_low", "The memory", load.memory, memory_since_);
}

}  // namespace darkroom::scheduler
