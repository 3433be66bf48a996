#include "views/preview_slot.h"

#include "domain/error_codes.h"

#include <algorithm>

namespace darkroom::views {
namespace {

constexpr int kMostNice = 19;
constexpr int kNicerBy = 5;

runner::PoolConfig nicer(runner::PoolConfig config) {
  config.nice = std::min(kMostNice, config.nice + kNicerBy);
  return config;
}

}  // namespace

PreviewSlot::PreviewSlot(runner::PoolConfig config, blob::BlobReader& photos)
    : photos_(photos), zygotes_(nicer(std::move(config))), slot_(zygotes_) {}

Made PreviewSlot::render(const Photo& photo, const domain::RenderOrder& order) {
  auto file = photos_.open(photo.sha256);
  if (!file) {
    return NotMade{{std::string(domain::code::blob_missing),
                    "The stored photo " + photo.sha256.substr(0, 12) + " is not in the data folder. If it does not come back, upload it again."},
                   NotMade::Kind::passing};
  }
  std::lock_guard lock(mutex_);
  runner::RenderEnd end = slot_.render({.photo_fd = file->get(), .byte_count = photo.byte_count, .pixel_count = photo.pixel_count}, order);
  if (auto* picture = std::get_if<domain::Picture>(&end)) return std::move(picture->jpeg);
  if (auto* failed = std::get_if<domain::Failed>(&end)) {
    return NotMade{failed->error, failed->kind == domain::Failed::Kind::permanent ? NotMade::Kind::lasting : NotMade::Kind::passing};
  }
  if (auto* crashed = std::get_if<domain::Crashed>(&end)) return NotMade{crashed->error, NotMade::Kind::lasting};
  return NotMade{{std::string(domain::code::unavailable), "Making this picture was interrupted. Ask for it again in a second."},
      NotMade::Kind::passing};
}

void PreviewSlot::rest(std::chrono::seconds idle) {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return;
  slot_.release_idle(std::chrono::steady_clock::now() - idle);
  zygotes_.trim(0, "");
}

}  // namespace darkroom::views
