// The schedules that every installation has.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/schedule.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace darkroom::scheduler {

// domain::kBuiltInSchedules in this zone.
std::vector<domain::Schedule> builtin_schedules(const std::string& zone);

// Makes those that are absent and leaves the others as people have changed them (one that shall not run is paused), but for their kind, which an older version
// let them change. Returns how many were made. Errors: invalid_field for an unknown zone, unavailable when the system has no tz database.
Result<int> ensure_builtin_schedules(store::Store& store, const std::string& zone, Time now);

}  // namespace darkroom::scheduler
