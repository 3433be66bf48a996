// One process owns a data folder: a lock of the operating system, gone with the process that holds it.
#pragma once

#include "base/file_descriptor.h"

#include <string>

namespace darkroom::store {

class ProcessLock {
 public:
  // Locks `path`, made if need be, and writes the process id into it. Throws StoreUnavailable that names the holder.
  explicit ProcessLock(const std::string& path);

 private:
  FileDescriptor file_;
};

}  // namespace darkroom::store
