// Slots around the jumps of a zone's clock: by hand where they matter, and against a minute by minute simulation that reads the C library's clock.
#include "calendar/next_slot.h"
#include "domain/error_codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <functional>

namespace darkroom::calendar {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

Time utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0) {
  return Time{std::chrono::sys_days(std::chrono::year(year) / month / day) + std::chrono::hours(hour) + std::chrono::minutes(minute)};
}

TimeZone zone(std::string_view name) { return TimeZone::find(name).value(); }

// The next slots as UTC texts of minutes.
Lines slots(std::string_view cron, std::string_view zone_name, Time after, int count) {
  Lines lines;
  for (int i = 0; i < count; ++i) {
    auto next = next_after(domain::parse_cron(cron).value(), zone(zone_name), after);
    if (!next) break;
    lines.push_back(to_rfc3339(*next).substr(5, 11));
    after = *next;
  }
  return lines;
}

TEST(NextSlots, AreSoManyOfAnExpressionInAZone) {
  EXPECT_EQ(next_slots("30 3 * * *", "Asia/Seoul", utc(2026, 1, 31, 18, 30), 2).value(), (std::vector{utc(2026, 2, 1, 18, 30), utc(2026, 2, 2, 18, 30)}));
  EXPECT_EQ(next_slots("0 0 29 2 *", "UTC", utc(2026, 1, 1), 2).value(), (std::vector{utc(2028, 2, 29), utc(2032, 2, 29)}));
  EXPECT_EQ(next_slots("99 * * * *", "UTC", utc(2026, 1, 1), 1).error().code, domain::code::invalid_field);
  EXPECT_EQ(next_slots("0 0 * * *", "Mars/Base", utc(2026, 1, 1), 1).error().code, domain::code::invalid_field);
}

TEST(TimeZone, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_THAT(TimeZone::find("seoul").error().message, HasSubstr("Did you mean Asia/Seoul?"));
  EXPECT_THAT(TimeZone::find("europe/berlin").error().message, HasSubstr("Did you mean Europe/Berlin?"));
  EXPECT_EQ(TimeZone::find("Mars/Base").error().code, domain::code::invalid_field);
  for (const char* name : {"", "/etc/passwd", "../passwd", "CEST+2", "Asia"}) EXPECT_FALSE(TimeZone::find(name)) << name;
  for (const char* name : {"UTC", "Etc/UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"}) EXPECT_TRUE(TimeZone::find(name)) << name;
}

TEST(NextSlot, IsStrictlyAfter) {
  EXPECT_EQ(slots("0 12 * * *", "UTC", utc(2026, 1, 1, 12), 1), Lines{"01-02T12:00"});
  EXPECT_EQ(slots("0 12 * * *", "UTC", utc(2026, 1, 1, 12) - 1us, 1), Lines{"01-01T12:00"});
  EXPECT_EQ(slots("30 3 * * *", "Asia/Seoul", utc(2026, 1, 1), 2), (Lines{"01-01T18:30", "01-02T18:30"}));
}

// Berlin, 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
TEST(NextSlot, AFixedTimeInTheGapFiresOnceAtItsEnd) {
  EXPECT_EQ(slots("30 2 * * *", "Europe/Berlin", utc(2026, 3, 28), 3), (Lines{"03-28T01:30", "03-29T01:00", "03-30T00:30"}));
  EXPECT_EQ(slots("0,20,40 2 * * *", "Europe/Berlin", utc(2026, 3, 28, 2), 2), (Lines{"03-29T01:00", "03-30T00:00"}));
  EXPECT_EQ(slots("0 2,3 * * *", "Europe/Berlin", utc(2026, 3, 28, 3), 2), (Lines{"03-29T01:00", "03-30T00:00"}));
  // New York, 8 March 2026, 07:00 UTC.
  EXPECT_EQ(slots("30 2 * * *", "America/New_York", utc(2026, 3, 7), 3), (Lines{"03-07T07:30", "03-08T07:00", "03-09T06:30"}));
}

