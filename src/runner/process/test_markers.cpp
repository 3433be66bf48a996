// Each command of a marker and what it does to the process.
#include "runner/process/test_markers.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace darkroom::runner {
namespace {

constexpr std::string_view kMarker = "darkroom-test:";
constexpr std::size_t kTail = 64;

std::string_view find_command(std::span<const std::uint8_t> file) {
  std::span<const std::uint8_t> tail = file.last(std::min(file.size(), kTail));
  std::string_view text(reinterpret_cast<const char*>(tail.data()), tail.size());
  std::size_t at = text.find(kMarker);
  if (at == text.npos) return {};
  text.remove_prefix(at + kMarker.size());
  return text.substr(0, text.find_first_of(std::string_view("\n\0 ", 3)));
}

[[noreturn]] void stop_answering() {
  while (true) ::poll(nullptr, 0, -1);
}

void wait_for(std::string_view milliseconds) {
  int count = 0;
  std::from_chars(milliseconds.data(), milliseconds.data() + milliseconds.size(), count);
  auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(count);
  while (std::chrono::steady_clock::now() < end) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    ::poll(nullptr, 0, static_cast<int>(left.count()) + 1);
  }
}

// Of processor time, however long that takes.
void work_for(std::string_view milliseconds) {
  int count = 0;
  std::from_chars(milliseconds.data(), milliseconds.data() + milliseconds.size(), count);
  std::clock_t end = std::clock() + static_cast<std::clock_t>(count) * (CLOCKS_PER_SEC / 1'000);
  while (std::clock() < end) {
  }
}

void use_all_memory() {
  std::vector<std::vector<char>> hoard;
  while (true) hoard.emplace_back(std::size_t{16} << 20, 'x');
}

[[noreturn]] void spin() {
  for (volatile bool forever = true; forever;) {
  }
  std::abort();
}

// Hears neither that it shall stop nor how far it is.
[[noreturn]] void spin_deaf() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  spin();
}

