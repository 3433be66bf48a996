#include "domain/latencies.h"

#include <gtest/gtest.h>

namespace darkroom::domain {
namespace {

using namespace std::chrono_literals;

double seconds(std::optional<Duration> duration) { return std::chrono::duration<double>(duration.value()).count(); }

TEST(Latencies, PercentilesAreRightWithinFivePercent) {
  Latencies took;
  for (int i = 1; i <= 1000; ++i) took.add(i * 10ms);
  EXPECT_NEAR(seconds(took.quantile(0.5)), 5.0, 0.25);
  EXPECT_NEAR(seconds(took.quantile(0.95)), 9.5, 0.475);
  EXPECT_NEAR(seconds(took.quantile(0)), 0.01, 0.0005);
  EXPECT_NEAR(seconds(took.quantile(1)), 10.0, 0.5);
}

TEST(Latencies, AddedUpTheyAreThoseOfAll) {
  Latencies fast, slow;
  for (int i = 0; i < 60; ++i) fast.add(10ms);
  for (int i = 0; i < 40; ++i) slow.add(10s);
  fast.add(slow);
  EXPECT_NEAR(seconds(fast.quantile(0.5)), 0.01, 0.0005);
  EXPECT_NEAR(seconds(fast.quantile(0.95)), 10, 0.5);
}

TEST(Latencies, NothingHasNoPercentile) {
  EXPECT_FALSE(Latencies().quantile(0.5));
  EXPECT_EQ(Latencies().to_text(), "");
}

TEST(Latencies, TheyAreStoredAsText) {
  Latencies took;
  for (Duration each : {Duration(-5s), Duration(0us), Duration(1us), Duration(3ms), Duration(3ms), Duration(2h)}) took.add(each);
  Latencies read = Latencies::from_text(took.to_text());
  EXPECT_EQ(read.to_text(), took.to_text());
  EXPECT_EQ(read.quantile(0.5), took.quantile(0.5));
  for (const char* broken : {"x", "1", "1:", "1:2,", "1:-2", "-1:2", "999999:1", "1:2 x", "1:99999999999999999999"}) EXPECT_TRUE(Latencies::from_text(broken).empty()) << broken;
}

}  // namespace
}  // namespace darkroom::domain
