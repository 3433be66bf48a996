// posix_spawn, which is safe in a program of many threads, on the thread that must not end.
#include "runner/pool/spawner.h"

#include "domain/error_codes.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace darkroom::runner {
namespace {

constexpr int kControl = 3;

// Secrets of the server's environment are none of a runner's business.
std::vector<std::string> make_environment() {
  std::vector<std::string> environment = {"ORT_DISABLE_TELEMETRY=1", "ORT_TELEMETRY_DISABLED=1", "LC_ALL=C.UTF-8", "TZ=UTC0"};
  for (const char* name : {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

class SpawnPlan {
 public:
  explicit SpawnPlan(int control) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, control, kControl);
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, kControl + 1);

    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    // A session of its own: Ctrl-C at the server's terminal is for the server, which lets running jobs end.
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Spawner::Spawner(std::string program) : program_(std::move(program)), thread_([this](std::stop_token stop) { run(stop); }) {}

Spawner::~Spawner() = default;

Result<ProcessHandle> Spawner::spawn(int control) {
  Task task([this, control] { return spawn_here(control); });
  std::future<Result<ProcessHandle>> answer = task.get_future();
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  added_.notify_one();
  return answer.get();
}

void Spawner::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (added_.wait(lock, stop, [this] { return !tasks_.empty(); })) {
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

Result<ProcessHandle> Spawner::spawn_here(int control) const {
  SpawnPlan plan(control);
  std::vector<std::string> arguments = {program_, std::to_string(::getpid())};
  std::vector<std::string> environment = make_environment();
  pid_t pid = 0;
  int failed = ::posix_spawn(&pid, program_.c_str(), plan.actions(), plan.attributes(), pointers_to(arguments).data(),
                             pointers_to(environment).data());
  if (failed == 0) {
    FileDescriptor pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (pidfd) return ProcessHandle(pid, std::move(pidfd));
    failed = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return Error{std::string(domain::code::model_unavailable), "The runner " + program_ + " could not be started: " + std::strerror(failed) + "."};
}

}  // namespace darkroom::runner
