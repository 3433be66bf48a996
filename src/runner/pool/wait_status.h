// What the death of a child says about the job it had.
#pragma once

#include "domain/job.h"

#include <optional>
#include <string>
#include <variant>

namespace darkroom::runner {

// "SIGSEGV", or "exit status 1".
std::string describe_status(int status);

// True for the deaths that a process brings upon itself: SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS, or an exit.
bool is_own_doing(int status);

// How a job ended whose child died, not by our hand, with this wait status; none: nobody can tell it.
std::variant<domain::Crashed, domain::Interrupted> end_of_dead_child(std::optional<int> status);

}  // namespace darkroom::runner
