// Named time zones, from the tz database of the system.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace darkroom::calendar {

using LocalSecond = std::chrono::local_time<std::chrono::seconds>;

// A stretch of time in which the zone's clock shows UTC + offset.
struct Offset {
  Time begin{};  // inclusive; of the first and the last stretch some moment long ago or far off
  Time end{};    // exclusive
  std::chrono::seconds offset{};
};

class TimeZone {
 public:
  // Error: invalid_field for a name that the tz database does not have, with the nearest that it has; unavailable when there is no tz database.
  static Result<TimeZone> find(std::string_view name);

  const std::string& name() const { return name_; }
  Offset offset_at(Time time) const;
  // When the zone's clock shows `local`: the first time, if it is set back and shows it twice; the end of the jump, if it jumps over it.
  Time first_instant(LocalSecond local) const;

 private:
  explicit TimeZone(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

}  // namespace darkroom::calendar
