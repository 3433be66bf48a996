// A schedule: which maintenance job is made at which times. The rule as people write it; when it fires is told by calendar/next_slot.h.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::domain {

// What becomes of slots that nobody was there to fire.
enum class MissedPolicy {
  skip,  // none of them runs; the newest is noted
  once,  // one job stands for all of them
  all,   // each makes its job, the newest 100 of them
};

std::string_view to_string(MissedPolicy policy);
std::optional<MissedPolicy> parse_missed_policy(std::string_view text);

struct Schedule {
  std::string name;         // [a-z0-9][a-z0-9_.-]{0,63}, see can_name_schedule()
  std::string cron;         // five fields or a macro, see domain/cron.h
  std::string zone;         // "Asia/Seoul"
  std::string kind;         // one of domain/maintenance.h
  std::string args = "{}";  // JSON object
  bool enabled = true;
  MissedPolicy missed = MissedPolicy::once;
  bool operator==(const Schedule&) const = default;
};

// Whether there can be a schedule of this name.
bool can_name_schedule(std::string_view name);

// Checks name, cron and kind; zone and args are checked where zones and JSON are known. Error: invalid_field, which begins with the
// field and says what is allowed.
Result<void> check_schedule(const Schedule& schedule);

}  // namespace darkroom::domain
