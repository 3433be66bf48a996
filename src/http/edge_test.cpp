// The edge as clients see it: headers on every answer, proxies, hosts, pages of other origins, bounds of connections, files sent in pieces, the access log.
#include "http/access_log.h"
#include "http/server_for_test.h"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <utility>

namespace darkroom::http {
namespace {

std::string get(const std::string& path, const std::string& headers = "") { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n"; }

TEST(Edge, EveryAnswerHasTheSecurityHeadersAlsoEarlyRefusals) {
  TestServer server;
  for (const std::string& request : {get("/inline"), get("/nowhere"), get("/broken"), std::string("PUT /inline HTTP/1.1\r\nHost: h\r\n\r\n"), std::string("garbage\r\n\r\n"),
                                     get("/inline", "A: " + std::string(20'000, 'a') + "\r\n"), std::string("DELETE /items/1 HTTP/1.1\r\nHost: h\r\n\r\n"),
                                     std::string("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")}) {
    auto answer = server.connect().ask(request);
    ASSERT_NE(answer.status, 0) << request;
    EXPECT_EQ(answer.headers["x-content-type-options"], "nosniff");
    EXPECT_EQ(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    EXPECT_EQ(answer.headers["cross-origin-opener-policy"], "same-origin");
    EXPECT_EQ(answer.headers["cross-origin-resource-policy"], "same-origin");
    EXPECT_EQ(answer.headers["permissions-policy"], "camera=(), geolocation=(), microphone=()");
    EXPECT_EQ(answer.headers["x-frame-options"], "DENY");
    EXPECT_EQ(answer.headers["x-request-id"].size(), 32u);
    EXPECT_FALSE(answer.headers.contains("strict-transport-security")) << "not over TLS";
    EXPECT_FALSE(answer.headers.contains("access-control-allow-origin"));
  }
}

Route whoami() {
  return {Method::get, "/whoami", "public", RunsOn::io_thread, 0, Handler([](const Request& request) -> Reply {
            return text_response(200, request.client_address + " " + request.host + (request.is_secure ? " secure " : " plain ") + request.request_id);
          })};
}

const char* const kForwarded = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: photos.example.com\r\nX-Request-Id: req-7\r\n";

TEST(Edge, ProxiesAreBelievedWhenListed) {
  TestServer open({}, {whoami()});
  EXPECT_TRUE(open.connect().ask(get("/whoami", kForwarded)).body.starts_with("127.0.0.1 h plain "));
  TestServer behind([](ServerConfig& config) { config.trusted_proxies = {*Network::parse("127.0.0.0/8")}; }, {whoami()});
  auto answer = behind.connect().ask(get("/whoami", kForwarded));
  EXPECT_EQ(answer.body, "203.0.113.9 photos.example.com secure req-7");
  EXPECT_EQ(answer.headers["x-request-id"], "req-7");
  EXPECT_EQ(answer.headers["strict-transport-security"], "max-age=31536000");
}

TEST(Edge, AStrangersHostIsRefusedWhereOnlyLocalOnesAre) {
  TestServer server([](ServerConfig& config) { config.local_hosts_only = true; });
  EXPECT_EQ(server.connect().ask("GET /inline HTTP/1.1\r\nHost: evil.example:8470\r\n\r\n").status, 400);
  EXPECT_EQ(server.connect().ask("GET /inline HTTP/1.1\r\nHost: localhost:8470\r\n\r\n").status, 200);
}

TEST(Edge, PagesOfOtherOriginsReadOnlyWhenListed) {
  TestServer server([](ServerConfig& config) { config.cors_origins = {"https://app.example.com"}; });
  RawClient client = server.connect();
  std::string preflight = "OPTIONS /items/7 HTTP/1.1\r\nHost: h\r\nAccess-Control-Request-Method: DELETE\r\nOrigin: ";
  auto allowed = client.ask(preflight + "https://app.example.com\r\n\r\n");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.headers["access-control-allow-origin"], "https://app.example.com");
  EXPECT_NE(allowed.headers["access-control-allow-methods"].find("DELETE"), std::string::npos);
  EXPECT_NE(allowed.headers["access-control-allow-headers"].find("Authorization"), std::string::npos);
  EXPECT_FALSE(allowed.headers.contains("access-control-allow-credentials"));
  EXPECT_EQ(allowed.headers["vary"], "Origin");
  auto answer = client.ask(get("/nowhere", "Origin: https://app.example.com\r\n"));
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers["access-control-allow-origin"], "https://app.example.com") << "also errors, so that the page can show them";
  for (const char* header : {"ETag", "Darkroom-Image", "Upload-Offset"}) EXPECT_NE(answer.headers["access-control-expose-headers"].find(header), std::string::npos) << header;
  EXPECT_FALSE(client.ask(preflight + "https://evil.example\r\n\r\n").headers.contains("access-control-allow-origin"));
  EXPECT_FALSE(client.ask(get("/inline", "Origin: null\r\n")).headers.contains("access-control-allow-origin"));
}

TEST(Edge, ConnectionsOfOneAddressAreBounded) {
  TestServer server([](ServerConfig& config) { config.most_connections_per_address = 3; });
  std::vector<RawClient> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(server.connect());
    ASSERT_EQ(held.back().ask(get("/inline")).status, 200);
  }
  EXPECT_TRUE(server.connect().is_closed());
  EXPECT_EQ(server.server->traffic().refused_address, 1u);
  held.pop_back();
  EXPECT_TRUE(comes_true([&] { return server.connect().ask(get("/inline")).status == 200; }));
  TestServer behind([](ServerConfig& config) {
    config.most_connections_per_address = 1;
    config.trusted_proxies = {*Network::parse("127.0.0.1")};
  });
  RawClient first = behind.connect(), second = behind.connect();
  EXPECT_EQ(first.ask(get("/inline")).status, 200);
  EXPECT_EQ(second.ask(get("/inline")).status, 200);
}

TEST(Edge, ABodyThatComesSteadilyForTooLongIsRefused) {
  TestServer server([](ServerConfig& config) {
    config.body_total_timeout = std::chrono::milliseconds(150);
    config.least_body_rate = 0;
  });
  RawClient client = server.connect();
  client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  while (!client.hears_something(std::chrono::milliseconds(20)) && client.send("a")) {
  }
  EXPECT_EQ(client.read_answer().status, 408);
}

class SentFile {
 public:
  explicit SentFile(std::string text) {
    char name[] = "/tmp/darkroom-edge-XXXXXX";
    file = std::make_shared<FileDescriptor>(::mkostemp(name, O_CLOEXEC));
    ::unlink(name);
    EXPECT_EQ(::write(file->get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  Route route(std::uint64_t offset, std::uint64_t length) const {
    return {Method::get, "/file", "public", RunsOn::pool, 0, Handler([file = file, offset, length](const Request&) -> Reply {
              Response response{200, "image/jpeg", "", {}};
              response.file = FilePart{file, offset, length};
              return response;
            })};
  }
  std::shared_ptr<FileDescriptor> file;
};

TEST(Edge, AFileIsSentInPiecesAndOnlyItsPart) {
  std::string text;
  while (text.size() < 1'000'000) text += std::to_string(text.size()) + ' ';
  SentFile file(text);
  TestServer server({}, {file.route(7, 900'001)});
  RawClient client = server.connect();
  client.send(get("/file") + "HEAD /file HTTP/1.1\r\nHost: h\r\n\r\n" + get("/inline"));
  EXPECT_EQ(client.read_answer().body, text.substr(7, 900'001));
  EXPECT_EQ(client.read_answer(false).headers["content-length"], "900001");
  EXPECT_EQ(client.read_answer().body, "GET /inline");
}

// Bytes that the kernel holds of answers from this port.
std::size_t unread_bytes(std::uint16_t port) {
  std::ifstream sockets("/proc/net/tcp");
  std::string line;
  std::size_t sum = 0;
  while (std::getline(sockets, line)) {
    unsigned local = 0, queued = 0;
    if (std::sscanf(line.c_str(), " %*u: %*8x:%x %*8x:%*x %*x %x:", &local, &queued) == 2 && local == port) sum += queued;
  }
  return sum;
}

TEST(Edge, WhoeverReadsNothingHasLittleWrittenForThem) {
  SentFile file(std::string(16'000'000, 'x'));
  TestServer server({}, {file.route(0, 16'000'000)});
  RawClient idle = server.connect(), other = server.connect();
  idle.send(get("/file"));
  std::size_t before = 0, now = 0;
  ASSERT_TRUE(comes_true([&] {  // until no more is written
    before = std::exchange(now, unread_bytes(server.server->port()));
    for (int i = 0; i < 50; ++i) other.ask(get("/items/1"));
    return now > 0 && now == before;
  }));
  EXPECT_LT(now, 1'000'000u);
  EXPECT_EQ(idle.read_answer().body.size(), 16'000'000u);
}

TEST(Edge, AFileThatIsTooShortEndsTheConnection) {
  SentFile file("short");
  TestServer server({}, {file.route(0, 500)});
  RawClient client = server.connect();
  EXPECT_EQ(client.ask(get("/file")).status, 0);
  RawClient next = server.connect();
  next.send(get("/file"));
  next.close();
  EXPECT_EQ(server.connect().ask(get("/inline")).status, 200);
}

TEST(Edge, TrafficIsCountedByRouteAndClass) {
  TestServer server;
  RawClient client = server.connect();
  for (int i = 0; i < 3; ++i) client.ask(get("/items/" + std::to_string(i)));
  client.ask("DELETE /items/1 HTTP/1.1\r\nHost: h\r\n\r\n");
  client.ask(get("/nowhere"));
  server.connect().ask("garbage\r\n\r\n");
  Traffic traffic;
  std::map<std::string, std::array<std::uint64_t, 5>> seen;
  ASSERT_TRUE(comes_true([&] {  // a client may read its answer a moment before it is counted
    traffic = server.server->traffic();
    for (const auto& route : traffic.routes) seen[route.method + ' ' + route.pattern] = route.by_class;
    return seen["none none"][3] == 2;
  }));
  EXPECT_EQ((seen["GET /items/{id}"]), (std::array<std::uint64_t, 5>{0, 3, 0, 0, 0}));
  EXPECT_EQ((seen["DELETE /items/{id}"]), (std::array<std::uint64_t, 5>{0, 0, 0, 1, 0}));
  EXPECT_EQ((seen["none none"]), (std::array<std::uint64_t, 5>{0, 0, 0, 2, 0}));
  EXPECT_EQ(traffic.accepted, 2u);
  EXPECT_GT(traffic.bytes_sent, 0u);
}

TEST(AccessLine, HasNoAddressAndNothingThatBreaksIt) {
  Route route{Method::get, "/items/{id}", "public", RunsOn::pool, 0, {}};
  Answered answered{.route = &route, .method = "GET", .client_address = "203.0.113.9", .principal = "kim \"\n", .request_id = "r-1", .status = 200, .bytes_sent = 512,
                    .took = std::chrono::microseconds(1234)};
  auto at = std::chrono::system_clock::time_point(std::chrono::microseconds(1'700'000'000'000'042));
  EXPECT_EQ(access_line(answered, at),
            "{\"time\":\"2023-11-14T22:13:20.000042Z\",\"method\":\"GET\",\"route\":\"/items/{id}\",\"status\":200,\"bytes\":512,\"micros\":1234,"
            "\"client\":\"203.0.113.9\",\"account\":\"kim \\\"\\u000a\",\"request_id\":\"r-1\"}\n");
}

TEST(AccessLine, AnOpenedFileIsOpenedAgainWhenItWasMoved) {
  std::string file = testing::TempDir() + "/edge-access.log";
  std::string moved = file + ".1";
  ::unlink(file.c_str());
  ::unlink(moved.c_str());
  auto size = [](const std::string& name) {
    FileDescriptor opened(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
    return opened ? static_cast<long>(::lseek(opened.get(), 0, SEEK_END)) : -1L;
  };
  AccessLog log(file);
  log.note({.route = nullptr, .method = "GET", .status = 400});
  ASSERT_TRUE(comes_true([&] { return size(file) > 0; }));
  long first = size(file);
  ASSERT_EQ(::rename(file.c_str(), moved.c_str()), 0);
  log.note({.route = nullptr, .method = "GET", .status = 400});
  EXPECT_TRUE(comes_true([&] { return size(file) > 0; }));
  EXPECT_EQ(size(moved), first);
}

}  // namespace
}  // namespace darkroom::http
