#include "scheduler/run_maintenance.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"

#include <utility>

namespace darkroom::scheduler {
namespace {

domain::Failed failed(std::string message, domain::Failed::Kind kind) {
  return {{std::string(domain::code::internal), std::move(message)}, kind};
}

}  // namespace

RunMaintenance::RunMaintenance(RunMaintenanceConfig config, store::Store& store, const Clock& clock, MaintenanceTask task)
    : config_(std::move(config)), store_(store), clock_(clock), task_(std::move(task)), place_(std::string(task_.kind) + config_.at) {}

void RunMaintenance::stop() {
  std::lock_guard lock(mutex_);
  stopping_ = true;
  if (in_progress_) in_progress_->stop.request_stop();
}

void RunMaintenance::call_off(std::string_view public_id) {
  std::lock_guard lock(mutex_);
  if (in_progress_ && in_progress_->public_id == public_id) in_progress_->stop.request_stop();
}

void RunMaintenance::look_whether_ours() {
  std::string public_id;
  {
    std::lock_guard lock(mutex_);
    if (!in_progress_) return;
    public_id = in_progress_->public_id;
  }
  auto job = store_.find_job(public_id);
  if (!job || job->state != domain::JobState::running || job->node != config_.node) call_off(public_id);
}

std::stop_token RunMaintenance::begin(const domain::ClaimedJob& job) {
  std::lock_guard lock(mutex_);
  InProgress& begun = in_progress_.emplace(InProgress{job.public_id, {}});
  if (stopping_) begun.stop.request_stop();
  return begun.stop.get_token();
}

void RunMaintenance::end() {
  std::lock_guard lock(mutex_);
  in_progress_.reset();
}

domain::Ending RunMaintenance::run(const domain::ClaimedJob& job) {
  std::stop_token stop = begin(job);
  try {
    // Retention goes by it: a wrong clock of this machine must not remove what is young.
    auto done = task_.run(job.args, store_.clock(clock_.now()), stop);
    if (stop.stop_requested()) return domain::Interrupted{is_stopping() ? "the server stopped" : "it was called off"};
    if (!done) return domain::Failed{done.error(), domain::Failed::Kind::permanent};
    return domain::Succeeded{{}, *done};
  } catch (const std::exception& error) {
    log::error("maintenance failed", {{"kind", job.kind}, {"job", job.public_id}, {"problem", error.what()}});
    return failed("The maintenance could not be done; the server's log tells why. It is tried again.", domain::Failed::Kind::transient);
  }
}

bool RunMaintenance::is_stopping() {
  std::lock_guard lock(mutex_);
  return stopping_;
}

// An ending that could not be stored (a full disk) is offered again: the claim stays ours while this node lives.
void RunMaintenance::store_ending() {
  if (!unstored_) return;
  store_.finish(*unstored_, {.node = config_.node, .worker = place_, .lanes = {}, .count = 0}, config_.retry, clock_.now()).stored.get();
  unstored_.reset();
}

// What a claim took that was not answered would count as running as long as this process lives: it goes back before the next ones.
void RunMaintenance::give_back_unanswered() {
  if (!unanswered_since_) return;
  int found = store_.give_back(config_.node, place_, clock_.now());
  if (found > 0) log::warning("gave back what a claim without an answer had taken", {{"kind", task_.kind}, {"jobs", found}});
  if (std::chrono::steady_clock::now() - *unanswered_since_ > store::kLatestCommit) unanswered_since_.reset();
}

std::vector<domain::ClaimedJob> RunMaintenance::claim() {
  give_back_unanswered();
  try {
    return store_.claim({.node = config_.node, .worker = place_, .lanes = {domain::maintenance_lane(task_.kind)}, .count = 1}, clock_.now());
  } catch (...) {
    unanswered_since_ = std::chrono::steady_clock::now();
    throw;
  }
}

Duration RunMaintenance::run_once() {
  store_ending();
  if (is_stopping()) return config_.longest_sleep;
  auto jobs = claim();
  if (jobs.empty()) return config_.longest_sleep;
  domain::Ending ending = run(jobs.front());
  end();
  unstored_ = store::Finish{jobs.front().fence, std::move(ending), place_, ""};
  store_ending();
  return Duration::zero();
}

}  // namespace darkroom::scheduler
