#include "domain/cron.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"
#include "domain/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::domain {
namespace {

using std::chrono::local_days;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::uint64_t set_of(std::initializer_list<int> values) {
  std::uint64_t set = 0;
  for (int value : values) set |= 1ULL << value;
  return set;
}

Cron parsed(std::string_view text) { return parse_cron(text).value(); }

std::string refused(std::string_view text) {
  auto cron = parse_cron(text);
  EXPECT_FALSE(cron) << text;
  if (cron) return "";
  EXPECT_EQ(cron.error().code, code::invalid_field);
  return cron.error().message;
}

// The next `count` matches after midnight of this day, as text in days and minutes of it.
std::vector<std::string> matches(std::string_view text, local_days from, int count) {
  std::vector<std::string> found;
  Cron cron = parsed(text);
  LocalMinute at = from;
  while (static_cast<int>(found.size()) < count) {
    auto match = next_match(cron, at, at + std::chrono::days(366 * 50));
    if (!match) break;
    std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(*match)};
    int minute = static_cast<int>((*match - local_days(date)).count());
    char line[32];
    std::snprintf(line, sizeof line, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), minute / 60,
                  minute % 60);
    found.emplace_back(line);
    at = *match + 1min;
  }
  return found;
}

constexpr local_days kJanuary = local_days(std::chrono::year(2026) / 1 / 1);  // a Thursday
using Lines = std::vector<std::string>;

TEST(Cron, ReadsListsRangesStepsAndNames) {
  Cron cron = parsed("0,30 8-10 1-9/4 JAN,mar-Apr Mon-fri");
  EXPECT_EQ(cron.minutes, set_of({0, 30}));
  EXPECT_EQ(cron.hours, set_of({8, 9, 10}));
  EXPECT_EQ(cron.days, set_of({1, 5, 9}));
  EXPECT_EQ(cron.months, set_of({1, 3, 4}));
  EXPECT_EQ(cron.weekdays, set_of({1, 2, 3, 4, 5}));
  EXPECT_EQ(parsed("*/20 * * * *").minutes, set_of({0, 20, 40}));
  EXPECT_EQ(parsed("  5\t4 * *   * "), parsed("5 4 * * *"));
}

TEST(Cron, SevenIsSundayAlsoAtTheEndOfARange) {
  EXPECT_EQ(parsed("0 0 * * 7").weekdays, set_of({0}));
  EXPECT_EQ(parsed("0 0 * * 7"), parsed("0 0 * * sun"));
  EXPECT_EQ(parsed("0 0 * * 5-7").weekdays, set_of({0, 5, 6}));
  EXPECT_EQ(parsed("0 0 * * fri-sun").weekdays, set_of({0, 5, 6}));
  EXPECT_EQ(parsed("0 0 * * sun-tue").weekdays, set_of({0, 1, 2}));
  EXPECT_EQ(parsed("0 0 * * *").weekdays, set_of({0, 1, 2, 3, 4, 5, 6}));
}

TEST(Cron, MacrosAreTheirFiveFields) {
  EXPECT_EQ(parsed("@hourly"), parsed("0 * * * *"));
  EXPECT_EQ(parsed("@daily"), parsed("0 0 * * *"));
  EXPECT_EQ(parsed("@midnight"), parsed("@daily"));
  EXPECT_EQ(parsed("@weekly"), parsed("0 0 * * sun"));
  EXPECT_EQ(parsed("@monthly"), parsed("0 0 1 * *"));
  EXPECT_EQ(parsed("@yearly"), parsed("0 0 1 1 *"));
  EXPECT_THAT(refused("@reboot"), HasSubstr("@hourly, @daily"));
}

TEST(Cron, RefusalsNameTheFieldAndWhatItAllows) {
  EXPECT_THAT(refused("60 * * * *"), AllOf(HasSubstr("its minute field"), HasSubstr("'60'"), HasSubstr("0 to 59")));
  EXPECT_THAT(refused("0 24 * * *"), AllOf(HasSubstr("its hour field"), HasSubstr("0 to 23")));
  EXPECT_THAT(refused("0 0 0 * *"), AllOf(HasSubstr("its day of month field"), HasSubstr("1 to 31")));
  EXPECT_THAT(refused("0 0 * 13 *"), AllOf(HasSubstr("its month field"), HasSubstr("jan to dec")));
  EXPECT_THAT(refused("0 0 * * 8"), AllOf(HasSubstr("its day of week field"), HasSubstr("0 and 7 are Sunday")));
  EXPECT_THAT(refused("0 0 * * mon-tuesday"), HasSubstr("day of week"));
  EXPECT_THAT(refused("0 10-8 * * *"), HasSubstr("ends before it begins"));
  EXPECT_THAT(refused("5/15 * * * *"), HasSubstr("a step without a range"));
  EXPECT_THAT(refused("*/0 * * * *"), HasSubstr("a step that is not 1 to 60"));
  EXPECT_THAT(refused("*/90 * * * *"), HasSubstr("a step that is not 1 to 60"));
  for (const char* text : {"1,, * * * *", "-1 * * * *", "1- * * * *", "+1 * * * *", "1x * * * *", "*5 * * * *", "1/2/3 * * * *", "L * * * *", "99999999999 * * * *", "*/ * * * *"}) {
    EXPECT_THAT(refused(text), HasSubstr("its minute field")) << text;
  }
  EXPECT_THAT(refused("* * * *"), HasSubstr("has 4"));
  EXPECT_THAT(refused("0 * * * * *"), HasSubstr("has 6"));
  EXPECT_THAT(refused(""), HasSubstr("five fields"));
}

