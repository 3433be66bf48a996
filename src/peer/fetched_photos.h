// Photos that lie with another process: this machine's own folder first, then the web processes, asked in turn. What is fetched is checked against
// its hash while it arrives, kept in an unnamed file for the one run, and gone with it.
#pragma once

#include "base/clock.h"
#include "blob/blob_store.h"

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace darkroom::peer {

struct FetchConfig {
  std::string folder;  // for the unnamed files
  std::string secret;  // of the installation, see auth/peer_signature.h
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds stalled_timeout{10'000};  // without a byte
  std::chrono::milliseconds piece_timeout{30'000};    // of one piece of a photo, connecting included: a process that sends drop by drop is as good as none
  std::chrono::milliseconds photo_timeout{240'000};   // of all its pieces from one process: fetching holds a slot no longer than a run may
  std::chrono::milliseconds rest{5'000};  // one that did not answer is not asked again for so long: no slot waits for it with each of its photos
};

class FetchedPhotos final : public blob::BlobReader {
 public:
  // `urls` gives the processes to ask, as http://host:port; asked anew for each photo. From any thread.
  FetchedPhotos(FetchConfig config, blob::BlobReader& own, std::function<std::vector<std::string>()> urls, const Clock& clock);

  // None when every process says that it has no such photo. Throws blob::Unreachable when one that may have it did not answer or does not know us, and
  // std::runtime_error when one sent something else than what the hash names.
  std::optional<FileDescriptor> open(std::string_view sha256) override { return open_unless_stopped(sha256, {}); }
  std::optional<FileDescriptor> open_unless_stopped(std::string_view sha256, const std::stop_token& stop) override;

 private:
  bool is_resting(const std::string& url);
  void let_rest(const std::string& url);

  FetchConfig config_;
  blob::BlobReader& own_;
  std::function<std::vector<std::string>()> urls_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::chrono::steady_clock::time_point> resting_;  // until when; guarded by the mutex
};

// Bytes of a photo that one answer carries.
inline constexpr std::int64_t kPhotoPiece = 1 << 20;

// Path and query of the route that gives a piece: /internal/v1/photos/<sha256>?offset=<n>. Its header Darkroom-Photo-Bytes says the whole length.
std::string photo_target(std::string_view sha256, std::int64_t offset);
inline constexpr const char* kPhotoBytesHeader = "Darkroom-Photo-Bytes";

}  // namespace darkroom::peer
