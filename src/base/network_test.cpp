#include "base/network.h"

#include <gtest/gtest.h>

namespace darkroom {
namespace {

TEST(Network, HoldsTheAddressesOfItsRange) {
  Network private_range = Network::parse("10.0.0.0/8").value();
  EXPECT_TRUE(private_range.contains("10.255.0.1"));
  EXPECT_TRUE(private_range.contains("::ffff:10.1.2.3"));
  EXPECT_FALSE(private_range.contains("11.0.0.1"));
  EXPECT_FALSE(private_range.contains("::1"));
  EXPECT_FALSE(private_range.contains("not an address"));
  Network odd = Network::parse("192.168.1.128/25").value();
  EXPECT_TRUE(odd.contains("192.168.1.200"));
  EXPECT_FALSE(odd.contains("192.168.1.127"));
  EXPECT_TRUE(Network::parse("fd00::/8")->contains("fd12::9"));
  EXPECT_FALSE(Network::parse("fd00::/8")->contains("fe80::9"));
}

TEST(Network, AnAddressAloneIsItself) {
  EXPECT_TRUE(Network::parse("127.0.0.1")->contains("127.0.0.1"));
  EXPECT_FALSE(Network::parse("127.0.0.1")->contains("127.0.0.2"));
  EXPECT_EQ(Network::parse("127.0.0.1")->text(), "127.0.0.1/32");
  EXPECT_EQ(Network::parse("fd00::/8")->text(), "fd00::/8");
}

TEST(Network, EverythingIsARangeToo) {
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains("203.0.113.9"));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains("2001:db8::1"));
  EXPECT_TRUE(Network::parse("::/0")->contains("2001:db8::1"));
}

TEST(Network, WhatIsNoRangeIsRefused) {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0/8", "10.0.0.1/8", "fd00::/129", "host", "10.0.0.0/8/8", " 10.0.0.0/8"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(PlainAddress, HasOneSpelling) {
  EXPECT_EQ(plain_address("::FFFF:10.1.2.3"), "10.1.2.3");
  EXPECT_EQ(plain_address("2001:DB8:0:0::1"), "2001:db8::1");
  for (const char* none : {"unknown", "10.0.0.0/8", "[::1]", "fe80::1%eth0", "10.0.0.1 ", ""}) EXPECT_EQ(plain_address(none), std::nullopt) << none;
}

}  // namespace
}  // namespace darkroom
