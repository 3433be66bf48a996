// The worker: one thread a slot, each taking the most urgent job that it can run as soon as it is free. Nothing is fetched ahead.
#pragma once

#include "base/clock.h"
#include "blob/blob_store.h"
#include "domain/retry_policy.h"
#include "models/catalogue.h"
#include "runner/pool/pool.h"
#include "store/store.h"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace darkroom::worker {

struct WorkerConfig {
  std::string node = "local";  // id of this process, as registered
  int slots = 0;  // 0: one for each usable core
  domain::RetryPolicy retry;
};

// The processors that this process may use: its affinity mask, and the CPU quota of its control groups (v1 and v2); at least 1.
int usable_cores();

struct WorkerParts {
  store::Store& store;
  blob::BlobReader& blobs;
  const models::Catalogue& catalogue;
  runner::Zygotes& zygotes;
  const Clock& clock;
};

class Worker {
 public:
  Worker(WorkerConfig config, WorkerParts parts);
  ~Worker();

  int slots() const { return static_cast<int>(threads_.size()); }
  void wake();  // there may be work
  std::vector<domain::Fence> running() const;
  // Ends the run at once if it is in progress here; its ending is refused if the job is no longer ours.
  void call_off(const domain::Fence& fence);
  void call_off(std::string_view public_id);
  // While it holds, no job is taken and what runs is called off. Returns whether it held before.
  bool hold(bool held);
  // Takes no more jobs; lets running ones finish for `grace`, then gives them back with their attempt refunded.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Unstored;
  struct Bench;  // one slot, its thread's own
  void run_slot(std::stop_token stop, Bench& bench);
  std::vector<domain::ClaimedJob> claim_or_wait(std::stop_token stop, const store::ClaimRequest& request);
  bool is_held() const;
  void begin(Bench& bench, const domain::ClaimedJob& job);
  void end(Bench& bench);
  std::vector<domain::ClaimedJob> work_on(std::stop_token stop, const domain::ClaimedJob& job, Bench& bench);
  void see_stored(std::stop_token stop, Bench& bench);

  WorkerConfig config_;
  WorkerParts parts_;
  std::vector<std::string> lanes_;
  mutable std::mutex mutex_;
  std::condition_variable_any woken_;
  std::condition_variable ended_;
  std::uint64_t wakes_ = 0;
  int running_ = 0;  // threads that have not ended
  bool held_ = false;
  bool given_up_ = false;  // the grace of stop() is over: no run goes on
  std::vector<std::unique_ptr<Bench>> benches_;
  std::vector<std::jthread> threads_;
};

}  // namespace darkroom::worker
