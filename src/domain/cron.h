// Cron expressions: five fields (minute, hour, day of month, month, day of week), as cron(5) has them, matched against a clock on the wall.
//
//   field     numbers, names (jan-dec, sun-sat), ranges a-b, steps */n and a-b/n, lists of these with commas; 7 is Sunday too
//   macros    @hourly @daily @midnight @weekly @monthly @yearly @annually
//   days      when both day fields are restricted (begin with no '*'), a day matches by either of them; otherwise it must match both
//
// What a zone's jumps make of the wall's clock is told in calendar/next_slot.h.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::domain {

using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

// Bit n of a set stands for the value n.
struct Cron {
  std::uint64_t minutes = 0;
  std::uint64_t hours = 0;
  std::uint64_t days = 0;      // of the month, 1..31
  std::uint64_t months = 0;    // 1..12
  std::uint64_t weekdays = 0;  // 0..6, 0 is Sunday
  bool any_day = false;        // the field begins with '*'
  bool any_weekday = false;

  // It fires in each of the 24 hours, so that no hour of the wall's clock means anything to it.
  bool every_hour() const;
  bool operator==(const Cron&) const = default;
};

// Error: invalid_field, naming the field and what it allows. Dates that no year has (30 February) are refused.
Result<Cron> parse_cron(std::string_view text);

// The first minute from `from` on and before `until` that matches.
std::optional<LocalMinute> next_match(const Cron& cron, LocalMinute from, LocalMinute until);

}  // namespace darkroom::domain
