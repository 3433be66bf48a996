#include "base/loop.h"

#include "base/log.h"

#include <exception>

namespace darkroom {
namespace {
constexpr std::chrono::seconds kRetryAfterError{1};
}

Loop::Loop(std::string name, Step step)
    : name_(std::move(name)), step_(std::move(step)), thread_([this](std::stop_token stop) { run(stop); }) {}

Loop::~Loop() { stop(); }

void Loop::wake() {
  {
    std::lock_guard lock(mutex_);
    wake_requested_ = true;
  }
  woken_.notify_one();
}

void Loop::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Loop::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    auto delay = run_step();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, delay, [this] { return wake_requested_; });
    wake_requested_ = false;
  }
}

std::chrono::microseconds Loop::run_step() {
  try {
    return step_();
  } catch (const std::exception& error) {
    log::error("loop step failed", {{"loop", name_}, {"cause", error.what()}});
    return kRetryAfterError;
  }
}

}  // namespace darkroom
