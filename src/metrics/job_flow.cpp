#include "metrics/job_flow.h"

#include <algorithm>

namespace darkroom::metrics {
namespace {

constexpr std::size_t kMostJobs = 20'000;

double seconds(Duration duration) { return std::max(0.0, std::chrono::duration<double>(duration).count()); }

}  // namespace

void JobFlow::put(const std::string& job, Stage stage) {
  auto found = jobs_.find(job);
  if (found != jobs_.end()) {
    found->second = stage;
  } else if (jobs_.size() < kMostJobs) {
    jobs_.emplace(job, stage);
  }
}

void JobFlow::due(const std::string& job, Time at) {
  std::scoped_lock lock(mutex_);
  put(job, {at, false});
}

void JobFlow::started(const std::string& job, Time at) {
  std::scoped_lock lock(mutex_);
  if (auto found = jobs_.find(job); found != jobs_.end() && !found->second.runs) counters_.observe(kJobWait, seconds(at - found->second.since));
  put(job, {at, true});
}

void JobFlow::ended(const std::string& job, Time at, bool final) {
  std::scoped_lock lock(mutex_);
  auto found = jobs_.find(job);
  if (found == jobs_.end()) return;
  if (found->second.runs) counters_.observe(kJobRun, seconds(at - found->second.since));
  if (final) jobs_.erase(found);
  else found->second = {at, false};
}

}  // namespace darkroom::metrics
