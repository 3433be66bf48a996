#include "scheduler/watch_resources.h"

#include "scheduler/counts.h"

#include <algorithm>
#include <filesystem>

namespace darkroom::scheduler {
namespace {

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

}  // namespace

Reading WatchResources::read(Time now) const {
  Reading reading;
  reading.disk_free = static_cast<std::int64_t>(std::filesystem::space(config_.data_dir).available);
  std::error_code missing;  // a log that has been worked off is no file
  std::uintmax_t log_bytes = config_.log_file.empty() ? 0 : std::filesystem::file_size(config_.log_file, missing);
  reading.log_bytes = missing ? 0 : static_cast<std::int64_t>(log_bytes);
  for (const store::QueueReport& queue : store_.queues(now)) {
    if (!queue.oldest) continue;
    reading.longest_wait = std::max<std::int64_t>(reading.longest_wait, std::chrono::duration_cast<std::chrono::seconds>(now - *queue.oldest).count());
  }
  reading.failures = store_.failures_since(now - std::chrono::hours(1));
  return reading;
}

Result<std::string> WatchResources::run(Time now, std::stop_token) {
  Reading is = read(now);
  int standing = 0;
  auto judge = [&](std::string_view name, bool crossed, const std::string& message) {
    store_.set_alert(name, crossed ? std::optional(message) : std::nullopt, now);
    standing += crossed ? 1 : 0;
  };
  const WatchConfig& bound = config_;
  judge("disk_low", bound.least_disk_free > 0 && is.disk_free < bound.least_disk_free,
        "Only " + megabytes(is.disk_free) + " of disk are free in the data folder; the bound is " + megabytes(bound.least_disk_free) + ".");
  judge("database_log_large", bound.most_log_bytes > 0 && is.log_bytes > bound.most_log_bytes,
        "The database's log has " + megabytes(is.log_bytes) + "; the bound is " + megabytes(bound.most_log_bytes) + ". Something reads for very long.");
  judge("queue_slow", bound.longest_wait.count() > 0 && is.longest_wait > bound.longest_wait.count(),
        "A job has waited for " + std::to_string(is.longest_wait) + " s; the bound is " + std::to_string(bound.longest_wait.count()) + " s.");
  judge("failures_many", bound.most_failures > 0 && is.failures > bound.most_failures,
        std::to_string(is.failures) + " jobs failed in the last hour; the bound is " + std::to_string(bound.most_failures) + ".");
  return counts_json({{"disk_free_bytes", is.disk_free}, {"database_log_bytes", is.log_bytes}, {"longest_wait_seconds", is.longest_wait},
                      {"failures_last_hour", is.failures}, {"alerts", standing}});
}

}  // namespace darkroom::scheduler
