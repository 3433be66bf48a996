#include "scheduler/builtin_schedules.h"

#include "calendar/next_slot.h"
#include "domain/maintenance.h"

namespace darkroom::scheduler {

std::vector<domain::Schedule> builtin_schedules(const std::string& zone) {
  auto schedule = [&](std::string name, std::string cron, std::string_view kind) {
    return domain::Schedule{.name = std::move(name), .cron = std::move(cron), .zone = zone, .kind = std::string(kind)};
  };
  return {
      schedule("prune", "30 3 * * *", domain::kind::prune),
      schedule("sweep_blobs", "17 * * * *", domain::kind::sweep_blobs),
      schedule("cleanup", "*/10 * * * *", domain::kind::cleanup),
      schedule("watch_resources", "* * * * *", domain::kind::watch_resources),
  };
}

Result<int> ensure_builtin_schedules(store::Store& store, const std::string& zone, Time now) {
  int made = 0;
  for (const domain::Schedule& schedule : builtin_schedules(zone)) {
    auto slot = calendar::next_slot(schedule, now);
    if (!slot) return slot.error();
    if (store.add_schedule(schedule, *slot, {"system", "built in"}, now)) ++made;
  }
  return made;
}

}  // namespace darkroom::scheduler
