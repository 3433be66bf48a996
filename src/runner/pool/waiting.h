// Waiting for a frame of a runner: until it is complete, the runner has ended, a moment has come, or somebody calls it off.
#pragma once

#include "runner/pool/process_handle.h"
#include "runner/protocol/frame.h"

#include <chrono>
#include <string>

namespace darkroom::runner {

using SteadyClock = std::chrono::steady_clock;

enum class Waited { frame, ended, too_late, called_off, nonsense };  // nonsense: a frame longer than allowed

struct Wait {
  int socket = -1;
  FrameReader& reader;
  const ProcessHandle& process;
  int call_off = -1;  // an eventfd; -1: cannot be called off
};

std::string in_seconds(std::chrono::milliseconds time);  // "0.400 s", "300 s"

Waited wait_for_frame(const Wait& wait, SteadyClock::time_point deadline);

}  // namespace darkroom::runner
