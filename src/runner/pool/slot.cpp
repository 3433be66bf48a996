// A slot: one child for each model and version, kept from job to job, replaced when it is used up.
#include "domain/error_codes.h"
#include "runner/pool/call_off.h"
#include "runner/pool/job_run.h"
#include "runner/pool/zygotes_state.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

namespace darkroom::runner {
namespace {

// A child between two jobs of a full line is not idle: to fork it anew for each would cost more than it frees.
constexpr std::chrono::seconds kTightIdle{1};

struct Seat {  // a child that is kept
  Child child;
  SteadyClock::time_point last_used = SteadyClock::now();
};

domain::Model preview_model() {
  domain::Model model;
  model.name = "preview";
  model.engine = domain::EngineKind::preview;
  model.version = "1";
  return model;
}

std::optional<Error> wrong_with(const domain::RenderOrder& order) {
  std::string code(domain::code::invalid_field);
  if (order.max_side < kSmallestPicture || order.max_side > kLargestPicture) {
    std::string bounds = std::to_string(kSmallestPicture) + " to " + std::to_string(kLargestPicture);
    return Error{code, "The longer side of a picture must be " + bounds + " pixels."};
  }
  if (order.quality < 1 || order.quality > 100) return Error{code, "The quality of a picture must be 1 to 100."};
  return std::nullopt;
}

// A job of one kind does not end in what the other kind gives: run_job() sees to that.
template <class End>
End narrow(AnyEnd end) {
  return std::visit(
      [](auto&& one) -> End {
        if constexpr (requires { End(std::move(one)); }) return End(std::move(one));
        throw std::logic_error("a job ended as one of another kind");
      },
      std::move(end));
}

}  // namespace

struct Slot::State {
  explicit State(Zygotes::State& pool) : zygotes(pool) {}

  AnyEnd work(const domain::Model& model, const Job& job, const RunRequest& request);
  std::optional<AnyEnd> seat_child(Zygote& zygote, const RunContext& context);
  void clear_seat(Zygote& zygote);
  void release(SteadyClock::time_point since);
  std::string take_thumbnail();

  Zygotes::State& zygotes;
  CallOff call_off;
  std::map<Zygote*, Seat> seats;
  Zygote* owing = nullptr;  // whose child owes a thumbnail
};

void Slot::State::clear_seat(Zygote& zygote) {
  auto seat = seats.find(&zygote);
  if (seat == seats.end()) return;
  zygote.dismiss(std::move(seat->second.child));
  seats.erase(seat);
  if (owing == &zygote) owing = nullptr;
}

void Slot::State::release(SteadyClock::time_point since) {
  for (auto seat = seats.begin(); seat != seats.end();) {
    auto& [zygote, held] = *seat++;
    if (zygote->is_retired() || held.last_used < since) clear_seat(*zygote);
  }
}

std::string Slot::State::take_thumbnail() {
  Zygote* zygote = std::exchange(owing, nullptr);
  if (zygote == nullptr) return "";
  std::optional<std::string> jpeg = await_thumbnail(seats.at(zygote).child, call_off.descriptor());
  if (!jpeg || zygote->is_retired()) clear_seat(*zygote);
  return jpeg.value_or("");
}

// None: the seat is taken by a child that is ready.
std::optional<AnyEnd> Slot::State::seat_child(Zygote& zygote, const RunContext& context) {
  if (auto seat = seats.find(&zygote); seat != seats.end()) {
    const Child& child = seat->second.child;
    bool fit = zygote.is_current(child) && !child.process.has_ended();
    if (fit && child.jobs_done < zygotes.config.jobs_per_child) return std::nullopt;
    clear_seat(zygote);
  }
  Result<Child> child = zygote.fork(context.call_off);
  if (!child) {
    if (child.error().code == kCalledOff) return domain::Interrupted{"The run was called off."};
    return domain::Failed{child.error(), domain::Failed::Kind::transient};
  }
  Seat& seat = seats.emplace(&zygote, Seat{std::move(*child)}).first->second;
  return await_warm(seat.child, context);
}

AnyEnd Slot::State::work(const domain::Model& model, const Job& job, const RunRequest& request) {
  take_thumbnail();  // one that nobody took
  release(SteadyClock::time_point::min());
  Zygote& zygote = zygotes.zygote_for(model);
  const PoolConfig& config = zygotes.config;
  RunContext context{zygote, config.run, domain::decode_budget(config.photo, request.pixel_count), call_off.descriptor()};
  if (std::optional<AnyEnd> end = seat_child(zygote, context)) {
    clear_seat(zygote);
    return std::move(*end);
  }
  // A child may answer faster than anyone looks: a run that was called off before it began is not begun.
  if (call_off.is_requested()) return domain::Interrupted{"The run was called off."};
  Seat& seat = seats.at(&zygote);
  JobRun run = run_job(seat.child, job, request.photo_fd, context);
  if (run.child == ChildIs::good) {
    ++seat.child.jobs_done;
    seat.last_used = SteadyClock::now();
    zygote.job_done();
  }
  if (seat.child.owes_thumbnail) owing = &zygote;
  // Of a retired version nothing stays.
  if (run.child == ChildIs::used_up || (zygote.is_retired() && owing == nullptr)) clear_seat(zygote);
  return std::move(run.end);
}

Slot::Slot(Zygotes& zygotes) : state_(std::make_unique<State>(*zygotes.state_)) {}

Slot::~Slot() {
  while (!state_->seats.empty()) state_->clear_seat(*state_->seats.begin()->first);
}

RunEnd Slot::run(const domain::Model& model, const RunRequest& request) {
  int side = std::clamp(request.thumbnail_side, 0, kLargestPicture);
  return narrow<RunEnd>(state_->work(model, Job{request.byte_count, side}, request));
}

RenderEnd Slot::render(const RunRequest& request, const domain::RenderOrder& order) {
  if (std::optional<Error> wrong = wrong_with(order)) return domain::Failed{*wrong, domain::Failed::Kind::permanent};
  return narrow<RenderEnd>(state_->work(preview_model(), Job{request.byte_count, 0, order}, request));
}

std::string Slot::take_thumbnail() { return state_->take_thumbnail(); }

void Slot::release_idle(std::chrono::steady_clock::time_point since) {
  if (state_->zygotes.tight) since = std::max(since, SteadyClock::now() - kTightIdle);
  state_->release(since);
}

void Slot::abandon() { state_->call_off.request(); }

void Slot::rearm() { state_->call_off.rearm(); }

}  // namespace darkroom::runner
