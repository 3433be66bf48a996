#include "base/clock.h"

#include <cstdio>
#include <ctime>

namespace darkroom {

std::string to_rfc3339(Time time) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[40];
  std::size_t used = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + used, sizeof text - used, ".%03dZ", static_cast<int>(millis));
  return text;
}

namespace {

// The value of `count` digits at `at`; -1 when they are not digits.
int digits(const std::string& text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Reads ".123456" if it is there and moves `at` behind it.
std::optional<Duration> fraction(const std::string& text, std::size_t& at) {
  if (at >= text.size() || text[at] != '.') return Duration(0);
  std::size_t begin = ++at;
  Duration value{0};
  for (int weight = 100'000; at < text.size() && digits(text, at, 1) >= 0; ++at, weight /= 10) value += Duration(digits(text, at, 1) * weight);
  if (at == begin || at - begin > 6) return std::nullopt;
  return value;
}

// "Z" or "+09:00", to the end of the text.
std::optional<std::chrono::minutes> offset(const std::string& text, std::size_t at) {
  if (text.substr(at) == "Z" || text.substr(at) == "z") return std::chrono::minutes(0);
  if (text.size() != at + 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') return std::nullopt;
  int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  auto east = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[at] == '+' ? east : -east;
}

}  // namespace

std::optional<Time> from_rfc3339(const std::string& text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':') return std::nullopt;
  int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  auto part = fraction(text, at);
  auto east = part ? offset(text, at) : std::nullopt;
  if (!east) return std::nullopt;
  return Time(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second) + *part - *east);
}

Time SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace darkroom
