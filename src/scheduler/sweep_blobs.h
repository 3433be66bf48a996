// Stored photos that no image has leave the blob store: what a crash between the file and its row left behind. And so do the temporary files of
// uploads that broke off.
//
// Each is removed as after a deletion, but without a note: a note is every process's to follow, and these files are in this one's folder. Only what has lain
// there for some time is looked at: an upload's file is there before its row.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "blob/blob_store.h"
#include "scheduler/remove_blobs.h"
#include "store/store.h"

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace darkroom::scheduler {

struct SweepBlobsConfig {
  std::chrono::seconds age{3600};          // of a photo that no image has
  std::chrono::seconds longest_without{5400};  // a folder is not swept; the hourly job goes first
  std::chrono::seconds staged_age{86400};  // of a temporary file that nobody wrote to since
  // Of more photos than this share nothing is removed: then it is more likely that this is another database's folder.
  int most_percent = 50;
  int few = 100;  // so many may always go
  int page = 500;
};

class SweepBlobs {
 public:
  SweepBlobs(SweepBlobsConfig config, store::Store& store, blob::BlobStore& blobs, RemoveBlobs& remove_blobs)
      : config_(config), store_(store), blobs_(blobs), remove_blobs_(remove_blobs) {}
  // Error: conflict when too large a share of the photos belongs to no image.
  Result<std::string> run(Time now, std::stop_token stop);
  // The job of the sweep goes to one of the processes, and each has a folder of its own: sweeps unless that was done here of late, also at the start. Returns
  // when to come again. All of this may run in two threads at once.
  Duration run_if_overdue(Time now, std::stop_token stop);

 private:
  std::optional<Time> last();

  SweepBlobsConfig config_;
  store::Store& store_;
  blob::BlobStore& blobs_;
  RemoveBlobs& remove_blobs_;
  std::mutex mutex_;
  std::optional<Time> last_;  // when the folder was swept to the end; guarded by the mutex
};

}  // namespace darkroom::scheduler
