// Contents that no image needs any more leave the blob store: right after a deletion, and again when a crash or a full disk cut that short.
//
// Store::delete_image has noted the content; while the note stands, no upload of the same content is accepted. Only one removal runs
// at a time and each looks at the notes anew, so a content that was taken in again in between is never touched.
#pragma once

#include "blob/blob_store.h"
#include "store/store.h"

#include <functional>
#include <mutex>
#include <string>

namespace darkroom::scheduler {

class RemoveBlobs {
 public:
  // `removed` is told of each content after its blob is gone: what was derived from it goes too.
  RemoveBlobs(store::Store& store, blob::BlobStore& blobs, std::function<void(const std::string& sha256)> removed = [](const std::string&) {})
      : store_(store), blobs_(blobs), removed_(std::move(removed)) {}
  // Removes all that is noted and returns its number. From any thread.
  int run_once();

 private:
  store::Store& store_;
  blob::BlobStore& blobs_;
  std::function<void(const std::string&)> removed_;
  std::mutex one_at_a_time_;
};

}  // namespace darkroom::scheduler
