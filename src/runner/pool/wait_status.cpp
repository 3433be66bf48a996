// Signals by name, and which of them a process owes to itself.
#include "runner/pool/wait_status.h"

#include "domain/error_codes.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace darkroom::runner {
namespace {

constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

}  // namespace

std::string describe_status(int status) {
  if (!WIFSIGNALED(status)) return "exit status " + std::to_string(WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(WTERMSIG(status));
}

bool is_own_doing(int status) { return !WIFSIGNALED(status) || std::ranges::count(kCrashes, WTERMSIG(status)) > 0; }

std::variant<domain::Crashed, domain::Interrupted> end_of_dead_child(std::optional<int> status) {
  if (!status) return domain::Interrupted{"The model's process is gone."};
  if (!is_own_doing(*status)) return domain::Interrupted{"The runner was killed from outside (" + describe_status(*status) + ")."};
  return domain::Crashed{Error{std::string(domain::code::decoder_crash), "The runner crashed on this photo (" + describe_status(*status) + ")."}};
}

}  // namespace darkroom::runner
