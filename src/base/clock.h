// Time as a value: microseconds since the epoch, passed in by whoever owns a clock, so that tests move it by hand.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace darkroom {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

inline std::int64_t to_micros(Time time) { return time.time_since_epoch().count(); }
inline Time from_micros(std::int64_t micros) { return Time{Duration{micros}}; }

// UTC with milliseconds, as RFC 3339 writes it: 2026-01-31T09:30:00.123Z.
std::string to_rfc3339(Time time);

// A date and time as RFC 3339 writes it, with any offset (2026-01-31T18:30:00+09:00) and up to 6 digits of a second; nullopt for anything else.
std::optional<Time> from_rfc3339(const std::string& text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

}  // namespace darkroom
