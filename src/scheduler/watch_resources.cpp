#include "scheduler/watch_resources.h"

#include "base/log.h"
#include "scheduler/counts.h"

#include <algorithm>
#include <filesystem>

namespace darkroom::scheduler {
namespace {

std::string megabytes(std::int64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

std::string seconds(std::chrono::seconds length) { return std::to_string(length.count()) + " s"; }

// Silent beyond their lease, and no process of the same name has taken their place.
std::string lost_workers(const std::vector<store::NodeRecord>& nodes, Time now) {
  std::string names;
  for (const store::NodeRecord& node : nodes) {
    if (node.role == "web" || node.state == store::NodeState::stopped || node.lease_until > now) continue;
    bool replaced = std::ranges::any_of(nodes, [&](const store::NodeRecord& other) { return other.name == node.name && other.started_at > node.started_at; });
    if (!replaced) names += (names.empty() ? "" : ", ") + node.name;
  }
  return names;
}

}  // namespace

Reading WatchResources::read(Time now) const {
  Reading reading;
  reading.disk_free = static_cast<std::int64_t>(std::filesystem::space(config_.data_dir).available);
  std::error_code missing;  // a log that has been worked off is no file
  std::uintmax_t log_bytes = config_.log_file.empty() ? 0 : std::filesystem::file_size(config_.log_file, missing);
  reading.log_bytes = missing ? 0 : static_cast<std::int64_t>(log_bytes);
  for (const store::QueueReport& queue : store_.queues(now)) {
    reading.queued += queue.queued;
    if (!queue.oldest) continue;
    reading.longest_wait = std::max<std::int64_t>(reading.longest_wait, std::chrono::duration_cast<std::chrono::seconds>(now - *queue.oldest).count());
  }
  reading.failures = store_.failures_since(now - std::chrono::hours(1));
  if (config_.lost_workers) reading.lost = lost_workers(store_.nodes(now), now);
  reading.load = machine_();
  return reading;
}

WatchResources::Crossed WatchResources::crossed_for(std::chrono::seconds length, bool now_crossed, std::optional<Time>& since, Time now) {
  if (!now_crossed) {
    since.reset();
    return Crossed::no;
  }
  if (!since) since = now;
  return now - *since >= length ? Crossed::yes : Crossed::not_yet;
}

void WatchResources::judge(std::string_view name, Crossed crossed, const std::string& message, Time now) {
  if (crossed == Crossed::not_yet) return;
  bool stands = crossed == Crossed::yes;
  if (!store_.set_alert(name, stands ? std::optional(message) : std::nullopt, now)) return;
  if (stands) log::warning("alert raised", {{"alert", name}, {"cause", message}});
  else log::info("alert ended", {{"alert", name}});
}

void WatchResources::judge_work(const Reading& is, Time now) {
  const WatchConfig& bound = config_;
  judge("queue_slow", crossed(bound.longest_wait.count() > 0 && is.longest_wait > bound.longest_wait.count()),
        "A job has waited for " + std::to_string(is.longest_wait) + " s; the bound is " + seconds(bound.longest_wait) + ".", now);
  judge("queue_long", crossed_for(bound.queued_for, bound.most_queued > 0 && is.queued > bound.most_queued, queued_since_, now),
        std::to_string(is.queued) + " jobs are queued, for " + seconds(bound.queued_for) + " or longer; the bound is " + std::to_string(bound.most_queued) + ".", now);
  judge("failures_many", crossed(bound.most_failures > 0 && is.failures > bound.most_failures),
        std::to_string(is.failures) + " jobs failed in the last hour; the bound is " + std::to_string(bound.most_failures) + ".", now);
  judge("worker_lost", crossed(!is.lost.empty()), "Workers are silent beyond their lease and have not come back: " + is.lost + ".", now);
}

void WatchResources::judge_machine(const Reading& is, Time now) {
  const WatchConfig& bound = config_;
  judge("disk_low", crossed(bound.least_disk_free > 0 && is.disk_free < bound.least_disk_free),
        "Only " + megabytes(is.disk_free) + " of disk are free in the data folder; the bound is " + megabytes(bound.least_disk_free) + ".", now);
  judge("database_log_large", crossed(bound.most_log_bytes > 0 && is.log_bytes > bound.most_log_bytes),
        "The database's log has " + megabytes(is.log_bytes) + "; the bound is " + megabytes(bound.most_log_bytes) + ". Something reads for very long.", now);
  // A busy machine is what it is for; it is worth a message only when the work does not get done.
  bool slow = bound.longest_wait.count() > 0 && is.longest_wait > bound.longest_wait.count();
  auto busy = [&](std::string_view name, const char* what, int percent, std::optional<Time>& since) {
    judge(name, crossed_for(bound.load_for, bound.most_load > 0 && percent > bound.most_load && slow, since, now),
          std::string(what) + " of this machine is used by " + std::to_string(percent) + " % while jobs wait too long; the bound is " + std::to_string(bound.most_load) + " % for " +
              seconds(bound.load_for) + ".", now);
  };
  busy("cpu_busy", "The processor", is.load.cpu, cpu_since_);
  busy("memory_low", "The memory", is.load.memory, memory_since_);
}

Result<std::string> WatchResources::run(Time now, std::stop_token) {
  Reading is = read(now);
  judge_work(is, now);
  judge_machine(is, now);
  auto standing = static_cast<std::int64_t>(store_.alerts().size());
  return counts_json({{"disk_free_bytes", is.disk_free}, {"database_log_bytes", is.log_bytes}, {"longest_wait_seconds", is.longest_wait},
                      {"failures_last_hour", is.failures}, {"queued", is.queued}, {"cpu_percent", is.load.cpu}, {"memory_percent", is.load.memory}, {"alerts", standing}});
}

}  // namespace darkroom::scheduler
