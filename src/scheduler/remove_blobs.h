// Contents that no image needs any more leave the blob store: right after a deletion, and again when a crash or a full disk cut that short.
//
// Each process does so in its own folder, at any moment and by notes that are long out of date: each file is unlinked while its content is held in the store, and only if no image
// has it then. An upload of the same photo makes its image after that and puts its file back (BlobStore::confirm), or before it and keeps its file.
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
  // Removes all that is noted for this folder and returns its number. From any thread.
  int run_once();
  // One content, noted or not. Returns false, and leaves it, when an image has it.
  bool remove(const std::string& sha256);

 private:
  store::Store& store_;
  blob::BlobStore& blobs_;
  std::function<void(const std::string&)> removed_;
  std::mutex one_at_a_time_;  // so that two do not go through the same notes
};

}  // namespace darkroom::scheduler
