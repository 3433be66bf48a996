// What clients see of connections, routes, headers, time limits and the pool.
#include "http/server_for_test.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

namespace darkroom::http {
namespace {

using namespace std::chrono_literals;

std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}

// Blocks its handlers until released.
class Gatekeeper {
 public:
  Route route() {
    return {Method::get, "/slow", "public", RunsOn::pool, 0, Handler([this](const Request&) -> Reply {
              ++entered;
              released_.wait();
              return text_response(200, "done");
            })};
  }
  void release() { release_.set_value(); }
  std::atomic<int> entered = 0;

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
};

// By the least rate, long before anybody has been silent for too long.
void cut_off_soon(ServerConfig& config) {
  config.least_body_rate = 1'000'000'000;
  config.body_rate_grace = std::chrono::milliseconds(150);
}

TEST(Server, EveryAnswerHasTheCommonHeaders) {
  TestServer server;
  RawClient client = server.connect();
  for (const char* path : {"/inline", "/pool", "/nowhere", "/broken"}) {
    auto answer = client.ask(get(path));
    ASSERT_NE(answer.status, 0);
    EXPECT_EQ(answer.headers["server"], "darkroom");
    EXPECT_EQ(answer.headers["x-content-type-options"], "nosniff");
    EXPECT_EQ(answer.headers["referrer-policy"], "same-origin");
    EXPECT_EQ(answer.headers["cache-control"], "no-store");
    EXPECT_EQ(answer.headers["content-length"], std::to_string(answer.body.size()));
    EXPECT_EQ(answer.headers["connection"], "keep-alive");
  }
}

TEST(Server, HandlersHeadersAreKeptAndCannotBreakTheFraming) {
  Route route{
      Method::get, "/own", "public", RunsOn::pool, 0, Handler([](const Request&) -> Reply {
        return Response{
            200, "text/css", "body", {{"Cache-Control", "max-age=60"}, {"Content-Length", "999"}, {"X-A", "b\r\nX-C: d"}}};
      })};
  TestServer server({}, {route});
  auto answer = server.connect().ask(get("/own"));
  EXPECT_EQ(answer.headers["cache-control"], "max-age=60");
  EXPECT_EQ(answer.headers["content-length"], "4");
  EXPECT_EQ(answer.headers["content-type"], "text/css");
  EXPECT_EQ(answer.headers["x-a"], "b  X-C: d");
  EXPECT_FALSE(answer.headers.contains("x-c"));
}

TEST(Server, HeadHasTheLengthAndNoBody) {
  TestServer server;
  RawClient client = server.connect();
  client.send("HEAD /items/7 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /nowhere HTTP/1.1\r\nHost: h\r\n\r\n" + get("/inline"));
  EXPECT_EQ(client.read_answer(false).headers["content-length"], "20");  // of "HEAD /items/7 {id=7}"
  EXPECT_EQ(client.read_answer(false).status, 404);
  EXPECT_EQ(client.read_answer().body, "GET /inline");
}

TEST(Server, OtherMethodsAreToldWhatIsAllowed) {
  TestServer server;
  RawClient client = server.connect();
  auto refused = client.ask("PUT /items/7 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers["allow"], "DELETE, GET, HEAD, OPTIONS");
  EXPECT_EQ(client.ask("TRACE /inline HTTP/1.1\r\nHost: h\r\n\r\n").status, 405);
  EXPECT_EQ(client.ask("TRACE /nowhere HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  auto options = client.ask("OPTIONS /items/7 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.headers["allow"], "DELETE, GET, HEAD, OPTIONS");
  EXPECT_FALSE(options.headers.contains("content-length"));
  EXPECT_EQ(client.ask("OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\n\r\n").status, 404);
  EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").headers["allow"], "DELETE, GET, HEAD, OPTIONS, POST");
}

TEST(Server, DecodesPathAndQuery) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(get("/items/a%2Fb%20%ea%b0%80?q=x+y%2B&e")).body,
            "GET /items/a/b \xea\xb0\x80 {id=a/b \xea\xb0\x80} ?e= ?q=x y+");
  EXPECT_EQ(client.ask(get("/items/newest")).body, "GET /items/newest");
  EXPECT_EQ(client.ask(get("/items/")).status, 404);
  EXPECT_EQ(client.ask(get("/items/7/")).status, 404);
}

TEST(Server, PipelinedRequestsAreAnsweredInOrder) {
  TestServer server;
  RawClient client = server.connect();
  std::string requests;
  for (int i = 0; i < 500; ++i) {
    requests += get("/items/" + std::to_string(i));
    requests += "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + get("/inline");
  }
  std::jthread sender([&] { client.send(requests); });
  for (int i = 0; i < 500; ++i) {
    std::string number = std::to_string(i);
    ASSERT_EQ(client.read_answer().body, "GET /items/" + number + " {id=" + number + "}");
    ASSERT_EQ(client.read_answer().body, "POST /echo body=abc");
    ASSERT_EQ(client.read_answer().body, "GET /inline");
  }
}

TEST(Server, ARequestMayComeByteByByte) {
  TestServer server;
  RawClient client = server.connect();
  for (char c : "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" +
                    get("/inline")) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.read_answer().body, "POST /echo body=abc0123456789");
  EXPECT_EQ(client.read_answer().body, "GET /inline");
}

