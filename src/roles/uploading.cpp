#include "roles/uploading.h"

namespace darkroom::roles {
namespace {

constexpr Duration kSweepPeriod = std::chrono::seconds(30);

}  // namespace

Uploading::Uploading(Ground& ground)
    : files_(ground.config.data_dir + "/uploads"), resumable_{files_, ground.blobs.id(), ground.config.uploads_quota, ground.config.uploads_kept} {}

void Uploading::start(const api::Parts& parts) {
  sweep_ = std::make_unique<Loop>("sweep_uploads", [&parts] {
    api::sweep_uploads(parts);
    return kSweepPeriod;
  });
}

}  // namespace darkroom::roles
