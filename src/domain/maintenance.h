// The kinds of job that a schedule may run, and the schedules that every installation has, in one table each.
#pragma once

#include "domain/job.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace darkroom::domain {

namespace kind {
inline constexpr std::string_view prune = "maintenance.prune";
inline constexpr std::string_view sweep_blobs = "maintenance.sweep_blobs";
inline constexpr std::string_view cleanup = "maintenance.cleanup";
inline constexpr std::string_view watch_resources = "maintenance.watch_resources";
}  // namespace kind

struct MaintenanceKind {
  std::string_view name;
  std::string_view sentence;
};

inline constexpr std::array kMaintenanceKinds = {
    MaintenanceKind{kind::prune, "Removes history, events and photos that the retention rules no longer keep."},
    MaintenanceKind{kind::sweep_blobs, "Removes stored photos that no image has, and what broken-off uploads left behind."},
    MaintenanceKind{kind::cleanup, "Checks that all work has an owner, repairs what has none, and counts it by kind."},
    MaintenanceKind{kind::watch_resources, "Looks at disk space, the database's log, waiting times and failures, and raises or clears alerts."},
};

struct BuiltInSchedule {
  std::string_view name;
  std::string_view cron;
  std::string_view kind;
};

// Made at each start where they are absent, and given their kind where they have another, so that they can be paused, and fire at other times, but not be
// removed or run anything else.
inline constexpr std::array kBuiltInSchedules = {
    BuiltInSchedule{"prune", "30 3 * * *", kind::prune},
    BuiltInSchedule{"sweep_blobs", "17 * * * *", kind::sweep_blobs},
    BuiltInSchedule{"cleanup", "*/10 * * * *", kind::cleanup},
    BuiltInSchedule{"watch_resources", "* * * * *", kind::watch_resources},
};

// What it runs; empty: there is none of this name.
inline std::string_view kind_of_built_in(std::string_view name) {
  auto found = std::ranges::find(kBuiltInSchedules, name, &BuiltInSchedule::name);
  return found == kBuiltInSchedules.end() ? std::string_view() : found->kind;
}

inline bool is_built_in_schedule(std::string_view name) { return !kind_of_built_in(name).empty(); }

// Each kind waits for its own kind alone: a long prune must not silence the alerts.
inline std::string maintenance_lane(std::string_view kind) { return lane_of(kMaintenanceQueue, kind); }

}  // namespace darkroom::domain
