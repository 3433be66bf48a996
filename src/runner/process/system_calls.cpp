// The lists of system calls, written with libseccomp.
#include "runner/process/system_calls.h"

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <memory>

namespace darkroom::runner {
namespace {

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// Memory, time, the descriptors at hand, and dying in an orderly way (abort signals itself, a failed check of glibc writes a line).
constexpr int kAllowed[] = {
    SCMP_SYS(read),          SCMP_SYS(pread64),        SCMP_SYS(write),           SCMP_SYS(writev),        SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),       SCMP_SYS(poll),           SCMP_SYS(ppoll),           SCMP_SYS(close),
    SCMP_SYS(close_range),   SCMP_SYS(dup2),           SCMP_SYS(dup3),            SCMP_SYS(munmap),        SCMP_SYS(brk),
    SCMP_SYS(mremap),        SCMP_SYS(madvise),        SCMP_SYS(futex),           SCMP_SYS(exit),          SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
    SCMP_SYS(clock_getres),  SCMP_SYS(getrandom),      SCMP_SYS(sched_yield),     SCMP_SYS(getpid),        SCMP_SYS(getppid),
    SCMP_SYS(gettid),        SCMP_SYS(tgkill),         SCMP_SYS(wait4),           SCMP_SYS(seccomp),
};

// What a child needs no more once it has set itself up.
constexpr int kDeniedToChildren[] = {
    SCMP_SYS(clone), SCMP_SYS(prctl), SCMP_SYS(seccomp), SCMP_SYS(prlimit64), SCMP_SYS(wait4),
    SCMP_SYS(dup2),  SCMP_SYS(dup3),  SCMP_SYS(close_range),
};

constexpr unsigned long kPrctlOptions[] = {PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP};

bool allow(const Filter& filter, int call) { return seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) == 0; }

bool allow_when(const Filter& filter, int call, scmp_arg_cmp condition) {
  return seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &condition) == 0;
}

}  // namespace

unsigned long fork_flags() { return CLONE_PIDFD | SIGCHLD; }

bool filter_zygote_calls() {
  Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  if (!filter) return false;
  bool good = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0;
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a binary tree instead of a list; older libraries have none
  for (int call : kAllowed) good = good && allow(filter, call);
  for (unsigned long option : kPrctlOptions) good = good && allow_when(filter, SCMP_SYS(prctl), SCMP_A0_64(SCMP_CMP_EQ, option));
  for (int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    good = good && allow_when(filter, call, SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
  }
  good = good && allow_when(filter, SCMP_SYS(sendto), SCMP_A4_64(SCMP_CMP_EQ, 0));  // to the other end, and to no address
  good = good && allow_when(filter, SCMP_SYS(clone), SCMP_A0_64(SCMP_CMP_EQ, fork_flags()));
  good = good && allow_when(filter, SCMP_SYS(prlimit64), SCMP_A0_64(SCMP_CMP_EQ, 0));
  return good && seccomp_load(filter.get()) == 0;
}

bool filter_child_calls() {
  Filter filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) return false;
  bool good = true;
  for (int call : kDeniedToChildren) good = good && seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0) == 0;
  scmp_arg_cmp others = SCMP_A0_64(SCMP_CMP_NE, static_cast<scmp_datum_t>(::getpid()));
  good = good && seccomp_rule_add_array(filter.get(), SCMP_ACT_KILL_PROCESS, SCMP_SYS(tgkill), 1, &others) == 0;
  return good && seccomp_load(filter.get()) == 0;
}

}  // namespace darkroom::runner
