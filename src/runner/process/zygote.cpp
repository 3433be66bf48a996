// Order of a zygote: what needs files, the wall, the model, then forks until the server hangs up.
#include "runner/process/zygote.h"

#include "base/fail_point.h"
#include "base/file_descriptor.h"
#include "domain/error_codes.h"
#include "domain/printable.h"
#include "imaging/heif_module.h"
#include "inference/engine.h"
#include "runner/process/child.h"
#include "runner/process/progress.h"
#include "runner/process/soft_stop.h"
#include "runner/process/system_calls.h"
#include "runner/process/wall.h"
#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"

#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>

namespace darkroom::runner {
namespace {

constexpr int kOutOfMemoryScore = 500;  // the kernel shall take a runner before the server
constexpr rlim_t kMostDescriptors = 32;
constexpr std::size_t kLongestMessage = 1'000;           // that the server reads
constexpr std::int64_t kLoadingFactor = 4;  // a model's file, its parsed form, its packed weights, and room

Error unavailable(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

void write_text(const char* path, const std::string& text) {
  FileDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  if (file) static_cast<void>(::write(file.get(), text.data(), text.size()) < 0);
}

class Zygote {
 public:
  Zygote(int control, Init init, FileDescriptor model) : control_(control), init_(std::move(init)), model_(std::move(model)) {}

  // Answers Ready or LoadFailed.
  bool prepare() {
    Result<Ready> ready = try_to_prepare();
    if (!ready) return send_frame(control_, encode(load_failed(ready.error()))) && false;
    std::string told = encode(*ready);
    if (told.size() <= kLargestFrame) return send_frame(control_, told);
    return send_frame(control_, encode(load_failed(unavailable("What the model's file says about itself is longer than 16 MB.")))) && false;
  }

  // Until the server hangs up.
  int serve() {
    FrameReader reader(Descriptors::accepted);
    while (true) {
      pollfd watched[] = {{control_, POLLIN, 0}, {signals_.get(), POLLIN, 0}};
      if (::poll(watched, 2, -1) < 0) continue;
      if (watched[1].revents != 0) report_ended_children();
      if (watched[0].revents == 0) continue;
      FrameReader::Progress progress = reader.read(control_, MSG_DONTWAIT);
      if (progress == FrameReader::Progress::more) continue;
      if (progress != FrameReader::Progress::complete) return 0;
      Result<ServerMessage> message = decode_server_message(reader.take_body());
      FileDescriptor jobs = reader.take_descriptor();
      if (!message || !std::holds_alternative<Fork>(*message) || !jobs) return 1;
      if (std::optional<int> status = fork_child(std::move(jobs))) return *status;
    }
  }

 private:
  Result<Ready> try_to_prepare() {
    if (init_.photo.heif) imaging::open_heif_module();
    try {
      engine_ = inference::make_engine(init_.model);
      engine_->open();
    } catch (const std::exception& broken) {
      return unavailable("The engine '" + std::string(domain::to_string(init_.model.engine)) + "' could not be started: " + broken.what());
    }
    prepare_process();
    Result<std::string> level = raise_wall({init_.uid, init_.gid, init_.user, init_.require_sandbox});
    if (!level) return level.error();
    Result<domain::ModelReport> report = load();
    if (!report) return report.error();
    ::malloc_trim(0);  // what loading has left over would be copied into each child that touches it
    return Ready{*level, engine_->version(), std::move(*report)};
  }

  LoadFailed load_failed(const Error& why) const {
    bool ambiguous = why.code == domain::code::model_ambiguous;
    return {{why.code, domain::printable(why.message, kLongestMessage)}, ambiguous ? engine_->candidates() : std::vector<domain::Candidate>{}};
  }

  // All that needs files, or that the wall forbids.
  void prepare_process() {
    soft_stop::install(*engine_);
    progress::install(kJobSocket);
    ::tzset();  // a library that asks for the local time later finds it known
    sigset_t child_ended;
    ::sigemptyset(&child_ended);
    ::sigaddset(&child_ended, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
    signals_ = FileDescriptor(::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
    memory_ = FileDescriptor(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
    write_text("/proc/self/oom_score_adj", std::to_string(kOutOfMemoryScore));
    if (init_.nice != 0) ::setpriority(PRIO_PROCESS, 0, init_.nice);
    // What a runner prints after this is made of untrusted bytes and has no business in the server's log.
    FileDescriptor nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (int standard = 0; standard <= 2; ++standard) ::dup2(nowhere.get(), standard);

    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &none);
    rlimit descriptors{kMostDescriptors, kMostDescriptors};
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    // The hard limit stays open, since a child's own limit counts from what the loaded model takes up.
    rlimit space{static_cast<rlim_t>(address_space() + kLoadingFactor * init_.model_bytes + init_.memory_bytes), RLIM_INFINITY};
    ::setrlimit(RLIMIT_AS, &space);
  }

  Result<domain::ModelReport> load() {
    auto start = std::chrono::steady_clock::now();
    try {
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(init_.model_bytes));
      for (std::size_t have = 0; have < bytes.size();) {
        ssize_t got = ::pread(model_.get(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return unavailable("The model's file could not be read to its end.");
        have += static_cast<std::size_t>(got);
      }
      model_.reset();
      if (Result<void> loaded = engine_->load(bytes); !loaded) return loaded.error();
      domain::ModelReport report = engine_->report();
      auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
      if (report.load_micros == 0) report.load_micros = took.count();
      if (Result<void> valid = domain::validate(report); !valid) return valid.error();
      return report;
    } catch (const std::bad_alloc&) {
      return unavailable("The model needs more memory to load than the limit allows.");
    } catch (const std::exception& broken) {
      return unavailable(std::string("The model could not be loaded: ") + broken.what());
    }
  }

  // The descriptor was opened before the wall; it goes on telling this process's size.
  std::int64_t address_space() const {
    char text[64] = {};
    ssize_t length = ::pread(memory_.get(), text, sizeof text - 1, 0);
    std::int64_t pages = 0;
    if (length > 0) std::from_chars(text, text + length, pages);
    return pages * ::getpagesize();
  }

  // The exit status in the new child, nothing in the zygote. A plain fork() would give no pidfd, and the server needs one that the
  // zygote cannot have made up.
  std::optional<int> fork_child(FileDescriptor jobs) {
    ChildTask task{*engine_, init_, ::getpid(), address_space()};
    int pidfd = -1;
    long pid = ::syscall(SYS_clone, fork_flags(), nullptr, &pidfd, nullptr, nullptr);
    if (pid == 0) return run_child(std::move(jobs), task);
    if (pid < 0) {
      send_frame(control_, encode(LoadFailed{unavailable(std::string("The runner could not fork: ") + std::strerror(errno)), {}}));
      return std::nullopt;
    }
    FileDescriptor handle(pidfd);
    send_frame(control_, encode(Forked{static_cast<int>(pid)}), pidfd);
    return std::nullopt;
  }

  void report_ended_children() {
    signalfd_siginfo ignored;
    while (::read(signals_.get(), &ignored, sizeof ignored) > 0) {
    }
    int status = 0;
    while (pid_t pid = ::waitpid(-1, &status, WNOHANG)) {
      if (pid < 0) return;
      send_frame(control_, encode(Exited{pid, status}));
    }
  }

  int control_;
  Init init_;
  FileDescriptor model_;
  std::unique_ptr<inference::Engine> engine_;
  FileDescriptor signals_;
  FileDescriptor memory_;
};

}  // namespace

int run_zygote(int control, int parent) {
  die_with_parent(parent);
  ::close_range(static_cast<unsigned>(control) + 1, ~0U, 0);
  FrameReader reader(Descriptors::accepted);
  FrameReader::Progress progress;
  while ((progress = reader.read(control, 0)) == FrameReader::Progress::more) {
  }
  if (progress != FrameReader::Progress::complete) return 1;
  Result<ServerMessage> message = decode_server_message(reader.take_body());
  if (!message || !std::holds_alternative<Init>(*message)) return 1;
  Init& init = std::get<Init>(*message);
  if (init.test_mode && !arm_fail_points(init.fail_points)) return 1;
  Zygote zygote(control, std::move(init), reader.take_descriptor());
  return zygote.prepare() ? zygote.serve() : 1;
}

}  // namespace darkroom::runner
