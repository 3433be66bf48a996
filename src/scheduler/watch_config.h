// The bounds of the watch, of the work and of the machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace darkroom::scheduler {

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

}  // namespace darkroom::scheduler
