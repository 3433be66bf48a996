// The worker: one thread a bench, each taking the most urgent job that it can run as soon as it is free. Nothing is fetched ahead.
//
// There is a bench for each slot of this machine, and for each model of engine `http` as many as its service takes calls at a time (worker/bench.h).
// The catalogue lives: what a bench claims follows it from claim to claim, and benches of services come and go with their models.
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "blob/blob_store.h"
#include "domain/retry_policy.h"
#include "models/catalogue.h"
#include "runner/pool/pool.h"
#include "store/store.h"
#include "worker/bench.h"
#include "worker/process_job.h"
#include "worker/recently_gone.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::worker {

struct WorkerConfig {
  std::string node = "local";  // id of this process, as registered
  std::string at = {};           // after the name of each bench, so that it is told from those of other processes
  int slots = 0;  // 0: one for each usable core
  domain::RetryPolicy retry;
  bool refuse_truncated = false;  // photos that are cut off, by models of engine `http`
  std::chrono::seconds keep_idle{60};  // a runner child without a job for so long is let go
};

// The processors that this process may use: its affinity mask, and the CPU quota of its control groups (v1 and v2); at least 1.
int usable_cores();

struct WorkerParts {
  store::Store& store;
  blob::BlobReader& blobs;
  const models::Catalogue& catalogue;
  runner::Zygotes& zygotes;
  const Clock& clock;
  KeepThumbnail keep_thumbnail = {};
  // Of each attempt that was handed in; `applied` is false when its job was no longer ours.
  std::function<void(const domain::ClaimedJob&, const domain::Ending&, bool applied)> on_ended = {};
};

// Whether after an event of this type there may be a job to start that could not be started before.
bool brings_work(std::string_view event_type);

class Worker {
 public:
  Worker(WorkerConfig config, WorkerParts parts);
  ~Worker();

  int slots() const;                          // jobs that can run at a time: benches of all kinds
  std::map<std::string, int> places() const;  // of the slots, those that are for one service's model alone
  std::vector<std::string> models() const;    // that it can run now, by name
  void wake();                                // there may be work, or the catalogue has changed
  std::vector<domain::Fence> running() const;
  // Ends the run at once if it is in progress here; its ending is refused if the job is no longer ours.
  void call_off(const domain::Fence& fence);
  // The same for a job that is cancelled, or whose photo is deleted. The news may come between its claim and its begin: then it ends as it begins.
  void call_off(std::string_view public_id);
  void call_off(domain::ImageId image);
  // While it holds, no job is taken and what runs is called off. Returns whether it held before.
  bool hold(bool held);
  // Takes no more jobs; lets running ones finish for `grace`, then gives them back with their attempt refunded.
  void stop(std::chrono::milliseconds grace);

 private:
  using Benches = std::list<std::unique_ptr<Bench>>;
  Duration staff();
  void add(std::unique_ptr<Bench> bench);
  void run_bench(std::stop_token stop, Bench& bench);
  std::vector<domain::ClaimedJob> claim_or_wait(std::stop_token stop, Bench& bench, const store::ClaimRequest& request);
  void give_back_unanswered(Bench& bench);
  store::ClaimRequest request_of(const Bench& bench) const;
  bool is_held() const;
  void call_off_gone(Gone gone);
  void begin(Bench& bench, const domain::ClaimedJob& job);
  void end(Bench& bench);
  std::vector<domain::ClaimedJob> work_on(std::stop_token stop, const domain::ClaimedJob& job, Bench& bench);
  void see_stored(std::stop_token stop, Bench& bench);

  WorkerConfig config_;
  WorkerParts parts_;
  mutable std::mutex mutex_;
  std::condition_variable_any woken_;
  std::condition_variable ended_;
  std::uint64_t wakes_ = 0;
  bool held_ = false;
  bool given_up_ = false;  // the grace of stop() is over: no run goes on
  RecentlyGone gone_;      // were called off: one of them may be claimed and not yet begun
  Benches benches_;
  std::atomic<std::uint64_t> staffed_for_ = 0;  // generation of the catalogue
  std::unique_ptr<Loop> staffing_;  // changes the list of benches, alone
};

}  // namespace darkroom::worker
