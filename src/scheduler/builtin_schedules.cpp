#include "scheduler/builtin_schedules.h"

#include "base/log.h"
#include "calendar/next_slot.h"
#include "domain/maintenance.h"

namespace darkroom::scheduler {

std::vector<domain::Schedule> builtin_schedules(const std::string& zone) {
  std::vector<domain::Schedule> schedules;
  for (const domain::BuiltInSchedule& each : domain::kBuiltInSchedules) {
    schedules.push_back({.name = std::string(each.name), .cron = std::string(each.cron), .zone = zone, .kind = std::string(each.kind)});
  }
  return schedules;
}

Result<int> ensure_builtin_schedules(store::Store& store, const std::string& zone, Time now) {
  int made = 0;
  for (const domain::Schedule& schedule : builtin_schedules(zone)) {
    auto slot = calendar::next_slot(schedule, now);
    if (!slot) return slot.error();
    if (store.add_schedule(schedule, *slot, {"system", "built in"}, now)) ++made;
    if (store.keep_kind(schedule, "system", now)) log::warning("a built-in schedule ran something else and has its kind again", {{"schedule", schedule.name}, {"kind", schedule.kind}});
  }
  return made;
}

}  // namespace darkroom::scheduler
