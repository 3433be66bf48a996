// All background work is one loop: the step does what is due and returns the delay to the next step; wake() cuts it short.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace darkroom {

class Loop {
 public:
  // The step runs on the loop's own thread until stop(); what it throws is logged under `name` and the step is tried
  // again after `kRetryAfterError`.
  using Step = std::function<std::chrono::microseconds()>;
  Loop(std::string name, Step step);
  ~Loop();

  void wake();
  void stop();  // returns when the step in progress has ended

 private:
  void run(std::stop_token stop);
  std::chrono::microseconds run_step();

  std::string name_;
  Step step_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool wake_requested_ = false;
  std::jthread thread_;
};

}  // namespace darkroom
