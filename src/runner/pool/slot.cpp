// A slot: one child a model, kept from job to job, replaced when it is used up.
#include "runner/pool/job_run.h"
#include "runner/pool/zygotes_state.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <system_error>

namespace darkroom::runner {
namespace {

// Lets other threads call off a run: the one in progress, or else the next. It stays called off until rearmed, so that a call that comes
// just before the run begins is not lost.
class CallOff {
 public:
  CallOff() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
  }

  int descriptor() const { return wake_.get(); }
  void request() { static_cast<void>(::eventfd_write(wake_.get(), 1)); }
  void rearm() {
    eventfd_t ignored;
    static_cast<void>(::eventfd_read(wake_.get(), &ignored));
  }

 private:
  FileDescriptor wake_;
};

struct Seat {  // a child that is kept, and where it comes from
  Zygote* zygote = nullptr;
  Child child;
};

}  // namespace

struct Slot::State {
  explicit State(Zygotes::State& pool) : zygotes(pool) {}

  RunEnd run(const domain::Model& model, const RunRequest& request);
  std::optional<RunEnd> seat_child(Zygote& zygote, const RunContext& context);
  void clear_seat(const std::string& model);

  Zygotes::State& zygotes;
  CallOff call_off;
  std::map<std::string, Seat> seats;  // by the model's name
};

void Slot::State::clear_seat(const std::string& model) {
  auto seat = seats.find(model);
  if (seat == seats.end()) return;
  seat->second.zygote->dismiss(std::move(seat->second.child));
  seats.erase(seat);
}

// None: the model's seat is taken by a child that is ready.
std::optional<RunEnd> Slot::State::seat_child(Zygote& zygote, const RunContext& context) {
  const std::string& model = zygote.model().name;
  if (auto seat = seats.find(model); seat != seats.end()) {
    const Child& child = seat->second.child;
    bool fit = seat->second.zygote == &zygote && zygote.is_current(child) && !child.process.has_ended();
    if (fit && child.jobs_done < zygotes.config.jobs_per_child) return std::nullopt;
    clear_seat(model);
  }
  Result<Child> child = zygote.fork(context.call_off);
  if (!child) {
    if (child.error().code == kCalledOff) return domain::Interrupted{"The run was called off."};
    return domain::Failed{child.error(), domain::Failed::Kind::transient};
  }
  Seat& seat = seats.emplace(model, Seat{&zygote, std::move(*child)}).first->second;
  return await_warm(seat.child, context);
}

RunEnd Slot::State::run(const domain::Model& model, const RunRequest& request) {
  Zygote& zygote = zygotes.zygote_for(model);
  RunContext context{zygote, zygotes.config.run, call_off.descriptor()};
  if (std::optional<RunEnd> end = seat_child(zygote, context)) {
    clear_seat(model.name);
    return std::move(*end);
  }
  Child& child = seats.at(model.name).child;
  JobRun job = run_job(child, request, context);
  if (job.child == ChildIs::used_up) {
    clear_seat(model.name);
  } else {
    ++child.jobs_done;
    zygote.job_done();
  }
  return std::move(job.end);
}

Slot::Slot(Zygotes& zygotes) : state_(std::make_unique<State>(*zygotes.state_)) {}

Slot::~Slot() {
  while (!state_->seats.empty()) state_->clear_seat(std::string(state_->seats.begin()->first));
}

RunEnd Slot::run(const domain::Model& model, const RunRequest& request) { return state_->run(model, request); }

void Slot::abandon() { state_->call_off.request(); }

void Slot::rearm() { state_->call_off.rearm(); }

}  // namespace darkroom::runner
