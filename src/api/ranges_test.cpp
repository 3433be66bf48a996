#include "api/ranges.h"

#include <gtest/gtest.h>

namespace darkroom::api {
namespace {

constexpr std::string_view kTag = "\"abc\"";

auto wanted(std::string_view range, std::string_view if_range = "", std::uint64_t length = 1000) { return wanted_range(range, if_range, kTag, length); }

TEST(WantedRange, OneRangeOfBytes) {
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=0-0")), (FileRange{0, 0}));
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=10-19")), (FileRange{10, 19}));
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=990-")), (FileRange{990, 999}));
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=990-5000")), (FileRange{990, 999}));
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=-1")), (FileRange{999, 999}));
  EXPECT_EQ(std::get<FileRange>(wanted("bytes=-5000")), (FileRange{0, 999}));
}

TEST(WantedRange, BeyondTheEndIsUnsatisfiable) {
  for (const char* range : {"bytes=1000-", "bytes=1000-2000", "bytes=-0"}) EXPECT_TRUE(std::holds_alternative<Unsatisfiable>(wanted(range))) << range;
  EXPECT_TRUE(std::holds_alternative<Unsatisfiable>(wanted("bytes=-1", "", 0)));
}

TEST(WantedRange, WhatIsNotOneRangeIsTheWhole) {
  for (const char* range : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,3-4", "items=0-1", "bytes=+1-2", "bytes=0x1-2", "bytes=1-2x", "bytes=99999999999999999999-"}) {
    EXPECT_TRUE(std::holds_alternative<WholeFile>(wanted(range))) << range;
  }
}

TEST(WantedRange, IfRangeIsComparedStrongly) {
  EXPECT_TRUE(std::holds_alternative<FileRange>(wanted("bytes=0-1", kTag)));
  for (const char* other : {"\"abd\"", "W/\"abc\"", "Sat, 28 Nov 2026 00:00:00 GMT", "abc"}) EXPECT_TRUE(std::holds_alternative<WholeFile>(wanted("bytes=0-1", other))) << other;
}

}  // namespace
}  // namespace darkroom::api
