// The life of a slot's process: made by fork from a zygote, it warms up, then answers one job after another until the server hangs
// up or kills it.
#pragma once

#include "base/file_descriptor.h"
#include "inference/engine.h"
#include "runner/protocol/messages.h"

namespace darkroom::runner {

inline constexpr int kJobSocket = 3;  // in the new process

struct ChildTask {
  inference::Engine& engine;
  const Init& init;
  int zygote = 0;                   // its pid
  std::int64_t address_space = 0;  // bytes that the zygote takes up at the fork
};

// Runs in the new process; the value is its exit status.
int run_child(FileDescriptor jobs, const ChildTask& task);

}  // namespace darkroom::runner
