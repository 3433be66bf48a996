// How far what was committed is durable.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace darkroom::store {

// Up to which commit all outlives a loss of power. Commits are numbered in their order.
class Horizon {
 public:
  // By the writer, before the commit is seen by anybody.
  std::uint64_t next() { return ++begun_; }
  std::uint64_t begun() const { return begun_; }

  void reach(std::uint64_t commit) {
    if (commit <= reached_) return;
    std::lock_guard guard(mutex_);
    reached_ = commit;
    changed_.notify_all();
  }

  void wait_for(std::uint64_t commit) {
    if (reached_ >= commit) return;
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return reached_ >= commit; });
  }

 private:
  std::atomic<std::uint64_t> begun_ = 0;
  std::atomic<std::uint64_t> reached_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace darkroom::store
