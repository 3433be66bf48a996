#include "http/client_seen.h"

#include <gtest/gtest.h>

namespace darkroom::http {
namespace {

std::vector<Network> proxies() { return {*Network::parse("10.0.0.0/8"), *Network::parse("::1")}; }

ClientSeen seen(const std::string& remote, HeaderFields headers, ForwardedBy by = ForwardedBy::x_forwarded) {
  headers.insert(headers.begin(), {"Host", "inner:8470"});
  return see_client(proxies(), by, remote, headers);
}

TEST(SeeClient, StrangersAreNotBelieved) {
  auto client = seen("203.0.113.9", {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "evil"}});
  EXPECT_EQ(client.address, "203.0.113.9");
  EXPECT_EQ(client.host, "inner:8470");
  EXPECT_FALSE(client.is_secure || client.by_proxy);
}

TEST(SeeClient, TheRightmostUntrustedAddressCounts) {
  EXPECT_EQ(seen("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, 203.0.113.9, 10.0.0.2"}}).address, "203.0.113.9");
  EXPECT_EQ(seen("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}, {"x-forwarded-for", "203.0.113.9"}}).address, "203.0.113.9");
  EXPECT_EQ(seen("10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}).address, "10.0.0.3") << "all are proxies: the farthest";
  EXPECT_EQ(seen("10.0.0.1", {{"X-Forwarded-For", "6.6.6.6, unknown, 10.0.0.2"}}).address, "10.0.0.2") << "what is no address ends the chain";
  EXPECT_EQ(seen("10.0.0.1", {}).address, "10.0.0.1");
  EXPECT_EQ(seen("::1", {{"X-Forwarded-For", "[2001:DB8::1]:4711"}}).address, "2001:db8::1");
  EXPECT_EQ(seen("::1", {{"X-Forwarded-For", "203.0.113.9:4711"}}).address, "203.0.113.9");
}

TEST(SeeClient, ProtocolAndHostAreOfTheHopThatCounts) {
  auto one = seen("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "photos.example.com"}});
  EXPECT_TRUE(one.is_secure && one.by_proxy);
  EXPECT_EQ(one.host, "photos.example.com");
  EXPECT_TRUE(seen("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9, 10.0.0.2"}, {"X-Forwarded-Proto", "https, http"}}).is_secure);
  EXPECT_FALSE(seen("10.0.0.1", {{"X-Forwarded-For", "203.0.113.9"}, {"X-Forwarded-Proto", "https, http"}}).is_secure) << "the last, which the proxy wrote";
  EXPECT_TRUE(seen("10.0.0.1", {{"X-Forwarded-Proto", "https"}}).is_secure);
}

TEST(SeeClient, OnlyTheChosenHeaderIsRead) {
  HeaderFields both = {{"X-Forwarded-For", "203.0.113.9"}, {"Forwarded", "for=6.6.6.6;proto=https, for=\"[2001:db8::7]:80\";Proto=HTTPS;host=\"a.example\""}};
  EXPECT_EQ(seen("10.0.0.1", both).address, "203.0.113.9");
  EXPECT_FALSE(seen("10.0.0.1", both).is_secure);
  auto other = seen("10.0.0.1", both, ForwardedBy::forwarded);
  EXPECT_EQ(other.address, "2001:db8::7");
  EXPECT_EQ(other.host, "a.example");
  EXPECT_TRUE(other.is_secure);
  EXPECT_EQ(seen("10.0.0.1", {{"Forwarded", "for=\"203.0.113.9, 6.6.6.6\";by=_x, for=10.0.0.2"}}, ForwardedBy::forwarded).address, "10.0.0.2");
}

}  // namespace
}  // namespace darkroom::http