TEST(Server, ClosesWhenAskedAndForHttp10) {
  TestServer server;
  for (const char* request :
       {"GET /inline HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "GET /pool HTTP/1.0\r\nHost: h\r\n\r\n"}) {
    RawClient client = server.connect();
    auto answer = client.ask(request);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.headers["connection"], "close");
    EXPECT_TRUE(client.is_closed());
  }
  RawClient client = server.connect();
  EXPECT_EQ(client.ask("GET /inline HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n").headers["connection"], "keep-alive");
  EXPECT_EQ(client.ask(get("/inline")).status, 200);
}

TEST(Server, AnswersAClientThatHasEndedSending) {
  TestServer server;
  RawClient client = server.connect();
  client.send(get("/pool"));
  client.end_sending();
  EXPECT_EQ(client.read_answer().body, "GET /pool");
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, WhatAHandlerThrowsIsAnsweredWithoutItsText) {
  TestServer server;
  RawClient client = server.connect();
  auto answer = client.ask(get("/broken"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_TRUE(answer.body.starts_with("internal: "));
  EXPECT_EQ(answer.body.find("hunter2"), std::string::npos);
  EXPECT_EQ(client.ask(get("/inline")).status, 200);
}

TEST(Server, EveryAnswerIsFinishedOnceForItsReader) {
  Hooks hooks;
  hooks.finish = [](const Request& request, Response& response) { response.body += " in " + std::string(request.header("Accept-Language")); };
  TestServer server([](ServerConfig& config) { config.body_idle_timeout = 100ms; }, {}, std::move(hooks));
  auto ask = [&](const std::string& line, const std::string& rest = "\r\n") {
    RawAnswer answer = server.connect().ask(line + " HTTP/1.1\r\nHost: h\r\nAccept-Language: ko\r\n" + rest);
    return std::pair(answer.status, answer.body.find(" in ko") != std::string::npos && answer.body.find(" in ") == answer.body.rfind(" in "));
  };
  EXPECT_EQ(ask("GET /pool"), std::pair(200, true));
  EXPECT_EQ(ask("GET /broken"), std::pair(500, true));
  EXPECT_EQ(ask("GET /nothing"), std::pair(404, true));
  EXPECT_EQ(ask("PUT /pool"), std::pair(405, true));
  EXPECT_EQ(ask("DELETE /items/7"), std::pair(401, true));
  EXPECT_EQ(ask("POST /echo", "Content-Length: 2000\r\n\r\n"), std::pair(413, true));
  EXPECT_EQ(ask("POST /echo", "Content-Length: 20\r\n\r\n"), std::pair(408, true));
  EXPECT_EQ(ask("GET /pool", "Content-Length: 20\r\n\r\n"), std::pair(400, true));
}

TEST(Server, TheGuardIsAskedFirst) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask("DELETE /items/7 HTTP/1.1\r\nHost: h\r\n\r\n").status, 401);
  EXPECT_EQ(client.ask("DELETE /items/7 HTTP/1.1\r\nHost: h\r\nauthorization: Bearer secret\r\n\r\n").body,
            "DELETE /items/7 {id=7}");
}

TEST(Server, AHeaderThatComesTooSlowlyIsCutOff) {
  TestServer server([](ServerConfig& config) { config.header_timeout = 200ms; });
  RawClient client = server.connect();
  client.send("GET /inline HTTP/1.1\r\nA:");
  // Each byte comes well within the limit; the whole header does not.
  for (int i = 0; i < 400 && !client.hears_something(5ms); ++i) client.send("a");
  ASSERT_TRUE(client.hears_something(0ms));
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST(Server, AConnectionThatSaysNothingIsClosed) {
  TestServer server([](ServerConfig& config) { config.header_timeout = 100ms; });
  EXPECT_TRUE(server.connect().is_closed());
}

TEST(Server, TheSecondHeaderHasItsOwnTime) {
  TestServer server([](ServerConfig& config) { config.header_timeout = 100ms; });
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(get("/inline")).status, 200);
  EXPECT_FALSE(client.hears_something(300ms));
  client.send("G");
  EXPECT_EQ(client.read_answer().status, 408);
}

TEST(Server, AnIdleConnectionIsClosedSilently) {
  TestServer server([](ServerConfig& config) { config.idle_timeout = 100ms; });
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(get("/inline")).status, 200);
  EXPECT_TRUE(client.is_closed());
}

