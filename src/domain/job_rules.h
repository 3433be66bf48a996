// What becomes of a job when an attempt ends: the whole state machine behind `running`, as one pure function.
//
//   Succeeded            -> completed
//   Failed, permanent    -> failed
//   Failed, transient    -> scheduled after the back-off (or what the failure asks for, if that is longer, up to the longest delay) while attempts
//                           are left, else failed
//   Crashed              -> queued again, unless this photo's content has now crashed twice (quarantine) or no attempt is left: failed
//   Interrupted          -> queued again with the attempt refunded, at most five times, then failed
//   Postponed            -> scheduled after its delay with the attempt refunded, as often as it takes
#pragma once

#include "domain/job.h"
#include "domain/retry_policy.h"

#include <string_view>

namespace darkroom::domain {

inline constexpr int kCrashesUntilQuarantine = 2;
// The end of the message of the crash that quarantined its photo.
inline constexpr std::string_view kSaysQuarantined = " It is the second time for this photo, so it is quarantined.";
inline constexpr int kMostInterruptions = 5;

struct JobCounters {
  int attempt = 0;  // this run included
  int max_attempts = 0;
  int interruptions = 0;    // before this ending
  int content_crashes = 0;  // of this photo's content, before this ending
};

struct Transition {
  JobState state = JobState::failed;
  Time run_at{};               // for scheduled
  Error error;                 // empty code: none
  bool refund_attempt = false;
  bool crashed = false;
  bool interrupted = false;
  std::string_view event;      // type of the event that tells it
  std::string_view attempt_end;  // completed, failed, crashed, interrupted
};

// `random` in [0, 1) spreads the retries.
Transition decide(const Ending& ending, const JobCounters& counters, const RetryPolicy& policy, Time now, double random);

}  // namespace darkroom::domain
