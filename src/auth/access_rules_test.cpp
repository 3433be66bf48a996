#include "auth/common_words.h"
#include "auth/password_rules.h"
#include "auth/scopes.h"
#include "auth/throttle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>

namespace darkroom::auth {
namespace {

using std::chrono::seconds;

TEST(PasswordRules, RefuseWhatIsTriedFirst) {
  for (const char* weak : {"", "short", "password", "Password1", "P@ssw0rd", "12345678", "11111111", "qwerty123", "abcabcabc", "20261129", "minji2026", "letmein!!", "1q2w3e4r1q2w3e4r", "hellokitty", "Il0veYouForever", "dkssud1234", "Jennifer1987!", "seoul2026!",
                           "realmadrid", "qlalfqjsgh1"}) {
    EXPECT_FALSE(check_password(weak, "minji")) << weak;
  }
  for (const char* good : {"correct horse battery", "Xk29-vvQ1m", "봄에는 꽃이 핀다", "8fKq0ZbN2mTr5YwE", "kettle-under-lamp", "three blue kettles"}) EXPECT_TRUE(check_password(good, "minji")) << good;
}

TEST(PasswordRules, TheCommonWordsAreSorted) {
  EXPECT_TRUE(std::ranges::is_sorted(common_words()));
  EXPECT_GT(common_words().size(), 1000u);
}

TEST(Throttle, LetsTheNextTryWaitLongerAndNeverForGood) {
  Throttle throttle({.free_failures = 2, .first_wait = seconds(1), .longest_wait = seconds(8), .memory = seconds(100), .most_keys = 10});
  Time now = from_micros(1'000'000'000'000);
  EXPECT_FALSE(throttle.begin("minji", now));
  EXPECT_FALSE(throttle.begin("minji", now)) << "two are free";
  for (int wait : {1, 2, 4, 8, 8, 8}) {
    EXPECT_EQ(throttle.begin("minji", now), seconds(wait));
    EXPECT_EQ(throttle.begin("minji", now += seconds(wait) - Duration(1)), seconds(1)) << "a try that had to wait is none";
    EXPECT_FALSE(throttle.begin("minji", now += Duration(1)));
  }
  EXPECT_FALSE(throttle.begin("other", now));
  throttle.succeeded("minji");
  EXPECT_FALSE(throttle.begin("minji", now));
}

// Each counts from its beginning: of many side by side only those that are free are made.
TEST(Throttle, TriesSideBySideAreCountedBeforeTheyEnd) {
  Throttle throttle({.free_failures = 5, .first_wait = seconds(1), .longest_wait = seconds(8), .memory = seconds(100), .most_keys = 10});
  Time now = from_micros(1'000'000'000'000);
  std::vector<std::future<bool>> tries;
  for (int i = 0; i < 40; ++i) tries.push_back(std::async(std::launch::async, [&] { return !throttle.begin("minji", now); }));
  int made = 0;
  for (auto& one : tries) made += one.get();
  EXPECT_EQ(made, 5);
}

TEST(Throttle, ATryThatDidNotFailLeavesNoTrace) {
  Throttle throttle({.free_failures = 1, .first_wait = seconds(8), .longest_wait = seconds(8), .memory = seconds(100), .most_keys = 10});
  Time now = from_micros(1'000'000'000'000);
  EXPECT_FALSE(throttle.begin("an office", now));
  EXPECT_EQ(throttle.begin("an office", now), seconds(8));
  now += seconds(8);
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(throttle.begin("an office", now)) << i;
    throttle.take_back("an office");
  }
  EXPECT_FALSE(throttle.begin("an office", now));
  EXPECT_TRUE(throttle.begin("an office", now));
}

// A clock that was ahead and is put back: whoever failed before waits no longer than others.
TEST(Throttle, AClockThatIsPutBackLocksNobodyOut) {
  Throttle throttle;
  Time now = from_micros(1'000'000'000'000);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(throttle.begin("minji", now));
  EXPECT_EQ(throttle.begin("minji", now), seconds(1));
  now -= std::chrono::hours(1);
  EXPECT_EQ(throttle.begin("minji", now), seconds(1));
  EXPECT_FALSE(throttle.begin("minji", now + seconds(1)));
}

TEST(Throttle, HoldsAtMostSoManyKeys) {
  Throttle throttle({.free_failures = 1, .first_wait = seconds(60), .longest_wait = seconds(60), .memory = seconds(1000), .most_keys = 3});
  Time now = from_micros(1'000'000'000'000);
  for (const char* key : {"a", "b", "c", "d"}) EXPECT_FALSE(throttle.begin(key, now += seconds(1)));
  EXPECT_TRUE(throttle.begin("d", now));
  EXPECT_FALSE(throttle.begin("a", now));
}

TEST(HashSlots, RefuseWhoeverWouldMakeTheQueueTooLong) {
  HashSlots slots(1, 0);
  {
    auto held = slots.enter();
    ASSERT_TRUE(held);
    EXPECT_FALSE(slots.enter());
  }
  EXPECT_TRUE(slots.enter());
}

TEST(HashSlots, WhoeverMayWaitGetsTheSlotThatIsFreed) {
  HashSlots slots(1, 1);
  auto held = std::make_unique<HashSlots::Turn>(*slots.enter());
  auto second = std::async(std::launch::async, [&] { return slots.enter().has_value(); });
  held.reset();
  EXPECT_TRUE(second.get());
}

TEST(Scopes, CoverWhatTheyName) {
  EXPECT_TRUE(covers({"*"}, scope::users_manage));
  EXPECT_TRUE(covers({"images:read", "jobs:act"}, scope::jobs_act));
  EXPECT_FALSE(covers({"images:read"}, scope::images_write));
  EXPECT_TRUE(covers({"images:read"}, ""));
  EXPECT_FALSE(check_scopes({"images:reed"}));
  EXPECT_FALSE(check_scopes({}));
  EXPECT_TRUE(check_scopes({"images:read", "site"}));
}

}  // namespace
}  // namespace darkroom::auth
