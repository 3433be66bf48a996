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
  throttle.failed("minji", now);
  EXPECT_FALSE(throttle.wait_of("minji", now));
  throttle.failed("minji", now);
  EXPECT_EQ(throttle.wait_of("minji", now), seconds(1));
  EXPECT_FALSE(throttle.wait_of("minji", now + seconds(1)));
  for (int i = 0; i < 40; ++i) throttle.failed("minji", now);
  EXPECT_EQ(throttle.wait_of("minji", now), seconds(8));
  EXPECT_FALSE(throttle.wait_of("other", now));
  EXPECT_FALSE(throttle.wait_of("minji", now + seconds(8)));
  throttle.succeeded("minji");
  EXPECT_FALSE(throttle.wait_of("minji", now));
}

TEST(Throttle, HoldsAtMostSoManyKeys) {
  Throttle throttle({.free_failures = 1, .first_wait = seconds(60), .longest_wait = seconds(60), .memory = seconds(1000), .most_keys = 3});
  Time now = from_micros(1'000'000'000'000);
  for (const char* key : {"a", "b", "c", "d"}) throttle.failed(key, now += seconds(1));
  EXPECT_FALSE(throttle.wait_of("a", now));
  EXPECT_TRUE(throttle.wait_of("d", now));
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
