// The seccomp filters of the wall. A call that is not allowed kills the process with SIGSYS.
#pragma once

namespace darkroom::runner {

// Both return false when the kernel takes no filter. They need no_new_privs.
bool filter_zygote_calls();
bool filter_child_calls();  // stacked on the zygote's

// The only form in which a zygote may fork: a plain child whose pidfd the caller gets.
unsigned long fork_flags();

}  // namespace darkroom::runner
