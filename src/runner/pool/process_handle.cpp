// pidfd_send_signal, poll and waitpid, each in one line of meaning.
#include "runner/pool/process_handle.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace darkroom::runner {

void ProcessHandle::signal(int number) const noexcept {
  if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

bool ProcessHandle::has_ended(std::chrono::milliseconds patience) const {
  pollfd watched{pidfd_.get(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
}

std::optional<int> ProcessHandle::reap(std::chrono::milliseconds patience) const {
  if (!has_ended(patience)) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  return status;
}

}  // namespace darkroom::runner
