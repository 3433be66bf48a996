// Bodies: streamed to a receiver, refused early, cut off, slow.
#include "http/server_for_test.h"

#include <gtest/gtest.h>

#include <string>

namespace darkroom::http {
namespace {

using namespace std::chrono_literals;

std::string header(const std::string& path, std::size_t length, const std::string& more = "") {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(length) + "\r\n" + more + "\r\n";
}

const std::string kGet = "GET /inline HTTP/1.1\r\nHost: h\r\n\r\n";

std::string chunk(std::string_view data) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", data.size());
  return size + std::string(data) + "\r\n";
}

TEST(Upload, SmallAndLargeBodiesArriveWhole) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(header("/upload", 5) + "hello").body, "hello");
  EXPECT_EQ(client.ask(header("/upload", 0)).body, "");
  for (std::size_t size : {92'000, 131'071, 131'072, 131'073, 147'456, 147'457, 5'000'000}) {
    server.uploaded = 0;
    EXPECT_EQ(client.ask(header("/upload", size) + std::string(size, 'x')).status, 201) << size;
    EXPECT_EQ(server.uploaded, size);
  }
  EXPECT_EQ(client.ask(kGet).status, 200);
  EXPECT_TRUE(comes_true([&] { return server.open_receivers == 0; }));
}

TEST(Upload, ChunkedBodiesArriveWholeWithWhateverFollowsKept) {
  TestServer server;
  RawClient client = server.connect();
  std::string body;
  for (int size : {1, 2, 17, 4096, 70'000, 1, 200'000}) body += chunk(std::string(static_cast<std::size_t>(size), 'x'));
  std::string request = "POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "0\r\n\r\n";
  EXPECT_EQ(client.ask(request + kGet).status, 201);
  EXPECT_EQ(server.uploaded, 1u + 2 + 17 + 4096 + 70'000 + 1 + 200'000);
  EXPECT_EQ(client.read_answer().body, "GET /inline");
}

TEST(Upload, ChunksAreDecodedAtEverySplit) {
  TestServer server;
  std::string head = "POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string body = chunk("hello, ") + chunk("wor") + chunk("ld") + "0\r\n\r\n";
  RawClient client = server.connect();
  for (std::size_t split = 0; split < body.size(); ++split) {
    int opened = server.opened;
    client.send(head + body.substr(0, split));
    ASSERT_TRUE(comes_true([&] { return server.opened > opened; }));  // so the rest comes in a read of its own
    EXPECT_EQ(client.ask(body.substr(split)).body, "hello, world") << split;
  }
}

TEST(Upload, TooLargeIsRefusedByItsHeaderAlone) {
  TestServer server;
  RawClient client = server.connect();
  auto answer = client.ask(header("/upload", (64 << 20) + 1));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.headers["connection"], "close");
  EXPECT_EQ(server.open_receivers, 0);
  client.end_sending();
  EXPECT_TRUE(client.is_closed());
}

TEST(Upload, ARouteWithoutABodyRefusesOne) {
  TestServer server;
  EXPECT_EQ(server.connect()
                .ask("DELETE /items/7 HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer secret\r\nContent-Length: 1\r\n\r\na")
                .status,
            413);
}

TEST(Upload, AClientThatSendsEverythingFirstStillReadsTheRefusal) {
  TestServer server;
  RawClient client = server.connect();
  std::size_t size = 100 << 20;
  ASSERT_TRUE(client.send(header("/upload", size)));
  std::string megabyte(1 << 20, 'x');
  for (int sent = 0; sent < 50; ++sent) ASSERT_TRUE(client.send(megabyte));
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST(Upload, ChunksAreCountedAgainstTheLimit) {
  TestServer server;
  RawClient client = server.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(std::string(600, 'x')) +
              chunk(std::string(401, 'x')));
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST(Upload, TheGuardRefusesBeforeTheBodyComes) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(header("/guarded", 1000)).status, 401);
  RawClient eager = server.connect();
  EXPECT_EQ(eager.ask(header("/guarded", 900'000) + std::string(900'000, 'x')).status, 401);
  EXPECT_EQ(server.uploaded, 0u);
  // 401 comes before 413: a stranger learns no limits.
  EXPECT_EQ(server.connect().ask(header("/guarded", 2 << 20)).status, 401);
}

TEST(Upload, AHandlerMayRefuseAtOpenOrAtAPiece) {
  TestServer server;
  RawClient small = server.connect();
  EXPECT_EQ(small.ask(header("/upload", 5, "X-Refuse: open\r\n") + "hello").body, "refused at open");
  EXPECT_EQ(small.ask(header("/upload", 5, "X-Refuse: piece\r\n") + "hello").body, "refused at a piece");
  RawClient large = server.connect();
  auto answer = large.ask(header("/upload", 9'000'000, "X-Refuse: piece\r\n") + std::string(9'000'000, 'x'));
  EXPECT_EQ(answer.body, "refused at a piece");
  EXPECT_EQ(answer.headers["connection"], "close");
  EXPECT_EQ(server.finished, 0);
  EXPECT_TRUE(comes_true([&] { return server.open_receivers == 0; }));
}

