// For tests: a client that sends exactly the bytes it is told to and reads answers, with a deadline on every wait.
#pragma once

#include "base/file_descriptor.h"
#include "http/ascii.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace darkroom::http {

struct RawAnswer {
  int status = 0;                              // 0: none
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("connect");
    int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  // False if the server no longer takes bytes.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() { ::shutdown(socket_.get(), SHUT_WR); }
  void close() { socket_.reset(); }
  // Closes with a reset instead of a FIN.
  void abort() {
    linger reset{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    socket_.reset();
  }

  // The next answer; status 0 if the connection ends or the deadline passes before it is complete.
  RawAnswer read_answer(bool with_body = true) {
    std::size_t end;
    while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_some()) return {};
    }
    RawAnswer answer = parse(held_.substr(0, end + 2));
    held_.erase(0, end + 4);
    std::size_t length = answer.headers.contains("content-length") ? std::stoul(answer.headers["content-length"]) : 0;
    if (!with_body || answer.status < 200) return answer;
    while (held_.size() < length) {
      if (!read_some()) return {};
    }
    answer.body = held_.substr(0, length);
    held_.erase(0, length);
    return answer;
  }

  // What came behind the answers, or comes next; empty at the end.
  std::string read_rest() {
    if (held_.empty()) read_some();
    return std::exchange(held_, {});
  }

  RawAnswer ask(std::string_view request) {
    send(request);
    return read_answer();
  }

  // Waits for at most `wait` for an answer or the end.
  bool hears_something(std::chrono::milliseconds wait) {
    pollfd waiting{socket_.get(), POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait.count())) > 0;
  }

  // Takes one byte, if one is there: a reader that is slow on purpose.
  bool read_byte() {
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_DONTWAIT) == 1;
  }

  // True when the server has closed and nothing more came.
  bool is_closed() {
    bool more = held_.empty() && read_some();
    return !more && held_.empty() && ended_;
  }

 private:
  static constexpr int kDeadlineMilliseconds = 10'000;

  bool read_some() {
    pollfd waiting{socket_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kDeadlineMilliseconds) <= 0) return false;
    char buffer[65536];
    ssize_t bytes = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    ended_ = bytes <= 0;
    if (ended_) return false;
    held_.append(buffer, static_cast<std::size_t>(bytes));
    return true;
  }

  static RawAnswer parse(std::string_view head) {
    RawAnswer answer;
    answer.status = std::stoi(std::string(head.substr(9, 3)));
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      std::string_view line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      std::string name(line.substr(0, line.find(':')));
      for (char& c : name) c = to_lower(c);
      answer.headers[name] = std::string(trim(line.substr(line.find(':') + 1)));
    }
    return answer;
  }

  FileDescriptor socket_;
  std::string held_;
  bool ended_ = false;
};

}  // namespace darkroom::http
