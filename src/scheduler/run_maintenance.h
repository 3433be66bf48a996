// Maintenance jobs are jobs like any other: claimed from their lane of the queue `maintenance`, one of a kind at a time, and finished with what was done.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/retry_policy.h"
#include "store/store.h"

#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::scheduler {

struct MaintenanceTask {
  std::string_view kind;  // of domain/maintenance.h
  // Returns what was done as a JSON object. An Error is a permanent failure, an exception one that may pass. Returns early when it is told to stop.
  std::function<Result<std::string>(const std::string& args, Time now, std::stop_token stop)> run;
};

struct RunMaintenanceConfig {
  std::string node;  // id of this process, as registered
  std::string at = {};  // after the name of its place, so that it is told from those of other processes
  domain::RetryPolicy retry;
  std::chrono::seconds longest_sleep{5};  // a belt: a wake-up that was missed costs no more than this
};

class RunMaintenance {
 public:
  RunMaintenance(RunMaintenanceConfig config, store::Store& store, const Clock& clock, MaintenanceTask task);
  // Runs one job to its end if there is one, and returns when to come again. From one thread.
  Duration run_once();
  // Tells the task in progress to stop; its job goes back with its attempt refunded. From any thread.
  void stop();
  // The same to the task of this job, if it is in progress here: it is no longer ours, and its ending will be refused. From any thread.
  void call_off(std::string_view public_id);
  // Calls the task in progress off when its job was cancelled, deleted or given to another process and the news of it did not arrive. From any thread.
  void look_whether_ours();

 private:
  struct InProgress {
    std::string public_id;
    std::stop_source stop;
  };
  domain::Ending run(const domain::ClaimedJob& job);
  std::stop_token begin(const domain::ClaimedJob& job);
  void end();
  bool is_stopping();
  void store_ending();
  void give_back_unanswered();
  std::vector<domain::ClaimedJob> claim();

  RunMaintenanceConfig config_;
  store::Store& store_;
  const Clock& clock_;
  MaintenanceTask task_;
  std::string place_;  // as its jobs name it, by the kind and the process: what a claim without an answer took is found by it
  std::mutex mutex_;
  bool stopping_ = false;                  // guarded by the mutex
  std::optional<InProgress> in_progress_;  // the same
  std::optional<store::Finish> unstored_;  // of a job that has ended
  std::optional<std::chrono::steady_clock::time_point> unanswered_since_;  // a claim failed, and may have been made all the same
};

}  // namespace darkroom::scheduler
