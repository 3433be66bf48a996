#include "scheduler/remove_blobs.h"

#include "base/fail_point.h"

namespace darkroom::scheduler {

bool RemoveBlobs::remove(const std::string& sha256) {
  fail_point("K17");
  bool is_gone = store_.remove_content(sha256, blobs_.id(), [&] {
    blobs_.remove(sha256);
    fail_point("K16");
  });
  if (is_gone) removed_(sha256);
  return is_gone;
}

int RemoveBlobs::run_once() {
  std::lock_guard lock(one_at_a_time_);
  int count = 0;
  for (const std::string& sha256 : store_.blobs_to_remove(blobs_.id())) {
    if (remove(sha256)) ++count;
  }
  return count;
}

}  // namespace darkroom::scheduler
