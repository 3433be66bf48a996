#include "scheduler/watch_resources.h"

#include "base/json_text.h"
#include "scheduler/counts.h"

#include <algorithm>

namespace darkroom::scheduler {
namespace {

// Started again after it was lost, with the same configured name or, without one, on the same host: whether it still runs, was stopped or is lost as well,
// it is the one that is spoken of.
bool takes_place_of(const store::NodeRecord& lost, const store::NodeRecord& other) {
  return other.role == lost.role && other.started_at > lost.seen_at && store::without_process(other.name) == store::without_process(lost.name);
}

// Silent beyond their lease, and no other has taken their place.
std::string lost_workers(const std::vector<store::NodeRecord>& nodes) {
  std::string names;
  for (const store::NodeRecord& node : nodes) {
    if (node.role == "web" || !node.given_up) continue;
    bool replaced = std::ranges::any_of(nodes, [&](const store::NodeRecord& other) { return takes_place_of(node, other); });
    if (!replaced) names += (names.empty() ? "" : ", ") + node.name;
  }
  return names;
}

}  // namespace

Reading WatchResources::read(Time now) const {
  Reading reading;
  reading.machine = read_resources(config_, machine_);
  std::vector<store::QueueReport> queues = store_.queues(now);
  for (const store::QueueReport& queue : queues) reading.queued += queue.queued;
  reading.longest_wait = longest_wait(queues);
  reading.failures = store_.failures_since(now - std::chrono::hours(1));
  if (config_.lost_workers) reading.lost = lost_workers(store_.nodes(now));
  return reading;
}

void WatchResources::judge_work(const Reading& is, Time now) {
  const WatchConfig& bound = config_;
  judge("queue_slow", crossed(bound.longest_wait.count() > 0 && is.longest_wait > bound.longest_wait.count()),
        {"A job has waited for " + std::to_string(is.longest_wait) + " s; the bound is " + in_seconds(bound.longest_wait) + ".",
         counts_json({{"seconds", is.longest_wait}, {"bound", bound.longest_wait.count()}})},
        now);
  judge("queue_long", crossed_for(bound.queued_for, store_.note_crossing("queue_long", bound.most_queued > 0 && is.queued > bound.most_queued, now), now),
        {std::to_string(is.queued) + " jobs are queued, for " + in_seconds(bound.queued_for) + " or longer; the bound is " + std::to_string(bound.most_queued) + ".",
         counts_json({{"jobs", is.queued}, {"bound", bound.most_queued}, {"for_seconds", bound.queued_for.count()}})},
        now);
  judge("failures_many", crossed(bound.most_failures > 0 && is.failures > bound.most_failures),
        {std::to_string(is.failures) + " jobs failed in the last hour; the bound is " + std::to_string(bound.most_failures) + ".",
         counts_json({{"jobs", is.failures}, {"bound", bound.most_failures}})},
        now);
  judge("worker_lost", crossed(!is.lost.empty()),
        {"Workers are silent beyond their lease and have not come back: " + is.lost + ".", "{\"workers\":" + json_text(is.lost) + "}"}, now);
}

// Nobody looks at their machine any more. A process that is taken for gone and lives says it again with its next look.
void WatchResources::end_alerts_of_the_gone(Time now) {
  std::vector<store::NodeRecord> nodes = store_.nodes(now);
  for (const store::Alert& alert : store_.alerts()) {
    bool lives = std::ranges::any_of(nodes, [&](const store::NodeRecord& node) { return node.name == alert.node && is_alive(node); });
    if (!alert.node.empty() && !lives) judge_alert(store_, {alert.name, alert.node, Crossed::no, {}}, now);
  }
}

Result<std::string> WatchResources::run(Time now, std::stop_token) {
  Reading is = read(now);
  judge_work(is, now);
  end_alerts_of_the_gone(now);
  auto standing = static_cast<std::int64_t>(store_.alerts().size());
  return counts_json({{"disk_free_bytes", is.machine.disk_free}, {"database_log_bytes", is.machine.log_bytes}, {"longest_wait_seconds", is.longest_wait},
                      {"failures_last_hour", is.failures}, {"queued", is.queued}, {"cpu_percent", is.machine.load.cpu}, {"memory_percent", is.machine.load.memory}, {"alerts", standing}});
}

}  // namespace darkroom::scheduler
