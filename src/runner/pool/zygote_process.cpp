// Start, load, fork, and the news of children that have ended.
#include "runner/pool/zygote_process.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "runner/pool/model_file.h"
#include "runner/pool/wait_status.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace darkroom::runner {
namespace {

constexpr std::chrono::milliseconds kReapPatience{2'000};

Error unavailable(const std::string& why) { return Error{std::string(domain::code::model_unavailable), why}; }

Error too_late() { return unavailable("The model's process did not answer in time."); }

struct SocketPair {
  FileDescriptor ours;
  FileDescriptor theirs;
};

// Sending on our end gives up after a while: the other side may have stopped reading.
SocketPair make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::runtime_error(std::string("no socket for a runner: ") + std::strerror(errno));
  }
  SocketPair pair{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  timeval patience{5, 0};
  ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return pair;
}

std::uint64_t next_generation() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

// Pictures for people who look around wait for results that others wait for.
constexpr int kPreviewNicer = 10;
constexpr int kNicest = 19;

int nice_of(const PoolConfig& config, const domain::Model& model) {
  return model.engine == domain::EngineKind::preview ? std::min(config.nice + kPreviewNicer, kNicest) : config.nice;
}

Init make_init(const PoolConfig& config, const Account& account, const domain::Model& model) {
  Init init;
  init.model = model;
  init.photo = config.photo;
  init.memory_bytes = config.run.memory_bytes;
  init.uid = account.uid;
  init.gid = account.gid;
  init.user = account.name;
  init.nice = nice_of(config, model);
  init.require_sandbox = config.require_sandbox;
  init.test_mode = config.test_mode;
  init.fail_points = config.fail_points;
  return init;
}

// However much is said, waiting for something else ends in time.
Result<void> may_go_on(SteadyClock::time_point deadline, int call_off) {
  if (SteadyClock::now() >= deadline) return too_late();
  pollfd watched{call_off, POLLIN, 0};
  if (::poll(&watched, 1, 0) > 0) return Error{kCalledOff, "Called off."};
  return {};
}

}  // namespace

Started ZygoteProcess::start(const PoolParts& parts, const domain::Model& model, int call_off) {
  SteadyClock::time_point start = SteadyClock::now();
  SocketPair pair = make_socket_pair();
  Result<ProcessHandle> process = parts.spawner.spawn(pair.theirs.get());
  if (!process) return {nullptr, process.error()};
  pair.theirs.reset();
  std::unique_ptr<ZygoteProcess> zygote(new ZygoteProcess(parts, std::move(*process), std::move(pair.ours)));
  if (Result<void> loaded = zygote->load(model, call_off); !loaded) return {nullptr, loaded.error(), std::move(zygote->candidates_)};

  auto took = std::chrono::duration_cast<std::chrono::milliseconds>(SteadyClock::now() - start);
  log::info("model loaded", {{"model", model.name},
                             {"version", model.version},
                             {"pid", zygote->process_.pid()},
                             {"sandbox", zygote->sandbox_},
                             {"milliseconds", took.count()}});
  return {std::move(zygote)};
}

ZygoteProcess::ZygoteProcess(const PoolParts& parts, ProcessHandle process, FileDescriptor control)
    : config_(parts.config), account_(parts.account), process_(std::move(process)), control_(std::move(control)), generation_(next_generation()) {}

ZygoteProcess::~ZygoteProcess() {
  process_.signal(SIGKILL);
  if (!process_.reap(kReapPatience) && !process_.has_ended()) log::error("a runner does not end", {{"pid", process_.pid()}});
}

