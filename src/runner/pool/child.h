// A slot's process as the server holds it.
#pragma once

#include "runner/pool/process_handle.h"
#include "runner/protocol/frame.h"

#include <cstdint>

namespace darkroom::runner {

struct Child {
  ProcessHandle process;
  FileDescriptor jobs;  // socket: Job out, answers in
  FrameReader reader{Descriptors::refused};
  std::uint64_t generation = 0;  // of the zygote process that made it
  int jobs_done = 0;
};

}  // namespace darkroom::runner
