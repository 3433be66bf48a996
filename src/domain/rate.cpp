#include "domain/rate.h"

#include "domain/error_codes.h"

#include <charconv>
#include <optional>

namespace darkroom::domain {
namespace {

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> seconds_of(char unit) {
  if (unit == 's') return 1;
  if (unit == 'm') return 60;
  if (unit == 'h') return 3600;
  return std::nullopt;
}

std::optional<RateLimit> read_rate(std::string_view text) {
  auto slash = text.find('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return std::nullopt;
  auto starts = whole(text.substr(0, slash));
  auto unit = seconds_of(text.back());
  std::string_view count = text.substr(slash + 1, text.size() - slash - 2);
  auto units = count.empty() ? std::optional<std::int64_t>(1) : whole(count);
  constexpr std::int64_t kMostSeconds = std::chrono::seconds(kLongestWindow).count();
  if (!starts || !unit || !units || *starts < 1 || *starts > kMostStarts || *units < 1 || *units > kMostSeconds / *unit) return std::nullopt;
  return RateLimit{static_cast<int>(*starts), std::chrono::seconds(*units * *unit)};
}

}  // namespace

Result<RateLimit> parse_rate(std::string_view text) {
  if (auto rate = read_rate(text)) return *rate;
  return Error{std::string(code::invalid_field),
               "rate must be written STARTS/TIME, for example 10/m, 2/s, 100/h or 5/30s: 1 to 100000 starts, a time of at most 24h."};
}

std::string to_text(const RateLimit& rate) {
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(rate.window).count();
  char unit = 's';
  if (seconds % 3600 == 0) {
    unit = 'h';
    seconds /= 3600;
  } else if (seconds % 60 == 0) {
    unit = 'm';
    seconds /= 60;
  }
  return std::to_string(rate.starts) + "/" + (seconds == 1 ? "" : std::to_string(seconds)) + unit;
}

}  // namespace darkroom::domain
