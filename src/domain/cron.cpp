#include "domain/cron.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

namespace darkroom::domain {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<int, 12> kLongestMonths = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
constexpr std::uint64_t kAllHours = (1ULL << 24) - 1;

struct Field {
  std::string_view name;
  int least = 0;
  int most = 0;
  const std::string_view* names = nullptr;  // of the values from `least` on
  int name_count = 0;
  std::string_view allowed;
};

constexpr std::array<Field, 5> kFields = {{
    {"minute", 0, 59, nullptr, 0, "0 to 59"},
    {"hour", 0, 23, nullptr, 0, "0 to 23"},
    {"day of month", 1, 31, nullptr, 0, "1 to 31"},
    {"month", 1, 12, kMonths.data(), 12, "1 to 12 or jan to dec"},
    {"day of week", 0, 7, kWeekdays.data(), 7, "0 to 7 (0 and 7 are Sunday) or sun to sat"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kMacros = {{
    {"@hourly", "0 * * * *"},
    {"@daily", "0 0 * * *"},
    {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},
    {"@monthly", "0 0 1 * *"},
    {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"},
}};

bool has(std::uint64_t set, unsigned value) { return (set >> value) & 1U; }

Error refuse(std::string message) { return {std::string(code::invalid_field), std::move(message)}; }

Error refuse_field(const Field& field, std::string_view part, std::string_view why) {
  return refuse("cron has '" + std::string(part) + "' in its " + std::string(field.name) + " field, which " + std::string(why) + ". Allowed are " +
                std::string(field.allowed) + ", *, ranges as a-b, steps as */n or a-b/n, and lists of these with commas.");
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    auto at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  std::vector<std::string_view> words;
  for (auto begin = text.find_first_not_of(kBlank); begin != std::string_view::npos; begin = text.find_first_not_of(kBlank)) {
    text.remove_prefix(begin);
    words.push_back(text.substr(0, text.find_first_of(kBlank)));
    text.remove_prefix(words.back().size());
  }
  return words;
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = !text.empty() && text.front() != '-' && error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::optional<int> value_of(const Field& field, std::string_view text) {
  for (int i = 0; i < field.name_count; ++i) {
    auto same = [](char a, char b) { return (a | 0x20) == b; };
    if (std::ranges::equal(text, field.names[i], same)) return field.least + i;
  }
  auto number = number_of(text);
  return number && *number >= field.least && *number <= field.most ? number : std::nullopt;
}

// "*", "5", "mon-fri", "*/15" or "1-9/2" as a set.
Result<std::uint64_t> parse_part(const Field& field, std::string_view part) {
  auto slash = part.find('/');
  std::string_view range = part.substr(0, slash);
  int first = field.least, last = field.most, step = 1;
  if (range != "*") {
    auto dash = range.find('-');
    auto from = value_of(field, range.substr(0, dash));
    auto to = dash == std::string_view::npos ? from : value_of(field, range.substr(dash + 1));
    if (!from || !to) return refuse_field(field, part, "is not a value of it");
    // fri-sun ends on the Sunday after.
    if (field.most == 7 && *to == 0 && *from > 0) to = 7;
    if (*from > *to) return refuse_field(field, part, "is a range that ends before it begins");
    if (slash != std::string_view::npos && dash == std::string_view::npos) return refuse_field(field, part, "is a step without a range to go through");
    first = *from, last = *to;
  }
  if (slash != std::string_view::npos) {
    auto number = number_of(part.substr(slash + 1));
    int longest = field.most - field.least + 1;
    if (!number || *number < 1 || *number > longest) return refuse_field(field, part, "has a step that is not 1 to " + std::to_string(longest));
    step = *number;
  }
  std::uint64_t set = 0;
  for (int value = first; value <= last; value += step) set |= 1ULL << value;
  return set;
}

Result<std::uint64_t> parse_field(const Field& field, std::string_view text) {
  std::uint64_t set = 0;
  for (std::string_view part : split(text, ',')) {
    auto values = parse_part(field, part);
    if (!values) return values.error();
    set |= *values;
  }
  return set;
}

bool has_a_date(const Cron& cron) {
  if (!cron.any_weekday && !cron.any_day) return true;  // the days of the week alone are enough
  for (unsigned month = 1; month <= 12; ++month) {
    std::uint64_t dates = (2ULL << kLongestMonths[month - 1]) - 2;
    if (has(cron.months, month) && (cron.days & dates)) return true;
  }
  return false;
}

Result<std::array<std::string_view, 5>> fields_of(std::string_view text) {
  auto words = words_of(text);
  if (words.size() == 1 && words[0].front() == '@') {
    auto macro = std::ranges::find(kMacros, words[0], &std::pair<std::string_view, std::string_view>::first);
    if (macro == kMacros.end()) return refuse("cron has '" + std::string(words[0]) + "', which is no macro. Allowed are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually.");
    words = words_of(macro->second);
  }
  if (words.size() != 5) {
    return refuse("cron must have five fields (minute, hour, day of month, month, day of week); '" + std::string(text) + "' has " + std::to_string(words.size()) +
                  ". An example: 30 3 * * * is every day at 03:30.");
  }
  return std::array{words[0], words[1], words[2], words[3], words[4]};
}

bool matches_day(const Cron& cron, local_days day) {
  bool by_date = has(cron.days, static_cast<unsigned>(year_month_day(day).day()));
  bool by_weekday = has(cron.weekdays, std::chrono::weekday(day).c_encoding());
  return cron.any_day || cron.any_weekday ? by_date && by_weekday : by_date || by_weekday;
}

std::optional<int> lowest_from(std::uint64_t set, int from) {
  std::uint64_t rest = from < 64 ? set >> from << from : 0;
  return rest ? std::optional(__builtin_ctzll(rest)) : std::nullopt;
}

// The first matching minute of a matching day, `from` minutes after its midnight or later.
std::optional<std::chrono::minutes> match_in_day(const Cron& cron, std::chrono::minutes from) {
  int hour = static_cast<int>(from.count() / 60), minute = static_cast<int>(from.count() % 60);
  if (has(cron.hours, static_cast<unsigned>(hour))) {
    if (auto found = lowest_from(cron.minutes, minute)) return std::chrono::hours(hour) + std::chrono::minutes(*found);
  }
  auto later = lowest_from(cron.hours, hour + 1);
  if (!later) return std::nullopt;
  return std::chrono::hours(*later) + std::chrono::minutes(*lowest_from(cron.minutes, 0));
}

}  // namespace

bool Cron::every_hour() const { return hours == kAllHours; }

Result<Cron> parse_cron(std::string_view text) {
  auto fields = fields_of(text);
  if (!fields) return fields.error();
  Cron cron;
  std::array<std::uint64_t*, 5> sets = {&cron.minutes, &cron.hours, &cron.days, &cron.months, &cron.weekdays};
  for (std::size_t i = 0; i < sets.size(); ++i) {
    auto set = parse_field(kFields[i], (*fields)[i]);
    if (!set) return set.error();
    *sets[i] = *set;
  }
  if (has(cron.weekdays, 7)) cron.weekdays = (cron.weekdays | 1U) & 0x7f;
  cron.any_day = (*fields)[2].front() == '*';
  cron.any_weekday = (*fields)[4].front() == '*';
  if (!has_a_date(cron)) {
    return refuse("cron '" + std::string(text) + "' has no date in any year: the day of month field has '" + std::string((*fields)[2]) + "' and the month field '" +
                  std::string((*fields)[3]) + "'. Choose a day that one of these months has.");
  }
  return cron;
}

std::optional<LocalMinute> next_match(const Cron& cron, LocalMinute from, LocalMinute until) {
  while (from < until) {
    local_days day = std::chrono::floor<days>(from);
    year_month_day date(day);
    if (!has(cron.months, static_cast<unsigned>(date.month()))) {
      from = local_days((date.year() / date.month() + std::chrono::months(1)) / 1);
      continue;
    }
    if (matches_day(cron, day)) {
      if (auto minute = match_in_day(cron, from - day)) return day + *minute < until ? std::optional<LocalMinute>(day + *minute) : std::nullopt;
    }
    from = day + days(1);
  }
  return std::nullopt;
}

}  // namespace darkroom::domain
