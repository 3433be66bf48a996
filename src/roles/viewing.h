// The part that shows photos: the preview slot, its line of pictures to make, and where the photos come from.
#pragma once

#include "base/loop.h"
#include "http/server.h"
#include "peer/fetched_photos.h"
#include "roles/ground.h"
#include "views/pictures.h"
#include "views/preview_slot.h"

#include <atomic>
#include <memory>
#include <vector>

namespace darkroom::roles {

class Viewing {
 public:
  explicit Viewing(Ground& ground);
  ~Viewing();

  views::Pictures& pictures() { return *pictures_; }
  blob::BlobReader& photos() { return *photos_; }
  std::vector<runner::ZygoteStatus> runners() const { return slot_->status(); }
  // From now on whoever waits for a picture at this server is woken when it is ready.
  void wake(http::Server& server) { server_ = &server; }
  // Breaks off what is being made. Before the server is taken down.
  void stop();

 private:
  std::unique_ptr<peer::FetchedPhotos> fetched_;
  blob::BlobReader* photos_;
  std::atomic<http::Server*> server_ = nullptr;
  std::unique_ptr<views::PreviewSlot> slot_;
  std::unique_ptr<views::Pictures> pictures_;
  std::unique_ptr<Loop> resting_;
};

}  // namespace darkroom::roles
