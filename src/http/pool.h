// A bounded pool of threads for calls that block: handlers, body pieces, parked replies.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace darkroom::http {

class HandlerPool {
 public:
  using Task = std::function<void()>;

  HandlerPool(int threads, int most_waiting_calls);
  ~HandlerPool();

  // A new call: false, and nothing happens, if as many as allowed wait already or the pool is stopped.
  bool try_call(Task task);
  // The rest of a call that was let in before; never refused for want of room. After stop() it is run by the caller.
  void proceed(Task task);
  // Runs what waits and joins the threads.
  void stop();

 private:
  struct Entry {
    Task task;
    bool counted;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  int most_waiting_calls_;
  int waiting_calls_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace darkroom::http