// What an attacker who runs code in a child would try. Each must kill the child.
const std::map<std::string_view, std::function<void()>>& forbidden_calls() {
  static void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  static const std::map<std::string_view, std::function<void()>> calls = {
      {"openat", [] { ::syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }},
      {"openat2", [] { ::syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0); }},
      {"socket", [] { ::syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0); }},
      {"connect", [] { ::syscall(SYS_connect, 3, nullptr, 0); }},
      {"bind", [] { ::syscall(SYS_bind, 3, nullptr, 0); }},
      {"listen", [] { ::syscall(SYS_listen, 3, 1); }},
      {"accept", [] { ::syscall(SYS_accept, 3, nullptr, nullptr); }},
      {"accept4", [] { ::syscall(SYS_accept4, 3, nullptr, nullptr, 0); }},
      {"socketpair", [] { int ends[2]; ::syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, ends); }},
      {"sendto-address", [] { sockaddr to{}; ::syscall(SYS_sendto, 3, "x", 1, 0, &to, sizeof to); }},
      {"sendmmsg", [] { ::syscall(SYS_sendmmsg, 3, nullptr, 0, 0); }},
      {"recvfrom", [] { ::syscall(SYS_recvfrom, 3, nullptr, 0, 0, nullptr, nullptr); }},
      {"recvmmsg", [] { ::syscall(SYS_recvmmsg, 3, nullptr, 0, 0, nullptr); }},
      {"shutdown", [] { ::syscall(SYS_shutdown, 3, 2); }},
      {"getsockname", [] { ::syscall(SYS_getsockname, 3, nullptr, nullptr); }},
      {"getpeername", [] { ::syscall(SYS_getpeername, 3, nullptr, nullptr); }},
      {"getsockopt", [] { ::syscall(SYS_getsockopt, 3, 1, 3, nullptr, nullptr); }},
      {"setsockopt", [] { ::syscall(SYS_setsockopt, 3, 1, 3, nullptr, 0); }},
      {"execve", [] { ::syscall(SYS_execve, "/bin/true", nullptr, nullptr); }},
      {"execveat", [] { ::syscall(SYS_execveat, 0, "", nullptr, nullptr, 0x1000); }},
      {"fork", [] { ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0); }},
      {"fork-as-zygote", [] { int fd = -1; ::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &fd, nullptr, 0); }},
      {"clone3", [] { ::syscall(SYS_clone3, nullptr, 0); }},
      {"unshare", [] { ::syscall(SYS_unshare, CLONE_NEWUSER); }},
      {"ptrace", [] { ::syscall(SYS_ptrace, PTRACE_ATTACH, ::getppid(), nullptr, nullptr); }},
      {"process_vm_writev", [] { ::syscall(SYS_process_vm_writev, ::getppid(), nullptr, 0, nullptr, 0, 0); }},
      {"kill-parent", [] { ::syscall(SYS_kill, ::getppid(), SIGKILL); }},
      {"tgkill-parent", [] { ::syscall(SYS_tgkill, ::getppid(), ::getppid(), SIGKILL); }},
      {"pidfd_open", [] { ::syscall(SYS_pidfd_open, ::getppid(), 0); }},
      {"mprotect-exec", [] { ::syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC); }},
      {"mmap-exec", [] { ::syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }},
      {"pkey_mprotect", [] { ::syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_EXEC, -1); }},
      {"memfd_create", [] { ::syscall(SYS_memfd_create, "x", 0); }},
      {"io_uring_setup", [] { io_uring_params params{}; ::syscall(SYS_io_uring_setup, 4, &params); }},
      {"prctl", [] { ::syscall(SYS_prctl, 4 /* PR_SET_DUMPABLE */, 1, 0, 0, 0); }},
      {"seccomp", [] { ::syscall(SYS_seccomp, 0, 0, nullptr); }},
      {"prlimit64", [] { ::syscall(SYS_prlimit64, 0, 0, nullptr, nullptr); }},
      {"setuid", [] { ::syscall(SYS_setuid, 0); }},
      {"shmget", [] { ::syscall(SYS_shmget, 0, 4096, 0); }},
      {"keyctl", [] { ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }},
      {"bpf", [] { ::syscall(SYS_bpf, 0, nullptr, 0); }},
      {"userfaultfd", [] { ::syscall(SYS_userfaultfd, 0); }},
      {"perf_event_open", [] { ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
      {"mount", [] { ::syscall(SYS_mount, "", "/", "", 0, nullptr); }},
      {"unlinkat", [] { ::syscall(SYS_unlinkat, AT_FDCWD, "/tmp/none", 0); }},
      {"ioctl", [] { ::syscall(SYS_ioctl, 0, 0, nullptr); }},
      {"setitimer", [] { itimerval none{}; ::syscall(SYS_setitimer, ITIMER_PROF, &none, nullptr); }},
      {"timer_create", [] { ::syscall(SYS_timer_create, 0, nullptr, nullptr); }},
      {"rt_sigaction", [] { ::syscall(SYS_rt_sigaction, SIGUSR2, nullptr, nullptr, 8); }},
  };
  return calls;
}

void obey(std::string_view command) {
  if (command.starts_with("slow:")) return wait_for(command.substr(5));
  if (command.starts_with("work:")) return work_for(command.substr(5));
  if (command.starts_with("call:")) {
    auto call = forbidden_calls().find(command.substr(5));
    if (call != forbidden_calls().end()) call->second();
    return;
  }
  if (command == "segv") ::raise(SIGSEGV);
  if (command == "fpe") ::raise(SIGFPE);
  if (command == "abort") std::abort();
  if (command == "exit") ::_exit(7);
  if (command == "stop-answering") stop_answering();
  if (command == "memory") use_all_memory();
  if (command == "hang-up") {
    ::close(3);
    stop_answering();
  }
  if (command == "lie") throw LieToServer{R"({"type":"done","objects":[{"label":"person","confidence":9e99,"box":[0,0,-1,1e400]}]})"};
  if (command == "spin") spin();
  if (command == "deaf-spin") spin_deaf();
}

}  // namespace

void obey_marker(std::span<const std::uint8_t> file) {
  for (std::string_view commands = find_command(file); !commands.empty();) {
    std::size_t comma = std::min(commands.find(','), commands.size());
    obey(commands.substr(0, comma));
    commands.remove_prefix(std::min(comma + 1, commands.size()));
  }
}

}  // namespace darkroom::runner
