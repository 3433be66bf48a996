#include "delivery/schedule.h"

#include <gtest/gtest.h>

namespace darkroom::delivery {
namespace {

using namespace std::chrono_literals;
using Verdict = store::SettledTry::Verdict;

TEST(Schedule, TheTenthAndLastTryComesAfterThreeDays) {
  Duration sum{};
  for (int tries = 1; tries <= 9; ++tries) {
    Next next = next_step({.status = 500, .tries = tries}, standard_delays(), 0.0);
    ASSERT_EQ(next.verdict, Verdict::again);
    sum += next.delay;
  }
  EXPECT_EQ(sum, 75h + 35min + 5s);
  EXPECT_EQ(next_step({.status = 500, .tries = 10}, standard_delays(), 0.0).verdict, Verdict::dead);
}

TEST(Schedule, JitterIsATenthAtMost) {
  EXPECT_EQ(next_step({.status = 500, .tries = 1}, standard_delays(), 1.0).delay, 5500ms);
}

TEST(Schedule, WhatAnAnswerMeans) {
  auto verdict = [](int status, bool endpoint = true) { return next_step({.status = status, .tries = 1, .is_endpoint = endpoint}, standard_delays(), 0.0).verdict; };
  for (int status : {200, 201, 202, 204, 299}) EXPECT_EQ(verdict(status), Verdict::delivered) << status;
  for (int status : {0, 301, 302, 307, 308, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504}) EXPECT_EQ(verdict(status), Verdict::again) << status;
  EXPECT_EQ(verdict(410), Verdict::gone);
  EXPECT_EQ(verdict(410, false), Verdict::dead);
}

TEST(Schedule, RetryAfterIsObeyedWithinBounds) {
  auto delay = [](std::chrono::seconds asked, int tries) { return next_step({.status = 429, .retry_after = asked, .tries = tries}, standard_delays(), 0.0).delay; };
  EXPECT_EQ(delay(60s, 1), 60s);
  EXPECT_EQ(delay(2s, 1), 5s) << "not sooner than the schedule";
  EXPECT_EQ(delay(30 * 24h, 1), 1h) << "nor for ever";
}

TEST(Schedule, DelaysAreReadAsTheyAreWritten) {
  EXPECT_EQ(delays_text(standard_delays()), "5 300 1800 7200 18000 36000 50400 72000 86400");
  EXPECT_EQ(parse_delays(delays_text(standard_delays())), standard_delays());
  EXPECT_EQ(parse_delays("[ 0.05, 1 ]"), (RetryDelays{50ms, 1s}));
  EXPECT_EQ(parse_delays(""), RetryDelays{});
  for (const char* text : {"x", "-1", "1e9", "5 minutes"}) EXPECT_FALSE(parse_delays(text)) << text;
}

}  // namespace
}  // namespace darkroom::delivery
