#include "base/clock.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/json_text.h"
#include "base/loop.h"
#include "base/random_share.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <stdexcept>

namespace darkroom {
namespace {

TEST(Clock, WritesRfc3339WithMilliseconds) {
  EXPECT_EQ(to_rfc3339(from_micros(1'769'851'800'123'456)), "2026-01-31T09:30:00.123Z");
  EXPECT_EQ(to_rfc3339(from_micros(0)), "1970-01-01T00:00:00.000Z");
}

TEST(Clock, ReadsRfc3339WithAnyOffset) {
  EXPECT_EQ(from_rfc3339("2026-01-31T09:30:00.123Z"), from_micros(1'769'851'800'123'000));
  EXPECT_EQ(from_rfc3339("2026-01-31T18:30:00.123456+09:00"), from_micros(1'769'851'800'123'456));
  EXPECT_EQ(from_rfc3339("2026-01-31T06:00:00-03:30"), from_micros(1'769'851'800'000'000));
  for (const char* wrong : {"", "2026-01-31", "2026-01-31T09:30:00", "2026-02-30T09:30:00Z", "2026-01-31T24:00:00Z", "2026-01-31 09:30:00Z", "2026-01-31T09:30:00.Z",
                            "2026-01-31T09:30:00.1234567Z", "2026-01-31T09:30:00+0900", "2026-01-31T09:30:00ZZ", "tomorrow, at about noon"}) {
    EXPECT_FALSE(from_rfc3339(wrong)) << wrong;
  }
}

TEST(RandomShare, LiesInZeroToOneAndDiffers) {
  std::set<double> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_share());
  EXPECT_GE(*seen.begin(), 0.0);
  EXPECT_LT(*seen.begin(), 0.1);
  EXPECT_GT(*seen.rbegin(), 0.9);
  EXPECT_LT(*seen.rbegin(), 1.0);
  EXPECT_GT(seen.size(), 990U);
}

// FIPS 180-4 example: one block, "abc".
TEST(Sha256, MatchesTheStandardsExample) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 pieces;
  pieces.update(std::string_view("a"));
  pieces.update(std::string_view("bc"));
  EXPECT_EQ(pieces.finish(), sha256_hex("abc"));
}

TEST(Uuid, CarriesVersionVariantAndTime) {
  std::string early = make_uuid_v7(from_micros(1'000'000'000'000));
  std::string late = make_uuid_v7(from_micros(1'000'000'001'000));
  EXPECT_TRUE(is_uuid(early));
  EXPECT_EQ(early[14], '7');
  EXPECT_NE(std::string("89ab").find(early[19]), std::string::npos);
  EXPECT_LT(early, late);
  EXPECT_NE(early, make_uuid_v7(from_micros(1'000'000'000'000)));
}

TEST(Uuid, RefusesOtherTexts) {
  EXPECT_FALSE(is_uuid(""));
  EXPECT_FALSE(is_uuid("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5"));
  EXPECT_FALSE(is_uuid("0190a1b2xc3d4-7e5f-8a9b-0c1d2e3f4a5b"));
  EXPECT_FALSE(is_uuid("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g"));
}

TEST(RandomText, IsAsLongAsAskedAndNeverTheSame) {
  EXPECT_EQ(random_base62(36).size(), 36u);
  EXPECT_NE(random_base62(36), random_base62(36));
}

TEST(Loop, WakeCutsTheDelayShort) {
  std::promise<void> second;
  int steps = 0;
  Loop loop("test", [&]() -> std::chrono::microseconds {
    if (++steps == 2) second.set_value();
    return std::chrono::hours(1);
  });
  loop.wake();
  // The first step may have swallowed the wake, since it had not yet waited; a second one cannot be swallowed.
  loop.wake();
  auto done = second.get_future();
  while (done.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) loop.wake();
  loop.stop();
  EXPECT_GE(steps, 2);
}

TEST(Loop, GoesOnAfterAnError) {
  std::promise<void> second;
  int steps = 0;
  Loop loop("test", [&]() -> std::chrono::microseconds {
    if (++steps == 1) throw std::runtime_error("the first step fails");
    if (steps == 2) second.set_value();
    return std::chrono::hours(1);
  });
  auto done = second.get_future();
  while (done.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) loop.wake();
  loop.stop();
}

TEST(JsonText, EscapesWhatWouldEndItOrALine) {
  EXPECT_EQ(json_text("봄 \"a\\b\"\n\x7f"), "\"봄 \\\"a\\\\b\\\"\\u000a\\u007f\"");
  std::string line = "{\"a\":1";
  append_json_member(line, "name", "x\"y");
  EXPECT_EQ(line + "}", R"({"a":1,"name":"x\"y"})");
}

}  // namespace
}  // namespace darkroom