Result<void> ZygoteProcess::load(const domain::Model& model, int call_off) {
  Result<ModelFile> file = open_model_file(model);
  if (!file) return file.error();
  Init init = make_init(config_, account_, model);
  init.model_bytes = file->byte_count;
  int passed = file->descriptor ? file->descriptor.get() : -1;
  std::string told = encode(ServerMessage(std::move(init)));
  if (told.size() > kLargestFrame) return unavailable("The model's labels and recipe are longer than 16 MB.");
  if (!send_frame(control_.get(), told, passed)) return unavailable("The runner " + how_it_ended() + ".");

  SteadyClock::time_point deadline = SteadyClock::now() + config_.load_timeout;
  Result<ZygoteMessage> message = receive_answer(deadline, call_off);
  if (!message && message.error().code != kCalledOff && SteadyClock::now() >= deadline) {
    return unavailable("Loading and trying the model took longer than " + in_seconds(config_.load_timeout) + " and was stopped.");
  }
  if (!message) return message.error();
  if (auto* failed = std::get_if<LoadFailed>(&*message)) {
    candidates_ = std::move(failed->candidates);
    return failed->error;
  }
  auto* ready = std::get_if<Ready>(&*message);
  if (ready == nullptr) return unavailable("The runner gave an answer out of turn while it loaded the model.");
  sandbox_ = ready->sandbox;
  report_ = std::make_shared<const domain::ModelReport>(std::move(ready->report));
  return {};
}

std::string ZygoteProcess::how_it_ended() const {
  std::optional<int> status = process_.reap(std::chrono::milliseconds{200});
  if (!status) return "closed its socket";
  if (*status == SIGSYS) return "was ended (SIGSYS) when it tried what its sandbox forbids, such as to read another file";
  return "ended with " + describe_status(*status);
}

Result<ZygoteMessage> ZygoteProcess::receive(SteadyClock::time_point deadline, int call_off) {
  switch (wait_for_frame({control_.get(), reader_, process_, call_off}, deadline)) {
    case Waited::frame: break;
    case Waited::ended: return unavailable("The model's process " + how_it_ended() + ".");
    case Waited::too_late: return too_late();
    case Waited::nonsense: return unavailable("The model's process said more than is allowed.");
    case Waited::called_off: return Error{kCalledOff, "Called off."};
  }
  Result<ZygoteMessage> message = decode_zygote_message(reader_.take_body());
  if (!message) return unavailable(message.error().message);
  if (auto* exited = std::get_if<Exited>(&*message)) {
    if (auto child = children_.find(exited->pid); child != children_.end()) child->second = exited->status;
  }
  return message;
}

Result<ZygoteMessage> ZygoteProcess::receive_answer(SteadyClock::time_point deadline, int call_off) {
  while (true) {
    Result<ZygoteMessage> message = receive(deadline, call_off);
    if (!message || !std::holds_alternative<Exited>(*message)) return message;
    if (Result<void> going = may_go_on(deadline, call_off); !going) return going.error();
  }
}

Result<Child> ZygoteProcess::fork() {
  SocketPair pair = make_socket_pair();
  if (!send_frame(control_.get(), encode(ServerMessage(Fork{})), pair.theirs.get())) return unavailable("The model's process is gone.");
  pair.theirs.reset();
  Result<ZygoteMessage> message = receive_answer(SteadyClock::now() + config_.control_timeout, -1);
  if (!message) return message.error();
  if (auto* failed = std::get_if<LoadFailed>(&*message)) return failed->error;
  auto* forked = std::get_if<Forked>(&*message);
  FileDescriptor pidfd = reader_.take_descriptor();
  if (forked == nullptr || !pidfd) return unavailable("The model's process gave an answer out of turn.");
  children_[forked->pid] = std::nullopt;
  Child child;
  child.process = ProcessHandle(forked->pid, std::move(pidfd));
  child.jobs = std::move(pair.ours);
  child.generation = generation_;
  child.report = report_;
  return child;
}

std::optional<int> ZygoteProcess::exit_status(int pid) {
  SteadyClock::time_point deadline = SteadyClock::now() + config_.control_timeout;
  while (children_.contains(pid)) {
    if (std::optional<int> status = children_[pid]) {
      children_.erase(pid);
      return status;
    }
    Result<ZygoteMessage> message = receive(deadline, -1);
    if (!message || !std::holds_alternative<Exited>(*message) || (!children_[pid] && !may_go_on(deadline, -1))) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<int> ZygoteProcess::family() const {
  std::vector<int> pids = {process_.pid()};
  for (const auto& [pid, status] : children_) pids.push_back(pid);
  return pids;
}

void ZygoteProcess::forget(int pid) { children_.erase(pid); }

}  // namespace darkroom::runner
