// One wait after another, each until the nearest of the moments at which there is something to do.
#include "runner/pool/patience.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace darkroom::runner {
namespace {

constexpr SteadyClock::time_point kNever = SteadyClock::time_point::max();
// A child that is asked answers before it goes on with anything else; what it spends until then is far below this.
constexpr std::chrono::microseconds kToAnswer{20'000};
constexpr std::chrono::microseconds kBetweenLooks{20'000};  // at least; a child that gets no processor would be looked at all the time

}  // namespace

Patience::Patience(Child& child, const domain::RunLimits& limits, int call_off) : child_(child), call_off_(call_off) {
  SteadyClock::time_point start = SteadyClock::now();
  soft_ = limits.soft < limits.hard ? start + limits.soft : kNever;
  hard_ = start + limits.hard;
}

void Patience::bound_decoding(std::chrono::microseconds budget) {
  spent_before_ = child_.process.processor_time();
  budget_ = budget;
  look_ = SteadyClock::now() + budget;  // it has one thread, so that no processor time passes faster than time does
}

Waited Patience::wait() {
  while (true) {
    Waited waited = wait_for_frame({child_.jobs.get(), child_.reader, child_.process, call_off_}, std::min({soft_, hard_, look_}));
    if (waited != Waited::too_late) return waited;
    SteadyClock::time_point now = SteadyClock::now();
    if (now >= hard_) return Waited::too_late;
    if (now >= soft_) {
      child_.process.signal(SIGUSR1);
      soft_ = kNever;
    }
    if (now >= look_ && !look(now)) return Waited::too_late;
  }
}

// Asks first: only who is asked says that it has decoded. False: the budget is used up.
bool Patience::look(SteadyClock::time_point now) {
  std::chrono::microseconds spent = child_.process.processor_time() - spent_before_;
  if (!asked_) {
    asked_ = true;
    child_.process.signal(SIGUSR2);
    budget_ = std::max(budget_, spent + kToAnswer);
  } else if (spent >= budget_) {
    too_costly_ = true;
    return false;
  }
  look_ = now + std::max(kBetweenLooks, budget_ - spent);
  return true;
}

bool Patience::take_decoded() {
  look_ = kNever;
  return std::exchange(asked_, false);
}

}  // namespace darkroom::runner
