// How long one run of a job may take and how much memory its slot may use beyond its idle state.
#pragma once

#include <chrono>
#include <cstdint>

namespace darkroom::domain {

struct RunLimits {
  std::chrono::milliseconds soft{240'000};  // the runner is asked to stop
  std::chrono::milliseconds hard{300'000};  // the slot is killed
  std::int64_t memory_bytes = 512LL * 1024 * 1024;
};

}  // namespace darkroom::domain
