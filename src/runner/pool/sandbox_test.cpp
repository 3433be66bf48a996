// What an attacker who runs code in a child would try: each attempt must end in SIGSYS, and the next photo must find a runner.
#include "runner/pool/pool_fixture.h"

namespace darkroom::runner::test {
namespace {

class Sandbox : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() { zygotes_ = new Zygotes(test_config()); }
  static void TearDownTestSuite() {
    delete zygotes_;
    zygotes_ = nullptr;
  }
  static inline Zygotes* zygotes_ = nullptr;
};

TEST_P(Sandbox, ForbiddenCallKillsTheChild) {
  Slot slot(*zygotes_);
  RunEnd end = run_command(slot, std::string("call:") + GetParam());
  EXPECT_EQ(describe(end), "Crashed decoder_crash: The runner crashed on this photo (SIGSYS).");
  EXPECT_TRUE(succeeded(run_command(slot, "")));
}

INSTANTIATE_TEST_SUITE_P(Calls, Sandbox,
                         testing::Values("openat", "openat2", "socket", "connect", "execve", "execveat", "fork", "fork-as-zygote", "clone3",
                                         "unshare", "ptrace", "process_vm_writev", "kill-parent", "tgkill-parent", "pidfd_open",
                                         "mprotect-exec", "mmap-exec", "pkey_mprotect", "memfd_create", "io_uring_setup", "prctl", "seccomp",
                                         "prlimit64", "setuid", "shmget", "keyctl", "bpf", "userfaultfd", "perf_event_open", "mount",
                                         "unlinkat", "ioctl",
                                         // nothing by which a process gives itself, or takes from itself, time or a handler
                                         "setitimer", "timer_create", "rt_sigaction",
                                         // the rest of the family of socket(): reading and writing the one it holds is all that is left
                                         "bind", "listen", "accept", "accept4", "socketpair", "sendto-address", "sendmmsg", "recvfrom",
                                         "recvmmsg", "shutdown", "getsockname", "getpeername", "getsockopt", "setsockopt"),
                         [](const auto& call) {
                           std::string name = call.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(SandboxUser, RunnersOfRootAreNobody) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can drop to another user";
  Zygotes zygotes(test_config());
  int pid = zygotes.warm_up(null_model()).pid;
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string text((std::istreambuf_iterator<char>(status)), {});
  EXPECT_THAT(text, testing::ContainsRegex("Uid:\t65534\t65534\t65534\t65534"));
  EXPECT_THAT(text, testing::ContainsRegex("NoNewPrivs:\t1"));
  EXPECT_THAT(text, testing::ContainsRegex("Seccomp:\t2"));
  EXPECT_THAT(text, testing::ContainsRegex("CapEff:\t0000000000000000"));
}

TEST(SandboxUser, AnUnknownUserStopsThePool) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can drop to another user";
  PoolConfig config = test_config();
  config.run_as = "no-such-user-here";
  EXPECT_THROW(Zygotes zygotes(config), std::runtime_error);
}

TEST(SandboxUser, AWholeWallSatisfiesThoseWhoRequireIt) {
  PoolConfig config = test_config();
  config.require_sandbox = true;
  Zygotes zygotes(config);
  ZygoteStatus status = zygotes.warm_up(null_model());
  if (status.error) {
    EXPECT_THAT(status.error->message, testing::HasSubstr("sandbox is incomplete")) << "this kernel lacks a part, and that must be said";
  } else {
    EXPECT_THAT(status.sandbox, testing::AllOf(testing::HasSubstr("seccomp"), testing::HasSubstr("landlock")));
  }
}

TEST(SandboxEnvironment, SecretsOfTheServerAreNotPassedOn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may look into a walled process";
  ::setenv("DARKROOM_ADMIN_TOKEN", "secret", 1);
  Zygotes zygotes(test_config());
  int pid = zygotes.warm_up(null_model()).pid;
  ::unsetenv("DARKROOM_ADMIN_TOKEN");
  std::ifstream environment("/proc/" + std::to_string(pid) + "/environ");
  std::string text((std::istreambuf_iterator<char>(environment)), {});
  for (const char* variable : {"ORT_DISABLE_TELEMETRY=1", "ORT_TELEMETRY_DISABLED=1"}) EXPECT_THAT(text, testing::HasSubstr(variable));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace darkroom::runner::test
