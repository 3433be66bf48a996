#include "calendar/time_zone.h"

#include "domain/error_codes.h"

#include <date/tz.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace darkroom::calendar {
namespace {

// The library's first and last stretches reach beyond what Time can hold.
Time clamped(date::sys_seconds time) {
  constexpr std::chrono::seconds kFar = std::chrono::hours(24) * 366 * 9000;
  return Time{std::clamp(time.time_since_epoch(), -kFar, kFar)};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

// "seoul" and "asia/seoul" mean Asia/Seoul; empty when nothing is near.
std::string nearest(std::string_view name) {
  std::string wanted = lower_case(name);
  for (const auto& zone : date::get_tzdb().zones) {
    std::string known = lower_case(zone.name());
    if (known == wanted || known.ends_with("/" + wanted)) return zone.name();
  }
  return "";
}

const date::time_zone& zone_named(const std::string& name) { return *date::locate_zone(name); }

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  try {
    if (date::get_tzdb().zones.empty()) throw std::runtime_error("no zones");
  } catch (const std::runtime_error&) {
    return Error{std::string(domain::code::unavailable), "The time zones of this system cannot be read. Install the package tzdata."};
  }
  try {
    zone_named(std::string(name)).get_info(date::sys_seconds{});
  } catch (const std::runtime_error&) {
    std::string near = nearest(name);
    return Error{std::string(domain::code::invalid_field), "zone '" + std::string(name) + "' is none that there is. " +
                                                               (near.empty() ? "Use a name of the tz database, as Asia/Seoul, Europe/Berlin or UTC." : "Did you mean " + near + "?")};
  }
  return TimeZone(std::string(name));
}

Offset TimeZone::offset_at(Time time) const {
  date::sys_info info = zone_named(name_).get_info(std::chrono::floor<std::chrono::seconds>(time));
  return {clamped(info.begin), clamped(info.end), info.offset};
}

Time TimeZone::first_instant(LocalSecond local) const {
  date::local_info info = zone_named(name_).get_info(date::local_seconds{local.time_since_epoch()});
  if (info.result == date::local_info::nonexistent) return clamped(info.second.begin);
  return Time{local.time_since_epoch() - info.first.offset};
}

}  // namespace darkroom::calendar