// Berlin, 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
TEST(NextSlot, AFixedTimeThatComesTwiceFiresTheFirstTime) {
  EXPECT_EQ(slots("30 2 * * *", "Europe/Berlin", utc(2026, 10, 24), 3), (Lines{"10-24T00:30", "10-25T00:30", "10-26T01:30"}));
  EXPECT_EQ(slots("30 2 * * *", "Europe/Berlin", utc(2026, 10, 25, 1), 1), Lines{"10-26T01:30"});  // asked in the second pass
  EXPECT_EQ(slots("*/30 2 * * *", "Europe/Berlin", utc(2026, 10, 25), 3), (Lines{"10-25T00:30", "10-26T01:00", "10-26T01:30"}));
  EXPECT_EQ(slots("30 1 * * *", "America/New_York", utc(2026, 10, 31), 3), (Lines{"10-31T05:30", "11-01T05:30", "11-02T06:30"}));
}

TEST(NextSlot, EveryHourGoesOnByRealTime) {
  EXPECT_EQ(slots("*/30 * * * *", "Europe/Berlin", utc(2026, 3, 29, 0, 15), 4), (Lines{"03-29T00:30", "03-29T01:00", "03-29T01:30", "03-29T02:00"}));
  EXPECT_EQ(slots("*/30 * * * *", "Europe/Berlin", utc(2026, 10, 25, 0, 15), 4), (Lines{"10-25T00:30", "10-25T01:00", "10-25T01:30", "10-25T02:00"}));
  EXPECT_EQ(slots("15 * * * *", "America/New_York", utc(2026, 11, 1, 4), 4), (Lines{"11-01T04:15", "11-01T05:15", "11-01T06:15", "11-01T07:15"}));
}

// Lord Howe jumps by half an hour: on 4 October 2026 from 02:00 to 02:30 (15:30 UTC the day before), back on 5 April 2026 (15:00 UTC the day before).
TEST(NextSlot, HalfAnHourIsAJumpLikeAnyOther) {
  EXPECT_EQ(slots("15 2 * * *", "Australia/Lord_Howe", utc(2026, 10, 3), 2), (Lines{"10-03T15:30", "10-04T15:15"}));
  EXPECT_EQ(slots("45 1 * * *", "Australia/Lord_Howe", utc(2026, 4, 4), 2), (Lines{"04-04T14:45", "04-05T15:15"}));
  EXPECT_EQ(slots("*/15 * * * *", "Australia/Lord_Howe", utc(2026, 10, 3, 15, 10), 3), (Lines{"10-03T15:15", "10-03T15:30", "10-03T15:45"}));
}

// Samoa left out 30 December 2011, a Friday: midnight of the 29th became that of the 31st, at 10:00 UTC on the 30th.
TEST(NextSlot, ADayThatAZoneLeavesOutFiresOnceAtItsEnd) {
  EXPECT_EQ(slots("0 6,12,18 * * *", "Pacific/Apia", utc(2011, 12, 30, 5), 2), (Lines{"12-30T10:00", "12-30T16:00"}));
  EXPECT_EQ(slots("0 12 30 12 *", "Pacific/Apia", utc(2011, 12, 1), 2), (Lines{"12-30T10:00", "12-29T22:00"}));
  EXPECT_EQ(slots("0 9 * * fri", "Pacific/Apia", utc(2011, 12, 24), 2), (Lines{"12-30T10:00", "01-05T19:00"}));
  EXPECT_EQ(slots("0 * * * *", "Pacific/Apia", utc(2011, 12, 30, 9), 2), (Lines{"12-30T10:00", "12-30T11:00"}));
}

TEST(NextSlot, TheSearchEndsAtTheHorizon) {
  EXPECT_EQ(slots("0 0 29 2 */7", "UTC", utc(2076, 3, 1), 1), Lines{"02-29T00:00"});  // a Sunday: 2104, since 2100 is no leap year
  domain::Schedule rule{.name = "a", .cron = "0 0 * * *", .zone = "UTC", .kind = "maintenance.prune"};
  EXPECT_EQ(next_slot(rule, utc(2026, 1, 1)).value(), utc(2026, 1, 2));
  rule.zone = "Nowhere";
  EXPECT_EQ(next_slot(rule, utc(2026, 1, 1)).error().code, domain::code::invalid_field);
  rule.cron = "0 0 30 2 *";
  EXPECT_THAT(next_slot(rule, utc(2026, 1, 1)).error().message, HasSubstr("no date in any year"));
}

// --- against a simulation ---

