// Parked replies: the connection waits, no thread does, and no wake-up is lost.
#include "http/server_for_test.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <string>

namespace darkroom::http {
namespace {

using namespace std::chrono_literals;

// A handler whose answer depends on values that the test publishes, as ?wait= depends on a result.
class Results {
 public:
  explicit Results(std::chrono::milliseconds patience = 60s) : patience_(patience) {}

  Route route() {
    return {Method::get, "/results/{key}", "public", RunsOn::pool, 0, Handler([this](const Request& request) -> Reply {
              std::string key = request.params.at("key");
              auto held = std::make_shared<Held>(parked);
              return Parked{key, std::chrono::steady_clock::now() + patience_,
                            [this, key, held](bool timed_out) { return look(key, timed_out); }};
            })};
  }

  void publish(const std::string& key, std::string value) {
    std::scoped_lock lock(mutex_);
    values_[key] = std::move(value);
  }

  std::atomic<int> looks = 0;
  std::atomic<int> at_once = 0;
  std::atomic<int> most_at_once = 0;
  std::atomic<int> parked = 0;  // not yet destroyed

 private:
  struct Held {
    explicit Held(std::atomic<int>& count) : count_(count) { ++count_; }
    ~Held() { --count_; }
    std::atomic<int>& count_;
  };

  std::optional<Response> look(const std::string& key, bool timed_out) {
    if (++at_once > most_at_once) most_at_once = at_once.load();
    std::optional<Response> found;
    {
      std::scoped_lock lock(mutex_);
      auto value = values_.find(key);
      if (value != values_.end()) found = text_response(200, value->second);
    }
    --at_once;
    ++looks;
    if (!found && timed_out) return text_response(202, "not yet");
    return found;
  }

  std::chrono::milliseconds patience_;
  std::mutex mutex_;
  std::map<std::string, std::string> values_;
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"; }

TEST(Parked, AnswersWhenWoken) {
  Results results;
  TestServer server({}, {results.route()});
  RawClient client = server.connect();
  client.send(get("/results/a"));
  ASSERT_TRUE(comes_true([&] { return results.looks == 1; }));
  results.publish("a", "ready");
  server.server->wake("b");
  server.server->wake("a");
  EXPECT_EQ(client.read_answer().body, "ready");
  EXPECT_EQ(results.looks, 2);
  EXPECT_EQ(client.ask(get("/inline")).status, 200);
  EXPECT_TRUE(comes_true([&] { return results.parked == 0; }));
}

TEST(Parked, AnswersAtOnceWhatIsReadyAlready) {
  Results results;
  TestServer server({}, {results.route()});
  results.publish("a", "ready");
  EXPECT_EQ(server.connect().ask(get("/results/a")).body, "ready");
}

TEST(Parked, AnswersAtTheDeadline) {
  Results results(150ms);
  TestServer server({}, {results.route()});
  RawClient client = server.connect();
  auto answer = client.ask(get("/results/a"));
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.headers["connection"], "keep-alive");
  EXPECT_EQ(client.ask(get("/results/b")).status, 202);
}

TEST(Parked, HoldsNoThread) {
  Results results;
  TestServer server([](ServerConfig& config) { config.pool_threads = 1; }, {results.route()});
  std::vector<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(server.connect());
    clients.back().send(get("/results/a"));
  }
  EXPECT_EQ(server.connect().ask(get("/pool")).status, 200);
  ASSERT_TRUE(comes_true([&] { return results.looks >= 50; }));
  results.publish("a", "ready");
  server.server->wake("a");
  for (RawClient& client : clients) EXPECT_EQ(client.read_answer().body, "ready");
}

TEST(Parked, AClientThatGoesAwayIsDropped) {
  Results results;
  TestServer server({}, {results.route()});
  for (bool reset : {false, true}) {
    RawClient client = server.connect();
    client.send(get("/results/a"));
    ASSERT_TRUE(comes_true([&] { return results.parked == 1; }));
    reset ? client.abort() : client.close();
    EXPECT_TRUE(comes_true([&] { return results.parked == 0; }));
  }
  server.server->wake("a");
  EXPECT_EQ(server.connect().ask(get("/inline")).status, 200);
}

TEST(Parked, WhatIsSentMeanwhileIsAnsweredAfterwards) {
  Results results;
  TestServer server({}, {results.route()});
  RawClient client = server.connect();
  client.send(get("/results/a"));
  ASSERT_TRUE(comes_true([&] { return results.looks == 1; }));
  std::string more;
  for (int i = 0; i < 2000; ++i) more += get("/inline");
  client.send(more);
  results.publish("a", "ready");
  server.server->wake("a");
  EXPECT_EQ(client.read_answer().body, "ready");
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(client.read_answer().status, 200);
}

TEST(Parked, StopAnswersAtOnce) {
  Results results;
  TestServer server({}, {results.route()});
  RawClient client = server.connect();
  client.send(get("/results/a"));
  ASSERT_TRUE(comes_true([&] { return results.looks == 1; }));
  auto began = std::chrono::steady_clock::now();
  server.server->stop(10s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(client.read_answer().status, 202);
}

TEST(Parked, AResumeThatThrowsIsA500) {
  Route route{Method::get, "/parked", "public", RunsOn::pool, 0, Handler([](const Request&) -> Reply {
                return Parked{"k", std::chrono::steady_clock::now() + 60s,
                              [](bool) -> std::optional<Response> { throw std::runtime_error("secret"); }};
              })};
  TestServer server({}, {route});
  auto answer = server.connect().ask(get("/parked"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
}

// A wake-up during a look that has already missed the value makes for another look, after it and not beside it.
TEST(Parked, AWakeDuringALookIsNotLost) {
  std::atomic<int> looks = 0;
  std::atomic<int> at_once = 0;
  std::promise<void> release;
  auto released = release.get_future().share();
  Route route{Method::get, "/parked", "public", RunsOn::pool, 0, Handler([&](const Request&) -> Reply {
                return Parked{"k", std::chrono::steady_clock::now() + 60s, [&](bool) -> std::optional<Response> {
                                ++at_once;
                                bool first = looks++ == 0;
                                if (first) released.wait();
                                bool alone = at_once-- == 1;
                                if (first && alone) return std::nullopt;
                                return text_response(200, alone ? "second look" : "beside another");
                              }};
              })};
  TestServer server({}, {route});
  RawClient client = server.connect();
  client.send(get("/parked"));
  ASSERT_TRUE(comes_true([&] { return looks == 1; }));
  server.server->wake("k");
  // Answered by the I/O thread, so it has seen the wake-up before.
  EXPECT_EQ(server.connect().ask(get("/inline")).status, 200);
  release.set_value();
  EXPECT_EQ(client.read_answer().body, "second look");
}

// Values are published and woken while clients park, in every order that two threads give: each must be answered.
TEST(Parked, NoWakeIsLostAndNoneRunsTwiceAtOnce) {
  Results results;
  TestServer server([](ServerConfig& config) { config.pool_threads = 4; }, {results.route()});
  constexpr int kRounds = 300;
  RawClient client = server.connect();
  for (int i = 0; i < kRounds; ++i) {
    std::string key = std::to_string(i);
    client.send(get("/results/" + key));
    for (int n = 0; n < 3; ++n) server.server->wake(key);
    results.publish(key, key);
    server.server->wake(key);
    auto answer = client.read_answer();
    ASSERT_NE(answer.status, 0) << i;
    ASSERT_EQ(answer.body, key);
  }
  EXPECT_EQ(results.most_at_once, 1);
}

}  // namespace
}  // namespace darkroom::http
