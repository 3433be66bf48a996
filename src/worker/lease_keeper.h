// Keeps this process's lease while it works: one heartbeat for all that it runs, from a thread that no job can starve.
//
// The store judges by its own clock, this side by the monotonic one: when no beat has come through for a lease less a margin, others may
// already have been given our jobs, so everything in progress is called off. A late result would be refused anyway; this frees the slots.
#pragma once

#include "base/loop.h"
#include "store/store.h"
#include "worker/worker.h"

#include <atomic>

namespace darkroom::worker {

struct LeaseConfig {
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds beat{2'000};
};

class LeaseKeeper {
 public:
  // Registers the node before it returns; throws StoreUnavailable when that fails. `node` is complete but for the times; `worker` is null in a process
  // that runs no jobs and only shows that it is there.
  LeaseKeeper(LeaseConfig config, store::Store& store, Worker* worker, store::NodeRecord node, const Clock& clock);
  ~LeaseKeeper();

  // Something may be no longer ours: asks now.
  void wake() { loop_.wake(); }
  // Tells the others that this node takes no more jobs.
  void drain();
  // The worker has stopped: gives back whatever the store still believes to run here and takes the node out of the registry.
  void leave(const domain::RetryPolicy& policy);

 private:
  Duration beat_once();
  void react(const store::Beat& beat);

  LeaseConfig config_;
  store::Store& store_;
  Worker* worker_;
  store::NodeRecord node_;
  const Clock& clock_;
  std::chrono::steady_clock::time_point last_beat_;
  std::atomic<bool> draining_ = false;
  Loop loop_;  // last: it runs from here on
};

}  // namespace darkroom::worker
