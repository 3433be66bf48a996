#include "scheduler/judge_alert.h"

#include "base/log.h"

#include <algorithm>

namespace darkroom::scheduler {

Crossed crossed_for(std::chrono::seconds length, std::optional<Time> since, Time now) {
  if (!since) return Crossed::no;
  return now - *since >= length ? Crossed::yes : Crossed::not_yet;
}

void judge_alert(store::Store& store, const Verdict& verdict, Time now) {
  if (verdict.crossed == Crossed::not_yet) return;
  bool stands = verdict.crossed == Crossed::yes;
  if (!store.set_alert(verdict.name, verdict.node, stands ? std::optional(verdict.text) : std::nullopt, now)) return;
  if (stands) log::warning("alert raised", {{"alert", verdict.name}, {"node", verdict.node}, {"cause", verdict.text.message}});
  else log::info("alert ended", {{"alert", verdict.name}, {"node", verdict.node}});
}

std::int64_t longest_wait(const std::vector<store::QueueReport>& queues) {
  std::int64_t longest = 0;
  for (const store::QueueReport& queue : queues) {
    if (queue.oldest_age) longest = std::max<std::int64_t>(longest, std::chrono::duration_cast<std::chrono::seconds>(*queue.oldest_age).count());
  }
  return longest;
}

std::string in_megabytes(std::int64_t bytes) { return std::to_string(bytes / 1'000'000) + " MB"; }

std::string in_seconds(std::chrono::seconds length) { return std::to_string(length.count()) + " s"; }

}  // namespace darkroom::scheduler
