#include "roles/viewing.h"

#include "roles/working.h"

#include <algorithm>

namespace darkroom::roles {
namespace {

constexpr std::chrono::seconds kRestEvery{10};  // looked at whether the preview's runner is still needed

}  // namespace

Viewing::Viewing(Ground& ground) : photos_(&ground.blobs) {
  const config::Config& config = ground.config;
  if (ground.store.is_shared() && !config.cluster_secret.empty()) {
    auto urls = std::make_shared<PeerUrls>(ground);
    fetched_ = std::make_unique<peer::FetchedPhotos>(peer::FetchConfig{.folder = config.data_dir, .secret = config.cluster_secret}, ground.blobs,
        [urls] { return (*urls)(); }, ground.clock);
    photos_ = fetched_.get();
  }
  slot_ = std::make_unique<views::PreviewSlot>(config.runner, *photos_);
  auto render = [this](const views::Photo& photo, const domain::RenderOrder& order) { return slot_->render(photo, order); };
  auto ready = [this](const std::string& name) {
    if (http::Server* server = server_) server->wake(name);
  };
  pictures_ = std::make_unique<views::Pictures>(views::PicturesConfig{}, ground.pictures, render, ready, ground.clock);
  resting_ = std::make_unique<Loop>("preview_rest", [this, idle = config.worker.keep_idle] {
    slot_->rest(idle);
    return std::min<Duration>(idle, kRestEvery);
  });
}

Viewing::~Viewing() { stop(); }

void Viewing::stop() {
  server_ = nullptr;
  resting_->stop();
  slot_->abandon();
  pictures_->stop();
}

}  // namespace darkroom::roles
