// What runs short or piles up becomes an alert: an event when a bound is crossed and one when all is well again, not one a minute.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

#include <stop_token>
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
};

struct Reading {
  std::int64_t disk_free = 0;  // bytes
  std::int64_t log_bytes = 0;
  std::int64_t longest_wait = 0;  // seconds
  std::int64_t failures = 0;
};

class WatchResources {
 public:
  WatchResources(WatchConfig config, store::Store& store) : config_(std::move(config)), store_(store) {}
  Result<std::string> run(Time now, std::stop_token stop);
  Reading read(Time now) const;

 private:
  WatchConfig config_;
  store::Store& store_;
};

}  // namespace darkroom::scheduler
