// Why a job is not running, as a code and a sentence with the numbers and what to do about it.
#pragma once

#include "base/result.h"
#include "domain/job.h"
#include "domain/rate.h"
#include "domain/start_estimate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::domain {

namespace why {
inline constexpr std::string_view finished = "finished";
inline constexpr std::string_view running = "running";
inline constexpr std::string_view scheduled = "scheduled";
inline constexpr std::string_view retry_wait = "retry_wait";
inline constexpr std::string_view paused = "paused";
inline constexpr std::string_view no_worker = "no_worker";
inline constexpr std::string_view draining = "draining";
inline constexpr std::string_view concurrency_limited = "concurrency_limited";
inline constexpr std::string_view rate_limited = "rate_limited";
inline constexpr std::string_view next = "next";
inline constexpr std::string_view in_line = "in_line";
}  // namespace why

// A living process and what of it bears on the job.
struct Server {
  std::string name;
  int slots = 0;
  bool has_model = false;
  bool draining = false;
};

struct Situation {
  // the job
  JobState state = JobState::queued;
  std::string queue;
  std::string model;  // empty: it needs none
  std::int64_t image = 0;
  bool can_run = true;  // false: the model is gone, or refused, wherever one has looked
  int attempt = 0;
  int max_attempts = 0;
  std::optional<Error> error = {};
  Time run_at{};
  std::optional<Time> started_at = {};
  std::optional<Time> finished_at = {};
  std::string worker = {};
  // its queue
  bool paused = false;
  std::string paused_by = {};
  std::string pause_reason = {};
  std::int64_t running = 0;  // of the queue
  std::optional<int> concurrency = {};
  std::optional<RateLimit> rate = {};
  std::int64_t starts = 0;               // in the rate's window up to now
  std::optional<Time> next_start = {};   // when the window has room again
  // its line and those that serve it
  std::int64_t ahead = 0;  // also of other models, if they take the same slots and are more urgent
  bool over_limit = false;
  std::int64_t beside = 0;    // of its own priority, of other models that take the same slots: any of them may start before it
  bool shares_line = false;   // some of those that are ahead or beside are of other models
  std::vector<Server> servers = {};
  std::int64_t busy_slots = 0;  // of those that could run it
  std::optional<StartEstimate> estimate = {};
};

struct Reason {
  std::string_view code;
  std::string message;
  std::string korean = {};  // the same in Korean
};

// The first of the codes above that holds, in their order.
Reason why_waiting(const Situation& situation, Time now);

// 4 s, 3 min 20 s, 2 h 5 min: for people.
std::string in_words(Duration duration);

// Those that may start the job now: they have its model and are not draining.
int open_slots(const Situation& situation);

}  // namespace darkroom::domain
