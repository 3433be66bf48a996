// The background work that any process may do, each step safe beside the same step elsewhere: jobs whose time has come or gone, work of the dead, batches,
// schedules, blobs that nothing needs.
#pragma once

#include "base/loop.h"
#include "metrics/counters.h"
#include "roles/ground.h"
#include "scheduler/clean_up.h"
#include "scheduler/fire_schedules.h"
#include "scheduler/prune_finished.h"
#include "scheduler/remove_blobs.h"
#include "scheduler/run_maintenance.h"
#include "scheduler/sweep_blobs.h"
#include "scheduler/watch_machine.h"
#include "scheduler/watch_resources.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace darkroom::roles {

class Upkeep {
 public:
  Upkeep(Ground& ground, metrics::Counters& counters);
  ~Upkeep();

  void hear(const std::vector<store::Event>& events);
  void remove_freed_blobs() { remove_blobs_.run_once(); }
  // Gives back the maintenance that runs, and takes no more; all else goes on.
  void stop_maintenance();
  void stop();

 private:
  Loop* add(std::string name, std::function<Duration()> step);
  void add_maintenance();
  void wake_maintenance();

  Ground& ground_;
  scheduler::RemoveBlobs remove_blobs_;
  scheduler::PruneFinished prune_;
  scheduler::SweepBlobs sweep_;
  scheduler::CleanUp clean_up_;
  scheduler::WatchMachine watch_machine_;
  scheduler::WatchResources watch_;
  std::vector<std::unique_ptr<scheduler::RunMaintenance>> maintenance_;  // where the blobs are: a place for each kind
  std::stop_source own_sweep_;
  std::vector<std::unique_ptr<Loop>> loops_;
  Loop* promote_ = nullptr;
  Loop* expire_ = nullptr;
  Loop* fire_ = nullptr;
  std::vector<Loop*> maintain_;
};

}  // namespace darkroom::roles
