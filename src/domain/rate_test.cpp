#include "domain/rate.h"

#include <gtest/gtest.h>

namespace darkroom::domain {
namespace {

using std::chrono::seconds;

TEST(Rate, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_rate("10/m").value(), (RateLimit{10, seconds(60)}));
  EXPECT_EQ(parse_rate("2/s").value(), (RateLimit{2, seconds(1)}));
  EXPECT_EQ(parse_rate("100000/24h").value(), (RateLimit{100'000, seconds(86'400)}));
  EXPECT_EQ(parse_rate("5/30s").value(), (RateLimit{5, seconds(30)}));
}

TEST(Rate, WhatCannotBeReadIsRefusedWithAnExample) {
  for (const char* text : {"", "/", "10", "10/", "/m", "10/d", "0/m", "-1/m", "10/0s", "10/-1s", "1.5/m", "10/m ", " 10/m", "10//m",
                           "100001/m", "1/25h", "1/99999999999999999999s", "x/m", "10/1m1"}) {
    auto rate = parse_rate(text);
    ASSERT_FALSE(rate) << text;
    EXPECT_EQ(rate.error().code, "invalid_field");
    EXPECT_NE(rate.error().message.find("10/m"), std::string::npos);
  }
}

TEST(Rate, ItsTextIsReadAsTheSameRate) {
  for (const char* text : {"10/m", "2/s", "100/h", "5/30s", "7/90s", "3/2m", "1/24h"}) EXPECT_EQ(to_text(parse_rate(text).value()), text);
  EXPECT_EQ(to_text(parse_rate("10/60s").value()), "10/m");
}

}  // namespace
}  // namespace darkroom::domain
