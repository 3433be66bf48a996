#include "http/edge_rules.h"

#include <gtest/gtest.h>

namespace darkroom::http {
namespace {

TEST(OurHost, AStrangersNameIsRefusedOnLoopback) {
  HostRules rules{.allowed = {}, .local_only = true};
  for (const char* ours : {"localhost", "LOCALHOST:8470", "app.localhost", "127.0.0.1:8470", "[::1]:8470", "10.0.0.7", "localhost.", "darkroom:8470"}) EXPECT_TRUE(is_our_host(rules, ours)) << ours;
  for (const char* not_ours : {"evil.example", "evil.example:8470", "127.0.0.1.evil.example", "localhost.evil.example", "", "[evil.example]"}) {
    EXPECT_FALSE(is_our_host(rules, not_ours)) << not_ours;
  }
  EXPECT_TRUE(is_our_host({}, "evil.example"));
}

TEST(OurHost, AListTakesItsNamesAndThoseBelowADot) {
  HostRules rules{.allowed = {"photos.example.com", ".lan"}, .local_only = false};
  for (const char* ours : {"photos.example.com", "Photos.Example.Com:443", "a.lan", "a.b.lan:1", "127.0.0.1"}) EXPECT_TRUE(is_our_host(rules, ours)) << ours;
  for (const char* not_ours : {"example.com", "x.photos.example.com", "lan", "photos.example.com.evil"}) EXPECT_FALSE(is_our_host(rules, not_ours)) << not_ours;
  EXPECT_TRUE(is_our_host({.allowed = {"*"}}, "any.thing"));
}

TEST(PermittedOrigin, OnlyWhatIsListedExactly) {
  std::vector<std::string> origins = {"https://app.example.com"};
  EXPECT_EQ(permitted_origin(origins, {{"origin", "https://app.example.com"}}), "https://app.example.com");
  for (const char* other : {"https://app.example.com.evil", "http://app.example.com", "null", "https://app.example.com:444", "*"}) {
    EXPECT_EQ(permitted_origin(origins, {{"Origin", other}}), "") << other;
  }
  EXPECT_EQ(permitted_origin({}, {{"Origin", "https://app.example.com"}}), "");
  EXPECT_EQ(permitted_origin(origins, {}), "");
}

TEST(RequestId, IsTheTraceTheProxysOrNew) {
  std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  EXPECT_EQ(request_id({{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}}, false), trace);
  for (std::string wrong : {"01-" + trace + "-00f067aa0ba902b7-01", "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01", "00-" + trace + "-0000000000000000-01", "00-" + trace, std::string("\"}<")}) {
    EXPECT_EQ(request_id({{"traceparent", wrong}}, false).size(), 32u);
    EXPECT_NE(request_id({{"traceparent", wrong}}, false), trace);
  }
  EXPECT_EQ(request_id({{"X-Request-Id", "req-7"}}, true), "req-7");
  EXPECT_NE(request_id({{"X-Request-Id", "req-7"}}, false), "req-7");
  EXPECT_EQ(request_id({{"X-Request-Id", "a\"b"}}, true).size(), 32u);
  EXPECT_NE(request_id({}, false), request_id({}, false));
}

}  // namespace
}  // namespace darkroom::http