TEST(Server, AReaderThatStopsIsCutOff) {
  Route large{Method::get, "/large",
              "public",    RunsOn::pool,
              0,           Handler([](const Request&) -> Reply { return text_response(200, std::string(64 << 20, 'x')); })};
  TestServer server([](ServerConfig& config) { config.write_timeout = 200ms; }, {large});
  RawClient client = server.connect();
  client.send(get("/large"));
  // Nothing is read until the server has given up, which the end of stop() shows.
  RawClient other = server.connect();
  EXPECT_EQ(other.ask(get("/inline")).status, 200);
  auto began = std::chrono::steady_clock::now();
  server.server->stop(8s);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
  EXPECT_EQ(client.read_answer().status, 0);
}

// A byte now and then is no silence, and would hold the connection and its answer for days.
TEST(Server, AReaderThatTricklesIsCutOff) {
  Route large{Method::get, "/large", "public", RunsOn::pool, 0, Handler([](const Request&) -> Reply { return text_response(200, std::string(64 << 20, 'x')); })};
  TestServer server(cut_off_soon, {large});
  RawClient client = server.connect();
  client.send(get("/large"));
  EXPECT_TRUE(comes_true([&] { return client.read_byte(); }));
  EXPECT_TRUE(comes_true([&] { return client.read_byte(), server.server->traffic().connections == 0; }));
}

TEST(Server, AReaderOfAStreamThatTricklesIsCutOff) {
  Route stream{Method::get, "/stream", "public", RunsOn::pool, 0, Handler([](const Request&) -> Reply {
                 return EventStream{.key = "much", .next = []() -> EventStream::Piece { return {.text = std::string(1 << 20, 'x'), .more_at_once = true}; }};
               })};
  TestServer server(cut_off_soon, {stream});
  RawClient client = server.connect();
  client.send(get("/stream"));
  EXPECT_TRUE(comes_true([&] { return client.read_byte(); }));
  EXPECT_TRUE(comes_true([&] { return client.read_byte(), server.server->traffic().connections == 0; }));
}

TEST(Server, LargeAnswersArriveWhole) {
  std::string body(20 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); i += 4097) body[i] = static_cast<char>('a' + i % 26);
  Route large{Method::get,  "/large", "public",
              RunsOn::pool, 0,        Handler([&](const Request&) -> Reply { return text_response(200, body); })};
  TestServer server({}, {large});
  EXPECT_TRUE(server.connect().ask(get("/large")).body == body);
}

TEST(Server, AFullPoolAnswers503) {
  Gatekeeper gatekeeper;
  TestServer server(
      [](ServerConfig& config) {
        config.pool_threads = 1;
        config.most_waiting_calls = 1;
      },
      {gatekeeper.route()});
  RawClient running = server.connect();
  running.send(get("/slow"));
  ASSERT_TRUE(comes_true([&] { return gatekeeper.entered == 1; }));
  // Of two more calls one waits and the other is refused.
  RawClient second = server.connect();
  second.send(get("/slow"));
  RawClient third = server.connect();
  RawAnswer refused;
  ASSERT_TRUE(comes_true([&] {
    refused = third.ask(get("/pool"));
    return refused.status == 503;
  }));
  EXPECT_EQ(refused.headers["retry-after"], "1");
  EXPECT_EQ(third.ask(get("/inline")).status, 200);
  gatekeeper.release();
  EXPECT_EQ(running.read_answer().body, "done");
  EXPECT_EQ(second.read_answer().body, "done");
}

TEST(Server, AtTheConnectionCapAnIdleConnectionGivesWay) {
  TestServer server([](ServerConfig& config) { config.most_connections = 2; });
  RawClient first = server.connect();
  EXPECT_EQ(first.ask(get("/inline")).status, 200);
  RawClient second = server.connect();
  second.send("GET /inline HTTP/1.1\r\n");
  RawClient third = server.connect();
  EXPECT_EQ(third.ask(get("/inline")).status, 200);
  EXPECT_TRUE(first.is_closed());
  EXPECT_EQ(second.ask("Host: h\r\n\r\n").status, 200);
}

TEST(Server, StopLetsARunningAnswerFinishAndClosesIdleConnections) {
  Gatekeeper gatekeeper;
  TestServer server({}, {gatekeeper.route()});
  RawClient idle = server.connect();
  EXPECT_EQ(idle.ask(get("/inline")).status, 200);
  RawClient busy = server.connect();
  busy.send(get("/slow"));
  ASSERT_TRUE(comes_true([&] { return gatekeeper.entered == 1; }));
  std::jthread stopper([&] { server.server->stop(10s); });
  EXPECT_TRUE(idle.is_closed());
  gatekeeper.release();
  auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.headers["connection"], "close");
  EXPECT_TRUE(busy.is_closed());
}

TEST(Server, SaysWhyItCannotListen) {
  TestServer server;
  ServerConfig config;
  config.port = server.server->port();
  try {
    Server second(config, {}, {}, plain_error_page);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("Address already in use"), std::string::npos);
  }
}

}  // namespace
}  // namespace darkroom::http
