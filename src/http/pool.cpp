#include "http/pool.h"

#include <algorithm>
#include <utility>

namespace darkroom::http {

HandlerPool::HandlerPool(int threads, int most_waiting_calls) : most_waiting_calls_(most_waiting_calls) {
  for (int i = 0; i < std::max(1, threads); ++i) threads_.emplace_back([this] { run(); });
}

HandlerPool::~HandlerPool() { stop(); }

bool HandlerPool::try_call(Task task) {
  {
    std::scoped_lock lock(mutex_);
    if (stopped_ || waiting_calls_ >= most_waiting_calls_) return false;
    ++waiting_calls_;
    entries_.push_back({std::move(task), true});
  }
  changed_.notify_one();
  return true;
}

void HandlerPool::proceed(Task task) {
  {
    std::scoped_lock lock(mutex_);
    if (!stopped_) {
      entries_.push_back({std::move(task), false});
      task = nullptr;
    }
  }
  if (task) return task();
  changed_.notify_one();
}

void HandlerPool::stop() {
  {
    std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void HandlerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || !entries_.empty(); });
    if (entries_.empty()) return;
    Entry entry = std::move(entries_.front());
    entries_.pop_front();
    if (entry.counted) --waiting_calls_;
    lock.unlock();
    entry.task();
    entry.task = nullptr;  // what it holds is let go on this thread and outside the lock
    lock.lock();
  }
}

}  // namespace darkroom::http