struct Case {
  std::string cron;
  bool every_hour;
  std::function<bool(const std::tm&)> matches;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"*/15 * * * *", true, [](const std::tm& t) { return t.tm_min % 15 == 0; }},
      {"7 * * * *", true, [](const std::tm& t) { return t.tm_min == 7; }},
      {"45 * * * sun", true, [](const std::tm& t) { return t.tm_min == 45 && t.tm_wday == 0; }},
      {"30 2 * * *", false, [](const std::tm& t) { return t.tm_min == 30 && t.tm_hour == 2; }},
      {"*/10 1-3 * * *", false, [](const std::tm& t) { return t.tm_min % 10 == 0 && t.tm_hour >= 1 && t.tm_hour <= 3; }},
      {"0 */2 * * *", false, [](const std::tm& t) { return t.tm_min == 0 && t.tm_hour % 2 == 0; }},
      {"59 23 * * *", false, [](const std::tm& t) { return t.tm_min == 59 && t.tm_hour == 23; }},
      {"0 0 1,15 * mon", false, [](const std::tm& t) { return t.tm_min == 0 && t.tm_hour == 0 && (t.tm_mday == 1 || t.tm_mday == 15 || t.tm_wday == 1); }},
      {"15 2 * mar,oct sun", false, [](const std::tm& t) { return t.tm_min == 15 && t.tm_hour == 2 && (t.tm_mon == 2 || t.tm_mon == 9) && t.tm_wday == 0; }},
  };
  return kCases;
}

std::tm shown_by(std::time_t time) {
  std::tm shown{};
  ::localtime_r(&time, &shown);
  return shown;
}

struct Minute {
  std::time_t at = 0;
  std::time_t reading = 0;  // of the wall's clock, as seconds since its own 1970
  std::tm shown{};
};

std::vector<Minute> minutes_of(std::time_t begin, std::time_t end) {
  std::vector<Minute> minutes;
  for (std::time_t now = begin; now < end; now += 60) {
    std::tm shown = shown_by(now);
    minutes.push_back({now, now + shown.tm_gmtoff, shown});
  }
  return minutes;
}

bool matches_between(const Case& one, std::time_t after, std::time_t before) {
  for (std::time_t reading = after + 60; reading < before; reading += 60) {
    std::tm jumped{};
    ::gmtime_r(&reading, &jumped);
    if (one.matches(jumped)) return true;
  }
  return false;
}

// What a cron daemon would do that looks at the wall's clock each minute and remembers the latest reading that it has seen.
std::vector<std::time_t> simulate(const Case& one, const std::vector<Minute>& minutes) {
  std::vector<std::time_t> fired;
  std::time_t latest = minutes.front().reading - 60;
  for (const Minute& minute : minutes) {
    bool fires = one.every_hour ? one.matches(minute.shown)
                                : minute.reading > latest && (one.matches(minute.shown) || matches_between(one, latest, minute.reading));
    latest = std::max(latest, minute.reading);
    if (fires) fired.push_back(minute.at);
  }
  return fired;
}

class AgainstASimulation : public testing::TestWithParam<std::pair<const char*, int>> {
 protected:
  AgainstASimulation() {
    ::setenv("TZ", (std::string(":") + GetParam().first).c_str(), 1);
    ::tzset();
  }
  ~AgainstASimulation() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

TEST_P(AgainstASimulation, EverySlotOfAYearIsTheSame) {
  auto [name, year] = GetParam();
  TimeZone here = zone(name);
  Time begin = utc(year, 1, 1), end = utc(year + 1, 1, 1);
  auto seconds = [](Time time) { return static_cast<std::time_t>(to_micros(time) / 1'000'000); };
  std::vector<Minute> minutes = minutes_of(seconds(begin), seconds(end));
  for (const Case& one : cases()) {
    std::vector<std::time_t> found;
    domain::Cron cron = domain::parse_cron(one.cron).value();
    for (auto at = next_after(cron, here, begin - 1us); at && *at < end; at = next_after(cron, here, *at)) found.push_back(seconds(*at));
    EXPECT_EQ(found, simulate(one, minutes)) << one.cron << " in " << name << " " << year;
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, AgainstASimulation,
                         testing::Values(std::pair("Europe/Berlin", 2026), std::pair("America/New_York", 2026), std::pair("Australia/Lord_Howe", 2026),
                                         std::pair("Asia/Seoul", 2026), std::pair("Pacific/Apia", 2011), std::pair("Africa/Casablanca", 2026),
                                         std::pair("America/Caracas", 2016), std::pair("Europe/Dublin", 2025)));

}  // namespace
}  // namespace darkroom::calendar
