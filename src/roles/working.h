// The part that runs jobs: runners, slots, the lease, and where the photos come from.
#pragma once

#include "base/loop.h"
#include "peer/fetched_photos.h"
#include "roles/ground.h"
#include "roles/observing.h"
#include "runner/pool/pool.h"
#include "worker/lease_keeper.h"
#include "worker/worker.h"

#include <memory>
#include <mutex>
#include <thread>

namespace darkroom::roles {

class Working {
 public:
  // Registers this process and starts to work. `url` is where it answers HTTP, empty if it does not. Throws with words for the operator when the photos of
  // other processes cannot be reached from here.
  Working(Ground& ground, const std::string& url, Observing& observing);
  ~Working();

  worker::Worker& worker() { return *worker_; }
  const worker::Worker& worker() const { return *worker_; }
  runner::Zygotes& zygotes() { return zygotes_; }
  const runner::Zygotes& zygotes() const { return zygotes_; }
  void hear(const std::vector<store::Event>& events);
  void drain();

 private:
  blob::BlobReader& photos();

  Ground& ground_;
  runner::Zygotes zygotes_;
  std::unique_ptr<peer::FetchedPhotos> fetched_;
  std::unique_ptr<worker::Worker> worker_;
  std::unique_ptr<worker::LeaseKeeper> lease_;
  std::unique_ptr<Loop> warm_up_;  // of the default model, once; tried again where this machine was short of something
  std::unique_ptr<Loop> memory_;  // ends idle processes of models over the budget
  bool drained_ = false;
};

// The addresses of the processes that answer HTTP, those with a lease first; looked up at most every two seconds. From any thread.
class PeerUrls {
 public:
  explicit PeerUrls(Ground& ground) : ground_(ground) {}
  std::vector<std::string> operator()();

 private:
  Ground& ground_;
  std::mutex mutex_;
  std::vector<std::string> urls_;
  std::chrono::steady_clock::time_point looked_{};
};

}  // namespace darkroom::roles
