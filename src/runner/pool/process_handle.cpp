// pidfd_send_signal, poll, clock_gettime and waitpid, each in one line of meaning.
#include "runner/pool/process_handle.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ctime>

namespace darkroom::runner {

void ProcessHandle::signal(int number) const noexcept {
  if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

bool ProcessHandle::has_ended(std::chrono::milliseconds patience) const {
  pollfd watched{pidfd_.get(), POLLIN, 0};
  return ::poll(&watched, 1, static_cast<int>(patience.count())) == 1;
}

std::chrono::microseconds ProcessHandle::processor_time() const {
  clockid_t clock{};
  timespec spent{};
  if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &spent) != 0) return {};
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec));
}

std::optional<int> ProcessHandle::reap(std::chrono::milliseconds patience) const {
  if (!has_ended(patience)) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  return status;
}

}  // namespace darkroom::runner
