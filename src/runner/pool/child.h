// A slot's process as the server holds it.
#pragma once

#include "domain/model.h"
#include "runner/pool/process_handle.h"
#include "runner/protocol/frame.h"

#include <cstdint>
#include <memory>

namespace darkroom::runner {

struct Child {
  ProcessHandle process;
  FileDescriptor jobs;  // socket: Job out, answers in
  FrameReader reader{Descriptors::refused};
  std::uint64_t generation = 0;  // of the zygote process that made it
  std::shared_ptr<const domain::ModelReport> report;  // what that process said of its model before it saw a photo
  int jobs_done = 0;
  bool owes_thumbnail = false;  // of its last job
};

}  // namespace darkroom::runner
