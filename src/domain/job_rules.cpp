#include "domain/job_rules.h"

#include "domain/error_codes.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

Transition failed(Error error, std::string_view attempt_end) {
  Transition next;
  next.state = JobState::failed;
  next.error = std::move(error);
  next.event = "job.failed";
  next.attempt_end = attempt_end;
  return next;
}

struct Decide {
  const JobCounters& counters;
  const RetryPolicy& policy;
  Time now;
  double random;

  bool attempts_left() const { return counters.attempt < counters.max_attempts; }

  Transition operator()(const Succeeded&) const {
    Transition next;
    next.state = JobState::completed;
    next.event = "job.completed";
    next.attempt_end = "completed";
    return next;
  }

  Transition operator()(const Failed& ending) const {
    if (ending.kind == Failed::Kind::permanent || !attempts_left()) return failed(ending.error, "failed");
    Transition next;
    next.state = JobState::scheduled;
    Duration asked = std::min(ending.retry_after, policy.longest_delay);
    next.run_at = now + std::max(retry_delay(policy, counters.attempt, random), asked);
    next.error = ending.error;
    next.event = "job.retry_scheduled";
    next.attempt_end = "failed";
    return next;
  }

  Transition operator()(const Crashed& ending) const {
    Transition next;
    if (counters.content_crashes + 1 >= kCrashesUntilQuarantine) {
      next = failed({ending.error.code, ending.error.message + std::string(kSaysQuarantined)}, "crashed");
    } else if (!attempts_left()) {
      next = failed(ending.error, "crashed");
    } else {
      next.state = JobState::queued;
      next.error = ending.error;
      next.event = "job.crashed";
      next.attempt_end = "crashed";
    }
    next.crashed = true;
    return next;
  }

  Transition operator()(const Interrupted& ending) const {
    Transition next;
    if (counters.interruptions + 1 > kMostInterruptions) {
      next = failed({std::string(code::interrupted), "Processing was interrupted more than 5 times, last: " + ending.reason + ". Retry the job when the cause is found."},
                    "interrupted");
    } else {
      next.state = JobState::queued;
      next.event = "job.interrupted";
      next.attempt_end = "interrupted";
      next.error = {std::string(code::interrupted), ending.reason};
      next.refund_attempt = true;
    }
    next.interrupted = true;
    return next;
  }

  Transition operator()(const Postponed& ending) const {
    Transition next;
    next.state = JobState::scheduled;
    next.run_at = now + ending.delay;
    next.error = ending.error;
    next.event = "job.retry_scheduled";
    next.attempt_end = "interrupted";
    next.refund_attempt = true;
    return next;
  }
};

}  // namespace

Transition decide(const Ending& ending, const JobCounters& counters, const RetryPolicy& policy, Time now, double random) {
  return std::visit(Decide{counters, policy, now, random}, ending);
}

}  // namespace darkroom::domain
