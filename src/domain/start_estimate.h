// When a job that waits will start: the line in front of it is played through many times, each run taking as long as one of the newest runs of
// its lane took, and the middle of the outcomes is the estimate.
//
// What is played: slots that are busy end after what is left of a run as long as theirs already is; each start takes the slot that is free
// first, and waits for the rate limit; some starts go to jobs that come later and overtake, as often as it happened of late; and where starts came
// slower of late than the slots explain (they also serve other lanes), runs are stretched by that. Each play also doubts these
// habits, by as much as so few runs leave them open. An estimate that the plays do not agree on is not given as a number, only as a bound.
//
// It cannot foresee what has no past: a burst of more urgent jobs, a pause, a worker that comes or goes, photos of another size.
#pragma once

#include "base/clock.h"
#include "domain/rate.h"

#include <optional>
#include <vector>

namespace darkroom::domain {

// A finished run: since when it could have started, when it did, when it ended.
struct PastRun {
  Time due{};
  Time started{};
  Time finished{};
};

struct Line {
  std::int64_t ahead = 0;            // jobs that start before it, at most 10,000
  int slots = 0;                     // that may run its lane at the same time
  std::vector<Time> busy = {};       // since when each busy one of them is
  std::optional<RateLimit> rate = {};
  std::vector<Time> starts = {};     // the newest starts of the rate's window, oldest first
  std::vector<PastRun> past = {};    // the newest finished runs of the lane
  Time steady_since{};               // slots and limits are what they are since then: older gaps between starts say nothing
  std::optional<Time> not_before = {};
};

struct StartEstimate {
  Duration starts_in{};  // the middle of the plays
  Duration error{};      // half of the span that holds 90 % of them
  Duration at_most{};    // 19 of 20 plays are not later
  bool sharp = false;    // the span is narrow enough that the middle deserves to be told as a number
};

inline constexpr std::size_t kRunsToEstimate = 20;

// None without slots, or when fewer than 20 runs have finished. The same line gives the same estimate.
std::optional<StartEstimate> estimate_start(const Line& line, Time now);

// One of several in the same line.
struct InLine {
  std::int64_t ahead = 0;  // at most 10,000
  std::optional<Time> not_before = {};
};

// Of each, for what it costs to estimate the last one alone: a play goes past all of them. What the line says of `ahead` and `not_before` counts for nothing.
std::vector<std::optional<StartEstimate>> estimate_starts(const Line& line, const std::vector<InLine>& jobs, Time now);

}  // namespace darkroom::domain
