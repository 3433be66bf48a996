// A process by its pidfd, which never comes to mean another one.
#pragma once

#include "base/file_descriptor.h"

#include <chrono>
#include <optional>

namespace darkroom::runner {

class ProcessHandle {
 public:
  ProcessHandle() = default;
  ProcessHandle(int pid, FileDescriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  int pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  explicit operator bool() const { return static_cast<bool>(pidfd_); }

  void signal(int number) const noexcept;  // a process that has ended already does not mind
  bool has_ended(std::chrono::milliseconds patience = std::chrono::milliseconds{0}) const;

  // What all its threads together have spent of a processor; nothing where it has ended.
  std::chrono::microseconds processor_time() const;

  // For a child of this process that was told to end or has ended: its wait status; none when it does not end within `patience`.
  std::optional<int> reap(std::chrono::milliseconds patience) const;

 private:
  int pid_ = 0;
  FileDescriptor pidfd_;
};

}  // namespace darkroom::runner
