// Keeps this process's lease while it works: one heartbeat for all that it runs, from a thread that no job can starve.
//
// The store judges by its own clock, this side by the monotonic one: when no beat has come through for a lease less a margin, others may
// already have been given our jobs, so everything in progress is called off. A late result would be refused anyway; this frees the slots. Where the
// network is silent a beat hangs for as long as its database waits for an answer, so another thread looks at the time.
//
// The registry says what the worker can run: it is told at once when the worker's models or their places change, between beats too.
#pragma once

#include "base/loop.h"
#include "store/store.h"
#include "worker/worker.h"

#include <atomic>
#include <mutex>
#include <optional>

namespace darkroom::worker {

struct LeaseConfig {
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds beat{2'000};
};

class LeaseKeeper {
 public:
  // Registers the node before it returns; throws StoreUnavailable when that fails. `node` is complete but for the times, and for slots, models and
  // places, which are the worker's; `worker` is null in a process that runs no jobs and only shows that it is there.
  LeaseKeeper(LeaseConfig config, store::Store& store, Worker* worker, store::NodeRecord node, const Clock& clock);
  ~LeaseKeeper();

  // Tells the others that this node takes no more jobs.
  void drain();
  // The worker has stopped: gives back whatever the store still believes to run here and takes the node out of the registry.
  void leave();

 private:
  void wake();
  Duration step();
  Duration beat_once();
  void came_through(std::chrono::steady_clock::time_point asked);
  Duration look_at_time();
  void follow_worker();
  void react(const store::Beat& beat);

  LeaseConfig config_;
  store::Store& store_;
  Worker* worker_;
  store::NodeRecord node_;
  const Clock& clock_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_beat_;  // that came through; guarded by the mutex
  std::chrono::steady_clock::time_point next_beat_;  // the loop's own
  std::atomic<bool> asked_ = false;                  // a beat is wanted before its time
  std::atomic<bool> draining_ = false;
  bool told_ = false;         // the registry knows node_ as it is
  std::optional<Loop> loop_;  // last: started when all else is there
  std::optional<Loop> watch_;  // where there is a worker
};

}  // namespace darkroom::worker
