// No packet to a forbidden address, however it is written, whatever the name server says, wherever a redirect points.
#include "delivery/guard.h"
#include "delivery/listener_for_test.h"
#include "delivery/sender.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

namespace darkroom::delivery {
namespace {

using namespace std::chrono_literals;

Guard open_guard(int port, Resolver resolve = look_up) { return Guard({.allow_http = true, .ports = {443, port}}, std::move(resolve)); }

// How the request ended; whatever the guard lets through is really called.
Answered call(const Guard& guard, const std::string& url, std::vector<std::string> resolve = {}) {
  auto to = guard.parse(url);
  if (!to) return {.error = to.error().message, .excerpt = ""};
  Sender sender(guard, std::move(resolve));
  sender.start({.to = *to, .headers = {}, .body = "{}", .timeout = 3s});
  for (int round = 0; round < 40; ++round) {
    auto ended = sender.work(100ms);
    if (!ended.empty()) return ended.front();
  }
  return {.error = "it did not end", .excerpt = ""};
}

// With %P for the port.
const std::vector<std::string> kSpellings = {
    "http://127.0.0.1:%P/", "http://127.0.0.2:%P/", "http://127.255.255.254:%P/", "http://127.1:%P/", "http://127.0.1:%P/", "http://0:%P/", "http://0.0.0.0:%P/",
    "http://0.0.0.1:%P/", "http://2130706433:%P/", "http://0x7f000001:%P/", "http://0x7f.1:%P/", "http://0x7f.0.0.1:%P/", "http://0177.0.0.1:%P/", "http://017700000001:%P/",
    "http://0177.1:%P/", "http://0x7F.0x0.0x0.0x1:%P/", "http://127.000.000.001:%P/", "http://127.0.0.1.:%P/", "http://127%2e0%2e0%2e1:%P/", "http://%31%32%37.0.0.1:%P/",
    "http://localhost:%P/", "http://LOCALHOST:%P/", "http://localhost.:%P/", "http://LocalHost%2e:%P/", "http://ip6-localhost:%P/", "http://[::1]:%P/", "http://[::]:%P/",
    "http://[0:0:0:0:0:0:0:1]:%P/", "http://[0000:0000:0000:0000:0000:0000:0000:0001]:%P/", "http://[::ffff:127.0.0.1]:%P/", "http://[::ffff:7f00:1]:%P/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:%P/", "http://[::127.0.0.1]:%P/", "http://[::7f00:1]:%P/", "http://[::ffff:0:127.0.0.1]:%P/", "http://[64:ff9b::7f00:1]:%P/",
    "http://[64:ff9b::127.0.0.1]:%P/", "http://[64:ff9b:1::7f00:1]:%P/", "http://[2002:7f00:1::]:%P/", "http://[2002:7f00:0001::1]:%P/", "http://[2001:0:7f00:1::]:%P/",
    "http://[fe80::1]:%P/", "http://[fe80::1%25lo]:%P/", "http://[fe80::1%lo]:%P/", "http://[fc00::1]:%P/", "http://[fd12:3456::1]:%P/", "http://[fec0::1]:%P/",
    "http://[ff02::1]:%P/", "http://[100::1]:%P/", "http://[2001:db8::1]:%P/", "http://[::5efe:127.0.0.1]:%P/", "http://[2001:470::5efe:7f00:1]:%P/", "http://10.0.0.1:%P/",
    "http://172.16.0.1:%P/", "http://192.168.0.1:%P/", "http://100.64.0.1:%P/", "http://169.254.169.254:%P/", "http://[::ffff:a9fe:a9fe]:%P/", "http://[fd00:ec2::254]:%P/",
    "http://168.63.129.16:%P/", "http://100.100.100.200:%P/", "http://192.0.2.1:%P/", "http://198.18.0.1:%P/", "http://224.0.0.1:%P/", "http://255.255.255.255:%P/",
    "http://user@127.0.0.1:%P/", "http://example.com@127.0.0.1:%P/", "http://127.0.0.1:%P\\@example.com/", "http://127.0.0.1:%P#@example.com/", "http:127.0.0.1:%P/",
    "http:///127.0.0.1:%P/", "http:/\\127.0.0.1:%P/", "//127.0.0.1:%P/", "127.0.0.1:%P", "ftp://127.0.0.1:%P/", "gopher://127.0.0.1:%P/_x", "file:///etc/passwd",
    "unix://127.0.0.1:%P/", "http://①②⑦.0.0.1:%P/", "http://127。0。0。1:%P/", "http://127.0.0.1:%P\t/", " http://127.0.0.1:%P/", "http://127.0.0.1 :%P/",
    // A private address whose end looks like ISATAP of a public one, and a translation of local use.
    "http://[fd00::5efe:808:808]:%P/", "http://[fe80::5efe:808:808]:%P/", "http://[fec0::200:5efe:808:808]:%P/", "http://[64:ff9b:1:a00:0:100:808:808]:%P/"};

TEST(Guard, NoSpellingOfAForbiddenAddressReachesAListener) {
  Listener listener;
  Guard guard = open_guard(listener.port());
  ASSERT_GE(kSpellings.size(), 60u);
  for (std::string url : kSpellings) {
    if (auto at = url.find("%P"); at != std::string::npos) url.replace(at, 2, std::to_string(listener.port()));
    EXPECT_FALSE(guard.check(url)) << url << " passed the guard at the request";
    Answered answered = call(guard, url);
    EXPECT_EQ(answered.status, 0) << url;
    EXPECT_FALSE(answered.error.empty()) << url;
    EXPECT_EQ(listener.connections(), 0) << url << " reached the listener";
  }
}

// That the listener above hears what is let through.
TEST(Guard, WhatTheOperatorAllowsIsCalled) {
  Listener listener;
  Guard guard({.allow_http = true, .ports = {listener.port()}, .allowed = parse_cidrs("127.0.0.0/8 ::1").value()});
  std::string port = std::to_string(listener.port());
  for (const std::string& url : {"http://127.0.0.1:" + port + "/", "http://0x7f.1:" + port + "/", "http://[::1]:" + port + "/", "http://[::ffff:127.0.0.1]:" + port + "/"}) {
    EXPECT_TRUE(guard.check(url)) << url;
    EXPECT_EQ(call(guard, url).status, 200) << url;
  }
  EXPECT_EQ(listener.connections(), 4);
}

TEST(Guard, AnAllowedIpv4RangeOpensNoPrivateIpv6AddressThatEndsInOne) {
  Guard guard({.allowed = parse_cidrs("8.8.8.0/24").value()});
  EXPECT_TRUE(guard.check("https://8.8.8.8/"));
  EXPECT_TRUE(guard.check("https://[::ffff:8.8.8.8]/"));
  EXPECT_FALSE(guard.check("https://[fd00::5efe:808:808]/"));
  EXPECT_FALSE(guard.check("https://[64:ff9b:1::808:808]/"));
  EXPECT_TRUE(Guard({.allowed = parse_cidrs("fd00::/8").value()}).check("https://[fd00::5efe:808:808]/"));
}

TEST(Guard, ASiteIsTrustedAsExactlyItsHostAndPort) {
  Listener site, other;
  std::string address = "http://127.0.0.1:" + std::to_string(site.port());
  Guard guard({.ports = {443}, .trusted = {address + "/api/ai-callback/"}});
  EXPECT_EQ(call(guard, address + "/any/path").status, 200);
  EXPECT_FALSE(guard.check("http://127.0.0.1:" + std::to_string(other.port()) + "/"));
  EXPECT_FALSE(guard.check("http://127.0.0.2:" + std::to_string(site.port()) + "/"));
  EXPECT_FALSE(guard.check("http://localhost:" + std::to_string(site.port()) + "/")) << "another name of the same host is not the site";
  EXPECT_EQ(site.connections(), 1);
}

TEST(Guard, MetadataAddressesAreNeverCalled) {
  Listener listener;
  std::string port = std::to_string(listener.port());
  auto everything = parse_cidrs("0.0.0.0/0 ::/0").value();
  for (const std::string host : {"169.254.169.254", "[fd00:ec2::254]", "168.63.129.16", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]",
                                 "[64:ff9b:1::a9fe:a9fe]", "[64:ff9b:1:a9fe:a9:fe00::]", "[fd00::5efe:a9fe:a9fe]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[fd20:ce::254]"}) {
    std::string url = "http://" + host + ":" + port + "/";
    Guard guard({.allow_http = true, .ports = {listener.port()}, .allowed = everything, .trusted = {url}});
    EXPECT_FALSE(guard.check(url)) << url;
    Answered answered = call(guard, url);
    EXPECT_NE(answered.error.find("not called"), std::string::npos) << url << ": " << answered.error;
  }
}

// Of no range that is forbidden, and yet the machine that asks.
TEST(Guard, AnAddressOfThisMachineIsNotCalledHoweverPublicItIs) {
  Address own = parse_address("93.184.216.34").value(), other = parse_address("93.184.216.35").value();
  Guard guard({}, look_up, [&] { return std::vector{own}; });
  Destination to = guard.parse("https://example.com/").value();
  EXPECT_NE(guard.objection(to, own), "");
  EXPECT_NE(guard.objection(to, parse_address("::ffff:93.184.216.34").value()), "");
  EXPECT_EQ(guard.objection(to, other), "");
}

// A name server that does not answer must not take every thread that answers requests.
TEST(Guard, AFewLookUpsAtATimeAreAllThatWait) {
  std::mutex mutex;
  std::condition_variable changed;
  int inside = 0;
  bool answers = false;
  Guard guard({}, [&](const std::string&) {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    changed.wait(lock, [&] { return answers; });
    return Lookup{{parse_address("93.184.216.34").value()}, false};
  }, [] { return std::vector<Address>(); });
  std::vector<std::future<bool>> waiting;
  for (int i = 0; i < 4; ++i) waiting.push_back(std::async(std::launch::async, [&] { return guard.check("https://slow.example/").has_value(); }));
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 10s, [&] { return inside == 4; }));
  }
  auto one_more = std::async(std::launch::async, [&] { return guard.check("https://slow.example/").has_value(); });
  EXPECT_EQ(one_more.wait_for(5s), std::future_status::ready) << "it waits for the name server as well";
  {
    std::unique_lock lock(mutex);
    EXPECT_EQ(inside, 4);
    answers = true;
  }
  changed.notify_all();
  EXPECT_TRUE(one_more.get()) << "judged at the connection";
  for (auto& one : waiting) EXPECT_TRUE(one.get());
  EXPECT_TRUE(guard.check("https://slow.example/")) << "the turns are given back";
  EXPECT_EQ(inside, 5);
}

