// How long the client waits, and what it says then. The server takes connections, as the kernel does for a process that stands still, and never answers.
#include "cli/client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace darkroom::cli {
namespace {

using std::chrono::milliseconds;

class StandsStill {
 public:
  StandsStill() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::listen(socket_, 16) != 0 || ::getsockname(socket_, any, &size) != 0) throw std::runtime_error("no socket");
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~StandsStill() { ::close(socket_); }

  std::string url;

 private:
  int socket_;
};

std::string said(const Client& client, const std::string& method, const std::string& path, const boost::json::object& body = {}) {
  auto answer = client.send(method, path, body);
  EXPECT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "unreachable");
  return answer.error().message;
}

TEST(Client, WhatIsAboutOneThingIsNotWaitedForLong) {
  StandsStill server;
  Client client(server.url, "t", {.of_one = milliseconds(20), .of_many = milliseconds(2000)});
  for (const char* path : {"/api/v1/jobs/7/cancel", "/api/v1/images/7/reprocess", "/api/v1/deliveries/7/replay"}) {
    EXPECT_NE(said(client, "POST", path).find("Is the server running?"), std::string::npos) << path;
  }
  EXPECT_NE(said(client, "DELETE", "/api/v1/images/7").find("Is the server running?"), std::string::npos);
  EXPECT_NE(said(client, "POST", "/api/v1/batches", {{"title", "open"}}).find("Is the server running?"), std::string::npos);
}

TEST(Client, WhatIsAboutManyIsSaidToGoOnPerhaps) {
  StandsStill server;
  Client client(server.url, "t", {.of_one = milliseconds(2000), .of_many = milliseconds(20)});
  for (const char* path : {"/api/v1/jobs/actions", "/api/v1/images/actions", "/api/v1/deliveries/replay"}) {
    EXPECT_NE(said(client, "POST", path).find("may still be going on"), std::string::npos) << path;
  }
  EXPECT_NE(said(client, "POST", "/api/v1/batches", {{"title", "t"}, {"filter", boost::json::object{}}}).find("may still be going on"), std::string::npos);
  EXPECT_NE(said(client, "DELETE", "/api/v1/endpoints/7").find("may still be going on"), std::string::npos);
}

TEST(Client, WhoIsNotThereDoesNothing) {
  std::string nobody = StandsStill().url;
  Client client(nobody, "t", {.of_many = milliseconds(2000)});
  EXPECT_NE(said(client, "POST", "/api/v1/jobs/actions").find("Is the server running?"), std::string::npos);
}

}  // namespace
}  // namespace darkroom::cli
