// Waiting for what happens in other threads and processes.
#pragma once

#include <chrono>
#include <future>

namespace darkroom::test {

// Whether the condition comes true in time: polled.
template <class Condition>
bool comes_true(Condition condition, std::chrono::milliseconds within = std::chrono::seconds(20)) {
  auto deadline = std::chrono::steady_clock::now() + within;
  std::promise<void> never;
  auto pause = never.get_future();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    pause.wait_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace darkroom::test
