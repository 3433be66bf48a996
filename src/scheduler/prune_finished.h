// What the retention rules no longer keep goes: old jobs of photos, events, whole photos, and the traces of maintenance itself.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "scheduler/remove_blobs.h"
#include "store/store.h"

#include <stop_token>
#include <string>

namespace darkroom::scheduler {

// For how long things are kept; 0: for ever.
struct RetentionConfig {
  std::chrono::days history{0};           // ended jobs that are neither the newest of their photo nor the one that its result is of; batches without a job
  std::chrono::days events{0};            // the log of all that happened
  std::chrono::days completed_images{0};  // photos by how their newest job ended, counted from then
  std::chrono::days failed_images{0};
  std::chrono::days cancelled_images{0};
  std::chrono::days maintenance{7};       // ended maintenance jobs with their events and slots: a job each minute would fill any disk
};

class PruneFinished {
 public:
  PruneFinished(RetentionConfig config, store::Store& store, RemoveBlobs& remove_blobs) : config_(config), store_(store), remove_blobs_(remove_blobs) {}
  Result<std::string> run(Time now, std::stop_token stop);

 private:
  std::int64_t prune_images(domain::JobState state, std::chrono::days age, Time now, const std::stop_token& stop);

  RetentionConfig config_;
  store::Store& store_;
  RemoveBlobs& remove_blobs_;
};

}  // namespace darkroom::scheduler
