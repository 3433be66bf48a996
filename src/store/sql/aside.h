// Work that is done aside, in the order in which it was given.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace darkroom::store {

// Tasks that a thread of its own does in their order, so that the writer goes on meanwhile. All are done before its end.
template <class Task>
class Aside {
 public:
  explicit Aside(std::function<void(Task&)> work) : work_(std::move(work)), thread_([this](std::stop_token stop) { run(stop); }) {}

  void add(Task task) {
    std::lock_guard guard(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_one();
  }

  // Whether all that was added is done. Only who adds can know that it stays so.
  bool is_idle() {
    std::lock_guard guard(mutex_);
    return tasks_.empty() && !busy_;
  }

 private:
  void run(std::stop_token stop) {
    std::unique_lock guard(mutex_);
    while (arrived_.wait(guard, stop, [this] { return !tasks_.empty(); })) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      busy_ = true;
      guard.unlock();
      work_(task);
      guard.lock();
      busy_ = false;
    }
  }

  std::function<void(Task&)> work_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Task> tasks_;
  bool busy_ = false;
  std::jthread thread_;
};

}  // namespace darkroom::store