TEST(Cron, DatesThatNoYearHasAreRefused) {
  EXPECT_THAT(refused("0 0 30 2 *"), AllOf(HasSubstr("no date in any year"), HasSubstr("'30'")));
  EXPECT_THAT(refused("0 0 31 2,4,6,9,11 *"), HasSubstr("no date in any year"));
  EXPECT_TRUE(parse_cron("0 0 29 2 *"));
  EXPECT_TRUE(parse_cron("0 0 31 2,3 *"));
  EXPECT_TRUE(parse_cron("0 0 30 2 mon"));  // the Mondays of February
}

TEST(Cron, BothDaysRestrictedMeansEither) {
  EXPECT_EQ(matches("0 12 13 * fri", kJanuary, 5), (Lines{"2026-01-02 12:00", "2026-01-09 12:00", "2026-01-13 12:00", "2026-01-16 12:00", "2026-01-23 12:00"}));
}

TEST(Cron, ADayFieldThatBeginsWithAStarMeansBoth) {
  EXPECT_EQ(matches("0 12 13 * *", kJanuary, 2), (Lines{"2026-01-13 12:00", "2026-02-13 12:00"}));
  EXPECT_EQ(matches("0 12 * * fri", kJanuary, 2), (Lines{"2026-01-02 12:00", "2026-01-09 12:00"}));
  EXPECT_EQ(matches("0 12 */2 * fri", kJanuary, 2), (Lines{"2026-01-09 12:00", "2026-01-23 12:00"}));
}

TEST(Cron, GoesOverHoursDaysMonthsAndLeapYears) {
  EXPECT_EQ(matches("59 23 31 * *", kJanuary, 3), (Lines{"2026-01-31 23:59", "2026-03-31 23:59", "2026-05-31 23:59"}));
  EXPECT_EQ(matches("0 0 29 2 *", kJanuary, 2), (Lines{"2028-02-29 00:00", "2032-02-29 00:00"}));
  EXPECT_EQ(matches("10,50 9,17 * * *", kJanuary, 5),
            (Lines{"2026-01-01 09:10", "2026-01-01 09:50", "2026-01-01 17:10", "2026-01-01 17:50", "2026-01-02 09:10"}));
}

TEST(Cron, TheSearchIsBounded) {
  EXPECT_FALSE(next_match(parsed("0 0 29 2 *"), kJanuary, kJanuary + std::chrono::days(365)));
  EXPECT_FALSE(next_match(parsed("30 0 * * *"), kJanuary, kJanuary + 30min));
  EXPECT_EQ(next_match(parsed("30 0 * * *"), kJanuary, kJanuary + 31min), kJanuary + 30min);
}

TEST(Schedule, NameKindAndCronAreChecked) {
  Schedule good{.name = "nightly", .cron = "30 3 * * *", .zone = "UTC", .kind = std::string(kind::prune)};
  EXPECT_TRUE(check_schedule(good));
  Schedule bad = good;
  bad.kind = "image.process";
  EXPECT_THAT(check_schedule(bad).error().message, HasSubstr("maintenance.prune, maintenance.sweep_blobs, maintenance.cleanup, maintenance.watch_resources"));
  bad = good;
  bad.name = "Nightly run";
  EXPECT_EQ(check_schedule(bad).error().code, code::invalid_field);
  bad = good;
  bad.cron = "61 * * * *";
  EXPECT_THAT(check_schedule(bad).error().message, HasSubstr("minute"));
}

TEST(Schedule, PoliciesAreReadAsTheyAreWritten) {
  for (MissedPolicy policy : {MissedPolicy::skip, MissedPolicy::once, MissedPolicy::all}) EXPECT_EQ(parse_missed_policy(to_string(policy)), policy);
  EXPECT_FALSE(parse_missed_policy("twice"));
}

}  // namespace
}  // namespace darkroom::domain
