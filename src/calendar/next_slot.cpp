#include "calendar/next_slot.h"

#include "domain/error_codes.h"

namespace darkroom::calendar {
namespace {

using domain::LocalMinute;
using std::chrono::ceil;
using std::chrono::floor;
using std::chrono::minutes;

using LocalTime = std::chrono::local_time<Duration>;

LocalTime shown(Time time, std::chrono::seconds offset) { return LocalTime{time.time_since_epoch() + offset}; }

LocalMinute minute_after(LocalTime local) { return floor<minutes>(local) + minutes(1); }

// first_instant() never falls when the local time rises, so the first local match whose instant is late enough is the answer.
std::optional<Time> next_of_fixed_hours(const domain::Cron& cron, const TimeZone& zone, Time after) {
  LocalMinute from = minute_after(shown(after, zone.offset_at(after).offset));
  LocalMinute until = from + kHorizon;
  for (;;) {
    auto local = next_match(cron, from, until);
    if (!local) return std::nullopt;
    Time slot = zone.first_instant(*local);
    if (slot > after) return slot;
    from = *local + minutes(1);
  }
}

// Within one stretch of constant offset the wall's clock runs evenly: the match is looked for stretch by stretch.
std::optional<Time> next_of_every_hour(const domain::Cron& cron, const TimeZone& zone, Time after) {
  Time horizon = after + kHorizon;
  Offset stretch = zone.offset_at(after);
  LocalMinute from = minute_after(shown(after, stretch.offset));
  for (;;) {
    Time end = std::min(stretch.end, horizon);
    LocalMinute until = ceil<minutes>(shown(end, stretch.offset));
    if (auto local = next_match(cron, from, until)) return Time{local->time_since_epoch() - stretch.offset};
    if (end == horizon) return std::nullopt;
    stretch = zone.offset_at(stretch.end);
    from = ceil<minutes>(shown(stretch.begin, stretch.offset));
  }
}

}  // namespace

std::optional<Time> next_after(const domain::Cron& cron, const TimeZone& zone, Time after) {
  return cron.every_hour() ? next_of_every_hour(cron, zone, after) : next_of_fixed_hours(cron, zone, after);
}

Result<std::vector<Time>> next_slots(std::string_view text, const std::string& zone_name, Time after, std::size_t count) {
  auto cron = domain::parse_cron(text);
  if (!cron) return cron.error();
  auto zone = TimeZone::find(zone_name);
  if (!zone) return zone.error();
  std::vector<Time> slots;
  while (slots.size() < count) {
    auto slot = next_after(*cron, *zone, slots.empty() ? after : slots.back());
    if (!slot) break;
    slots.push_back(*slot);
  }
  if (!slots.empty()) return slots;
  return Error{std::string(domain::code::invalid_field), "cron '" + std::string(text) + "' does not fire within the next 50 years."};
}

Result<Time> next_slot(const domain::Schedule& schedule, Time after) {
  if (auto checked = domain::check_schedule(schedule); !checked) return checked.error();
  auto slots = next_slots(schedule.cron, schedule.zone, after, 1);
  if (!slots) return slots.error();
  return slots->front();
}

}  // namespace darkroom::calendar
