// When a cron expression fires in a time zone, also when the zone's clock is set forward or back.
//
// A slot is an instant, the same for everyone, and slots only rise. Two kinds of schedule are told apart, as cron(8) does, by their hours:
//
//   every hour   (`*`, all 24) fires whenever the clock on the wall shows a match. */15 goes on every 15 minutes of real time when the clock
//                jumps; an hour that comes twice is two hours, an hour that is left out was none.
//   fixed hours  (all others) means the time of day. A time that comes twice fires the first time only. A time that is jumped over fires at the
//                end of the jump; several of one jump (also of a day that a zone leaves out) fire there once, together.
//
// cron(8) also counts a schedule with a wildcard for minutes alone or a step of hours (`*/15 2 * * *`, `0 */2 * * *`) to the first kind and so leaves
// it out or doubles it; here it has fixed hours.
#pragma once

#include "calendar/time_zone.h"
#include "domain/cron.h"
#include "domain/schedule.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::calendar {

// The farthest that a search looks ahead: 29 February on a chosen day of the week may be 40 years off.
inline constexpr std::chrono::days kHorizon{50 * 366};

// The next slot strictly after a time; none: it does not fire within the horizon.
std::optional<Time> next_after(const domain::Cron& cron, const TimeZone& zone, Time after);

// The next slots of an expression in a zone of this name, at most so many: fewer of one that fires no more within the horizon. Errors: invalid_field, unavailable.
Result<std::vector<Time>> next_slots(std::string_view cron, const std::string& zone, Time after, std::size_t count);

// The next one from the texts of a schedule, all of which are checked. Errors: invalid_field, unavailable.
Result<Time> next_slot(const domain::Schedule& schedule, Time after);

}  // namespace darkroom::calendar
