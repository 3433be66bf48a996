// Slots of schedules that have come make their jobs, each once, on however many nodes this runs: the store lets one of them move a schedule on.
//
// A slot that is fired later than `on_time` after its moment was missed (nobody ran, or the clock was set forward); the schedule's policy says what becomes
// of those. Slots that are on time always make their own job.
//
// A schedule that stands beyond the slot that comes next was moved there by a clock that was ahead: it is set back, and no slot is fired twice by it.
#pragma once

#include "base/clock.h"
#include "domain/retry_policy.h"
#include "domain/schedule.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::scheduler {

struct FireSchedulesConfig {
  std::chrono::seconds on_time{60};
  int most_at_once = 100;          // schedules in one turn
  std::chrono::seconds longest_sleep{5};  // a belt: a wake-up that was missed costs no more than this
  bool has_others = false;        // other processes fire as well, each with the time zones of its own machine
};

// With the policy `all` at most so many missed slots make a job each, the newest ones.
inline constexpr int kMostMissed = 100;

// What is to be done about the due slots of one schedule, oldest first.
struct PlannedSlot {
  Time slot{};
  bool make_job = true;
  int missed = 0;  // further slots that this one stands for
  bool operator==(const PlannedSlot&) const = default;
};

// `due` in rising order, not empty; those before `on_time_from` were missed.
std::vector<PlannedSlot> plan_slots(domain::MissedPolicy policy, const std::vector<Time>& due, Time on_time_from);

class FireSchedules {
 public:
  // `retry` says how many attempts the jobs have, like those that people make.
  FireSchedules(const domain::RetryPolicy& retry, FireSchedulesConfig config, store::Store& store) : max_attempts_(retry.max_retries + 1), config_(config), store_(store) {}
  // Fires what is due and returns how long nothing more will be. A schedule that cannot be understood any more (its zone is gone) is paused with the reason;
  // one whose zone only this machine may lack is left to the others, which is logged once.
  Duration run_once(Time now);

 private:
  void fire_due(const store::ScheduleRecord& schedule, Time now);
  void set_back_if_ahead(const store::ScheduleRecord& schedule, Time now);
  bool is_left(const store::ScheduleRecord& schedule) const;
  std::optional<Time> next_slot() const;  // of those that are not left to others

  int max_attempts_;
  FireSchedulesConfig config_;
  store::Store& store_;
  std::map<std::string, std::string> left_;  // to others: names, and the zones that were not found
};

}  // namespace darkroom::scheduler
