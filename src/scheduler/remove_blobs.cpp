#include "scheduler/remove_blobs.h"

#include "base/fail_point.h"

namespace darkroom::scheduler {

int RemoveBlobs::run_once() {
  std::lock_guard lock(one_at_a_time_);
  int count = 0;
  for (const std::string& sha256 : store_.blobs_to_remove()) {
    fail_point("K17");
    blobs_.remove(sha256);
    removed_(sha256);
    fail_point("K16");
    store_.blob_removed(sha256);
    ++count;
  }
  return count;
}

}  // namespace darkroom::scheduler
