// The part that takes uploads in pieces: their files, and the loop that forgets expired ones and completes those that a crash left complete.
#pragma once

#include "api/resumable.h"
#include "base/loop.h"
#include "blob/partial_files.h"
#include "roles/ground.h"

#include <memory>

namespace darkroom::roles {

class Uploading {
 public:
  explicit Uploading(Ground& ground);

  const api::Resumable& resumable() const { return resumable_; }
  // From now on, until stop(), `parts` is used.
  void start(const api::Parts& parts);
  void stop() { sweep_.reset(); }

 private:
  blob::PartialFiles files_;
  api::Resumable resumable_;
  std::unique_ptr<Loop> sweep_;
};

}  // namespace darkroom::roles
