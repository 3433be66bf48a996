// setitimer(ITIMER_PROF) counts what all threads of the process spend, in user and in system code; SIGPROF has its default action here.
#include "runner/process/decode_budget.h"

#include <sys/time.h>

#include <algorithm>
#include <chrono>

namespace darkroom::runner {
namespace {

constexpr std::int64_t kMegapixel = 1'000'000;
constexpr std::chrono::microseconds kLeast{1};  // none at all would mean no bound

void set_timer(std::chrono::microseconds time) {
  itimerval timer{};
  timer.it_value = {.tv_sec = time.count() / 1'000'000, .tv_usec = time.count() % 1'000'000};
  ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace

DecodeBudget::DecodeBudget(const domain::PhotoLimits& limits, std::int64_t pixels) {
  std::chrono::microseconds of_pixels(std::chrono::microseconds(limits.decode_time_of_megapixel).count() * pixels / kMegapixel);
  set_timer(std::max(kLeast, limits.decode_time + of_pixels));
}

DecodeBudget::~DecodeBudget() { set_timer(std::chrono::microseconds(0)); }

}  // namespace darkroom::runner
