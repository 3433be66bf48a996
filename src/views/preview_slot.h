// The preview slot: one runner without a model that turns photos into pictures, niced below the runners of jobs and apart from their queue.
#pragma once

#include "blob/blob_store.h"
#include "runner/pool/pool.h"
#include "views/pictures.h"

#include <chrono>
#include <mutex>
#include <vector>

namespace darkroom::views {

class PreviewSlot {
 public:
  // `config` is that of the runners of jobs; the preview's is nicer still.
  PreviewSlot(runner::PoolConfig config, blob::BlobReader& photos);

  // Blocks. One thread at a time. A photo that cannot be decoded, or on which the runner dies, gives a lasting reason.
  Made render(const Photo& photo, const domain::RenderOrder& order);
  // From any thread: lets go of a runner that has rendered nothing for so long. Does nothing while one renders.
  void rest(std::chrono::seconds idle);
  std::vector<runner::ZygoteStatus> status() const { return zygotes_.status(); }
  // From another thread: breaks off the rendering in progress, and every later one.
  void abandon() { slot_.abandon(); }

 private:
  blob::BlobReader& photos_;
  runner::Zygotes zygotes_;
  std::mutex mutex_;  // of the slot
  runner::Slot slot_;
};

}  // namespace darkroom::views
