// The kinds of job that a schedule may run, in one table.
#pragma once

#include "domain/job.h"

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

// Each kind waits for its own kind alone: a long prune must not silence the alerts.
inline std::string maintenance_lane(std::string_view kind) { return lane_of(kMaintenanceQueue, kind); }

}  // namespace darkroom::domain