// The first look-up tells a public address, the one at the connection another.
TEST(Guard, ANameThatChangesItsAddressGainsNothing) {
  Listener listener;
  std::string port = std::to_string(listener.port()), url = "http://rebind.example:" + port + "/";
  Guard guard = open_guard(listener.port(), [](const std::string&) { return Lookup{{parse_address("93.184.216.34").value()}, false}; });
  EXPECT_TRUE(guard.check(url));
  for (const std::string address : {"127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "169.254.169.254"}) {
    Answered answered = call(guard, url, {"rebind.example:" + port + ":" + address});
    EXPECT_NE(answered.error.find("not called"), std::string::npos) << address << ": " << answered.error;
  }
  EXPECT_EQ(listener.connections(), 0);
}

TEST(Guard, ANameWithOneForbiddenAddressAmongOthersIsRefused) {
  Guard guard = open_guard(443, [](const std::string&) { return Lookup{{parse_address("93.184.216.34").value(), parse_address("10.0.0.1").value()}, false}; });
  EXPECT_FALSE(guard.check("https://both.example/"));
}

TEST(Guard, ANameThatIsUnknownIsRefusedAndOneThatIsNotKnownYetIsNot) {
  EXPECT_FALSE(open_guard(443, [](const std::string&) { return Lookup{}; }).check("https://nowhere.example/"));
  EXPECT_TRUE(open_guard(443, [](const std::string&) { return Lookup{{}, true}; }).check("https://slow.example/"));
}

TEST(Guard, ARedirectIsNotFollowed) {
  Listener forbidden, redirecting;
  redirecting.answer("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:" + std::to_string(forbidden.port()) + "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  std::string url = "http://127.0.0.1:" + std::to_string(redirecting.port()) + "/";
  EXPECT_EQ(call(Guard({.trusted = {url}}), url).status, 302);
  EXPECT_EQ(redirecting.connections(), 1);
  EXPECT_EQ(forbidden.connections(), 0);
}

TEST(Guard, AProxyOfTheEnvironmentIsNotUsed) {
  Listener proxy, site;
  std::string through = "http://127.0.0.1:" + std::to_string(proxy.port()), url = "http://127.0.0.1:" + std::to_string(site.port()) + "/";
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy"}) ::setenv(name, through.c_str(), 1);
  EXPECT_EQ(call(Guard({.trusted = {url}}), url).status, 200);
  EXPECT_EQ(call(open_guard(443), "http://93.184.216.34:" + std::to_string(proxy.port()) + "/").status, 0);
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy"}) ::unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0);
}

TEST(Guard, WhatAUrlMayBe) {
  auto known = [](const std::string&) { return Lookup{{parse_address("93.184.216.34").value()}, false}; };
  Guard guard({}, known);
  EXPECT_TRUE(guard.check("https://example.com/hook?x=1"));
  EXPECT_TRUE(guard.check("https://example.com:8443/"));
  for (const char* url : {"http://example.com/", "https://example.com:22/", "https://me:secret@example.com/", "https://me@example.com/", "ftp://example.com/", "example.com", "", "https://"}) {
    EXPECT_FALSE(guard.check(url)) << url;
  }
  EXPECT_FALSE(guard.check("https://example.com/" + std::string(2'000, 'x')));
}

TEST(Sender, NoMoreThanSixtyFourKibibytesAreRead) {
  // Whoever waits for the rest waits for ever.
  Listener receiver("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\nConnection: close\r\n\r\n" + std::string(200'000, 'x'));
  receiver.keep(true);
  std::string url = "http://127.0.0.1:" + std::to_string(receiver.port()) + "/";
  Answered answered = call(Guard({.trusted = {url}}), url);
  EXPECT_EQ(answered.status, 200) << answered.error;
  EXPECT_FALSE(answered.excerpt.empty());
  EXPECT_LE(answered.excerpt.size(), 500u);
}

}  // namespace
}  // namespace darkroom::delivery
