#include "domain/error_codes.h"
#include "domain/error_texts.h"
#include "domain/job_rules.h"
#include "domain/outcome.h"
#include "domain/photo_limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace darkroom::domain {
namespace {

const Time kNow = from_micros(1'700'000'000'000'000);
const RetryPolicy kExact{.jitter = 0.0};

Transition after(const Ending& ending, const JobCounters& counters) { return decide(ending, counters, kExact, kNow, 0.5); }

TEST(DecodeBudget, GrowsWithThePixelsAndIsThatOfTheLargestPhotoWhereTheyAreNotKnown) {
  PhotoLimits limits;
  limits.max_pixels = 64'000'000;
  limits.decode_time = std::chrono::milliseconds(10'000);
  limits.decode_time_of_megapixel = std::chrono::milliseconds(200);
  EXPECT_EQ(decode_budget(limits, 12'000'000), std::chrono::milliseconds(12'400));
  EXPECT_EQ(decode_budget(limits, 5), std::chrono::microseconds(10'000'001));
  EXPECT_EQ(decode_budget(limits, 0), std::chrono::milliseconds(22'800));
}

TEST(RetryDelay, Is60Then120Then240Seconds) {
  EXPECT_EQ(retry_delay(kExact, 1, 0.9), std::chrono::seconds(60));
  EXPECT_EQ(retry_delay(kExact, 2, 0.9), std::chrono::seconds(120));
  EXPECT_EQ(retry_delay(kExact, 3, 0.9), std::chrono::seconds(240));
}

TEST(RetryDelay, JitterOnlyAddsAndIsBounded) {
  RetryPolicy policy;
  EXPECT_EQ(retry_delay(policy, 1, 0.0), std::chrono::seconds(60));
  EXPECT_EQ(retry_delay(policy, 1, 0.5), std::chrono::seconds(63));
  EXPECT_EQ(retry_delay({.jitter = 0.0, .longest_delay = std::chrono::seconds(90)}, 9, 0.0), std::chrono::seconds(90));
}

TEST(JobRules, TransientFailureIsScheduledWhileAttemptsAreLeft) {
  Failed busy{{"model_unavailable", "busy"}, Failed::Kind::transient};
  Transition next = after(busy, {.attempt = 2, .max_attempts = 4});
  EXPECT_EQ(next.state, JobState::scheduled);
  EXPECT_EQ(next.run_at, kNow + std::chrono::seconds(120));
  EXPECT_FALSE(next.refund_attempt);
  EXPECT_EQ(after(busy, {.attempt = 4, .max_attempts = 4}).state, JobState::failed);
}

TEST(JobRules, AFailureMayAskForALongerPauseWithinTheLongestDelay) {
  Failed busy{{"service_failed", "busy"}, Failed::Kind::transient, std::chrono::seconds(90)};
  EXPECT_EQ(after(busy, {.attempt = 1, .max_attempts = 4}).run_at, kNow + std::chrono::seconds(90));
  EXPECT_EQ(after(busy, {.attempt = 2, .max_attempts = 4}).run_at, kNow + std::chrono::seconds(120));
  busy.retry_after = std::chrono::hours(24);
  EXPECT_EQ(after(busy, {.attempt = 1, .max_attempts = 4}).run_at, kNow + kExact.longest_delay);
}

TEST(JobRules, PermanentFailureIsNeverRetried) {
  Transition next = after(Failed{{"corrupt", "damaged"}, Failed::Kind::permanent}, {.attempt = 1, .max_attempts = 4});
  EXPECT_EQ(next.state, JobState::failed);
  EXPECT_EQ(next.error.code, "corrupt");
}

TEST(JobRules, SecondCrashOfOneContentEndsIt) {
  Crashed crash{{"decoder_crash", "The runner died of SIGSEGV."}};
  Transition first = after(crash, {.attempt = 1, .max_attempts = 4, .content_crashes = 0});
  EXPECT_EQ(first.state, JobState::queued);
  EXPECT_TRUE(first.crashed);
  EXPECT_FALSE(first.refund_attempt);
  Transition second = after(crash, {.attempt = 2, .max_attempts = 4, .content_crashes = 1});
  EXPECT_EQ(second.state, JobState::failed);
  EXPECT_NE(second.error.message.find("quarantined"), std::string::npos);
  EXPECT_EQ(after(crash, {.attempt = 1, .max_attempts = 1}).state, JobState::failed);
}

TEST(JobRules, InterruptionCostsNoAttemptFiveTimes) {
  Transition next = after(Interrupted{"the server stopped"}, {.attempt = 1, .max_attempts = 1, .interruptions = 4});
  EXPECT_EQ(next.state, JobState::queued);
  EXPECT_TRUE(next.refund_attempt);
  EXPECT_EQ(after(Interrupted{"again"}, {.attempt = 1, .max_attempts = 4, .interruptions = 5}).state, JobState::failed);
}

// A machine that was away for some minutes cost its photos their attempts, one after the other, and they failed for good.
TEST(JobRules, WhatIsPutOffWaitsAsOftenAsItTakesAndCostsNoAttempt) {
  Transition next = after(Postponed{{"photo_unreachable", "away"}, std::chrono::seconds(60)}, {.attempt = 4, .max_attempts = 4, .interruptions = 5});
  EXPECT_EQ(next.state, JobState::scheduled);
  EXPECT_EQ(next.run_at, kNow + std::chrono::seconds(60));
  EXPECT_EQ(next.error.code, "photo_unreachable");
  EXPECT_TRUE(next.refund_attempt);
  EXPECT_FALSE(next.interrupted);
}

Outcome outcome_with(Box box, std::optional<double> confidence, std::string label = "person") {
  Outcome outcome;
  outcome.image.width = 100;
  outcome.image.height = 50;
  outcome.image.format = "JPEG";
  outcome.image.mode = "RGB";
  outcome.found.objects.push_back({std::move(label), confidence, box});
  return outcome;
}

TEST(ValidateOutcome, AcceptsWhatLiesInThePhoto) {
  EXPECT_TRUE(validate(outcome_with({0, 0, 100, 50}, 0.5)));
  EXPECT_TRUE(validate(outcome_with({1, 2, 1, 2}, std::nullopt, "사람")));
  EXPECT_TRUE(validate(Outcome{}));
}

TEST(ValidateOutcome, RefusesWhatARunnerMayNotSay) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(validate(outcome_with({0, 0, 101, 50}, 0.5)).error().code, code::model_output);
  EXPECT_TRUE(validate(outcome_with({nan, 0, 10, 10}, 0.5)).has_error());
  EXPECT_TRUE(validate(outcome_with({0, 0, 10, 10}, nan)).has_error());
  EXPECT_TRUE(validate(outcome_with({0, 0, 10, 10}, 1.01)).has_error());
  EXPECT_TRUE(validate(outcome_with({10, 0, 5, 10}, 0.5)).has_error());
  EXPECT_TRUE(validate(outcome_with({0, 0, 10, 10}, 0.5, "\xff\xfe")).has_error());
  EXPECT_TRUE(validate(outcome_with({0, 0, 10, 10}, 0.5, std::string(201, 'a'))).has_error());
}

TEST(ErrorKinds, UnknownCodesCountAsInternal) {
  EXPECT_EQ(error_kind("too_large").http_status, 413);
  EXPECT_EQ(error_kind("no_such_code").code, "internal");
}

// Syllables of Hangul are U+AC00 to U+D7A3: in UTF-8 they begin with EA to ED.
bool has_korean(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0xea && static_cast<unsigned char>(c) <= 0xed; });
}

TEST(ErrorTexts, AreInBothLanguages) {
  ASSERT_GT(error_texts().size(), 40u);
  for (const ErrorText& text : error_texts()) {
    EXPECT_FALSE(text.about.empty() || has_korean(text.about)) << text.code;
    EXPECT_TRUE(has_korean(text.title_korean)) << text.code;
    EXPECT_TRUE(has_korean(text.about_korean)) << text.code;
  }
}

TEST(JobState, NamesGoBothWays) {
  for (auto state : {JobState::scheduled, JobState::queued, JobState::running, JobState::completed, JobState::failed, JobState::cancelled}) {
    EXPECT_EQ(parse_job_state(to_string(state)), state);
  }
  EXPECT_FALSE(parse_job_state("done"));
}

}  // namespace
}  // namespace darkroom::domain
