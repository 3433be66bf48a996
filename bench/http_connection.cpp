#include "http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace darkroom::bench {
namespace {

[[noreturn]] void fail(const std::string& doing) { throw std::runtime_error(doing + ": " + std::strerror(errno)); }

// The value of a header in a lower-cased head; empty if it is not there.
std::string_view header(std::string_view head, std::string_view name) {
  std::string line = "\r\n" + std::string(name) + ": ";
  std::size_t at = head.find(line);
  if (at == std::string_view::npos) return {};
  std::string_view value = head.substr(at + line.size());
  return value.substr(0, value.find("\r\n"));
}

}  // namespace

void HttpConnection::open() {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port_);
  if (::inet_pton(AF_INET, address_.c_str(), &peer.sin_addr) != 1) throw std::runtime_error("not an IPv4 address: " + address_);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&peer), sizeof peer) != 0) fail("cannot connect");
  int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void HttpConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void HttpConnection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("cannot send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool HttpConnection::receive() {
  char piece[16 * 1024];
  ssize_t got = ::recv(socket_, piece, sizeof piece, 0);
  if (got < 0) fail("cannot read the answer");
  answer_.append(piece, static_cast<std::size_t>(got));
  return got > 0;
}

int HttpConnection::exchange(std::string_view request) {
  if (socket_ < 0) open();
  send_all(request);
  answer_.clear();
  std::size_t head_end = std::string::npos;
  while ((head_end = answer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) throw std::runtime_error("the server closed the connection without an answer");
  }
  std::string head = answer_.substr(0, head_end + 2);
  std::ranges::transform(head, head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::size_t length = 0;
  std::string_view told = header(head, "content-length");
  std::from_chars(told.data(), told.data() + told.size(), length);
  bool last = told.empty() || header(head, "connection") == "close";
  while (told.empty() ? receive() : answer_.size() < head_end + 4 + length && receive()) {
  }
  if (last) close();
  return std::atoi(head.c_str() + head.find(' '));
}

}  // namespace darkroom::bench