TEST(Upload, ContinueIsSentOnlyWhenTheBodyIsWanted) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(header("/upload", 5, "Expect: 100-continue\r\n")).status, 100);
  EXPECT_EQ(client.ask("hello").body, "hello");
  EXPECT_EQ(client.ask(header("/upload", 5, "Expect: 100-Continue\r\n") + "hello").body, "hello");
  EXPECT_EQ(client.ask(header("/echo", 2, "Expect: 100-continue\r\n")).status, 100);
  EXPECT_EQ(client.ask("ab").body, "POST /echo body=ab");
  EXPECT_EQ(client.ask(header("/echo", 2000, "Expect: 100-continue\r\n")).status, 413);
  EXPECT_EQ(server.connect().ask(header("/guarded", 5, "Expect: 100-continue\r\n")).status, 401);
  EXPECT_EQ(server.connect().ask(header("/nowhere", 5, "Expect: 100-continue\r\n")).status, 404);
}

TEST(Upload, AClientThatGoesAwayTakesItsReceiverWithIt) {
  TestServer server;
  EXPECT_EQ(server.connect().ask(kGet).status, 200);
  for (bool reset : {false, true}) {
    RawClient client = server.connect();
    client.send(header("/upload", 1'000'000) + std::string(300'000, 'x'));
    ASSERT_TRUE(comes_true([&] { return server.open_receivers == 1; }));
    reset ? client.abort() : client.close();
    EXPECT_TRUE(comes_true([&] { return server.open_receivers == 0; }));
    // Removing a file may block, so it is no work for the I/O thread.
    EXPECT_NE(server.destroyed_by.load(), server.io_thread.load());
  }
  EXPECT_EQ(server.finished, 0);
}

TEST(Upload, AShortBodyIsRefused) {
  TestServer server;
  RawClient client = server.connect();
  client.send(header("/upload", 10) + "short");
  client.end_sending();
  EXPECT_EQ(client.read_answer().status, 400);
  EXPECT_EQ(server.finished, 0);
}

TEST(Upload, ALongBodyIsTheNextRequest) {
  TestServer server;
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(header("/upload", 5) + "hello, world\r\n\r\n").body, "hello");
  EXPECT_EQ(client.read_answer().status, 400);
}

TEST(Upload, AStalledBodyIsCutOffAndItsReceiverGoes) {
  TestServer server([](ServerConfig& config) { config.body_idle_timeout = 150ms; });
  RawClient client = server.connect();
  client.send(header("/upload", 1000) + "part");
  EXPECT_EQ(client.read_answer().status, 408);
  EXPECT_TRUE(comes_true([&] { return server.open_receivers == 0; }));
  EXPECT_EQ(server.finished, 0);
}

TEST(Upload, ATrickledBodyIsCutOff) {
  TestServer server([](ServerConfig& config) {
    config.least_body_rate = 100'000'000;
    config.body_rate_grace = 150ms;
  });
  RawClient client = server.connect();
  client.send(header("/upload", 60'000'000));
  std::jthread trickle([&](std::stop_token stop) {
    while (!stop.stop_requested() && client.send("x")) std::this_thread::yield();
  });
  EXPECT_EQ(client.read_answer().status, 408);
  trickle.request_stop();
  EXPECT_TRUE(comes_true([&] { return server.open_receivers == 0; }));
}

TEST(Upload, StopDropsAnUnfinishedUpload) {
  TestServer server;
  RawClient client = server.connect();
  client.send(header("/upload", 1000) + "part");
  ASSERT_TRUE(comes_true([&] { return server.open_receivers == 1; }));
  server.server->stop(0ms);
  EXPECT_EQ(server.open_receivers, 0);
  EXPECT_EQ(server.finished, 0);
}

TEST(Upload, ManyAtOnce) {
  TestServer server;
  constexpr int kClients = 8;
  constexpr int kEach = 100;
  std::atomic<int> created = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i) {
      clients.emplace_back([&] {
        RawClient client = server.connect();
        std::string request = header("/upload", 92'000) + std::string(92'000, 'x');
        for (int n = 0; n < kEach; ++n) created += client.ask(request).status == 201;
      });
    }
  }
  EXPECT_EQ(created, kClients * kEach);
  EXPECT_EQ(server.uploaded, 92'000u * kClients * kEach);
  EXPECT_EQ(server.open_receivers, 0);
}

}  // namespace
}  // namespace darkroom::http
