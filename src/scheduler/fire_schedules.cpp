#include "scheduler/fire_schedules.h"

#include "base/log.h"
#include "calendar/next_slot.h"

#include <algorithm>

namespace darkroom::scheduler {

using domain::MissedPolicy;

std::vector<PlannedSlot> plan_slots(MissedPolicy policy, const std::vector<Time>& due, Time on_time_from) {
  auto on_time = std::ranges::lower_bound(due, on_time_from);
  int missed = static_cast<int>(on_time - due.begin());
  std::vector<PlannedSlot> plan;
  switch (policy) {
    case MissedPolicy::skip:
      if (missed > 0) plan.push_back({*(on_time - 1), false, missed - 1});
      break;
    case MissedPolicy::once:
      if (missed > 0 && on_time == due.end()) plan.push_back({due.back(), true, missed - 1});
      break;
    case MissedPolicy::all: {
      int run = std::min(missed, kMostMissed);
      for (auto slot = on_time - run; slot != on_time; ++slot) plan.push_back({*slot, true, 0});
      if (run > 0) plan.front().missed = missed - run;
      break;
    }
  }
  for (auto slot = on_time; slot != due.end(); ++slot) {
    bool stands_for_missed = policy == MissedPolicy::once && slot == on_time;
    plan.push_back({*slot, true, stands_for_missed ? missed : 0});
  }
  return plan;
}

// What nobody has fired for so long nobody can.
constexpr std::chrono::hours kLeftToOthers{1};

void FireSchedules::fire_due(const store::ScheduleRecord& schedule, Time now) {
  auto cron = domain::parse_cron(schedule.rule.cron);
  auto zone = calendar::TimeZone::find(schedule.rule.zone);
  if (cron && !zone && config_.has_others && now - *schedule.next_slot < kLeftToOthers) {
    if (!is_left(schedule)) log::warning("schedule left to other processes", {{"schedule", schedule.rule.name}, {"problem", zone.error().message}});
    left_[schedule.rule.name] = schedule.rule.zone;
    return;
  }
  if (!cron || !zone) {
    const Error& error = cron ? zone.error() : cron.error();
    log::warning("schedule paused", {{"schedule", schedule.rule.name}, {"problem", error.message}});
    store_.pause_schedule(schedule.rule.name, {"scheduler", error.message}, now);
    return;
  }
  std::vector<Time> due;
  std::optional<Time> next = schedule.next_slot;
  for (; next && *next <= now; next = calendar::next_after(*cron, *zone, *next)) due.push_back(*next);
  std::vector<PlannedSlot> plan = plan_slots(schedule.rule.missed, due, now - config_.on_time);
  Time expected = *schedule.next_slot;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    std::optional<Time> then = i + 1 < plan.size() ? std::optional(plan[i + 1].slot) : next;
    store::Firing firing{.schedule = schedule.rule.name, .revision = schedule.revision, .expected = expected, .slot = plan[i].slot, .next_slot = then,
                         .make_job = plan[i].make_job, .missed = plan[i].missed, .max_attempts = max_attempts_};
    // False: another node was first, or the slot was fired before the clock was set back. What comes next is seen in the next turn.
    if (!store_.fire(firing, now)) return;
    expected = then.value_or(expected);
  }
}

void FireSchedules::set_back_if_ahead(const store::ScheduleRecord& schedule, Time now) {
  if (!schedule.next_slot || *schedule.next_slot <= now + config_.on_time) return;
  auto cron = domain::parse_cron(schedule.rule.cron);
  auto zone = calendar::TimeZone::find(schedule.rule.zone);
  if (!cron || !zone) return;
  auto latest = calendar::next_after(*cron, *zone, now + config_.on_time), next = calendar::next_after(*cron, *zone, now);
  if (!latest || !next || *schedule.next_slot <= *latest || !store_.set_back(schedule, *next, now)) return;
  log::warning("schedule set back: the clock was ahead when it was moved on", {{"schedule", schedule.rule.name}, {"from", to_rfc3339(*schedule.next_slot)}, {"to", to_rfc3339(*next)}});
}

bool FireSchedules::is_left(const store::ScheduleRecord& schedule) const {
  auto found = left_.find(schedule.rule.name);
  return found != left_.end() && found->second == schedule.rule.zone;
}

std::optional<Time> FireSchedules::next_slot() const {
  if (left_.empty()) return store_.next_slot_of_all();
  std::optional<Time> next;
  for (const store::ScheduleRecord& schedule : store_.list_schedules()) {
    if (schedule.next_slot && !is_left(schedule)) next = next ? std::min(*next, *schedule.next_slot) : *schedule.next_slot;
  }
  return next;
}

Duration FireSchedules::run_once(Time now) {
  for (const store::ScheduleRecord& schedule : store_.list_schedules()) set_back_if_ahead(schedule, now);
  for (const store::ScheduleRecord& schedule : store_.due_schedules(now, config_.most_at_once)) fire_due(schedule, now);
  auto next = next_slot();
  Duration longest = config_.longest_sleep;
  return next ? std::clamp(*next - now, Duration::zero(), longest) : longest;
}

}  // namespace darkroom::scheduler
