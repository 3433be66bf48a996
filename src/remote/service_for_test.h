// A model's service for tests: takes connections on loopback, notes each request, and answers as it is told.
#pragma once

#include "base/file_descriptor.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace darkroom::remote::test {

// A whole HTTP answer with a body; further header lines end with CR LF.
inline std::string answer(int status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " words\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

inline constexpr const char* kSilence = "";        // takes the request and answers nothing
inline constexpr const char* kHangUp = "hang up";  // takes the request and closes

class Service {
 public:
  struct Request {
    int connection = 0;  // from 1
    std::string head;
    std::string body;
  };

  Service() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_.get(), 16) != 0)
      throw std::runtime_error("no listener");
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept_all(); });
  }

  ~Service() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    for (Connection& connection : connections_) ::shutdown(connection.socket.get(), SHUT_RDWR);
  }

  std::string url(const std::string& path = "/process-image/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

  // What the next requests are answered with, in turn; then the last goes on.
  void say(std::deque<std::string> answers) {
    std::lock_guard lock(mutex_);
    answers_ = std::move(answers);
  }

  // Waits for that many requests; fewer when they do not come within 20 s.
  std::vector<Request> requests(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return requests_.size() >= count; });
    return requests_;
  }

  // Waits until a connection was closed by the other side.
  bool sees_a_close() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return closed_ > 0; });
  }

 private:
  struct Connection {
    FileDescriptor socket;
    std::jthread thread;  // first to go
  };

  void accept_all() {
    for (int number = 1;; ++number) {
      FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket) return;
      Connection& connection = connections_.emplace_back();
      connection.socket = std::move(socket);
      connection.thread = std::jthread([this, &connection, number] { serve(connection.socket.get(), number); });
    }
  }

  void serve(int socket, int number) {
    std::string text;
    while (take_request(socket, number, text)) {
      std::string reply = next_answer();
      if (reply == kHangUp) break;
      if (::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) break;
    }
    ::shutdown(socket, SHUT_RDWR);
    std::lock_guard lock(mutex_);
    ++closed_;
    changed_.notify_all();
  }

  bool take_request(int socket, int number, std::string& text) {
    std::size_t end_of_head = std::string::npos, length = 0;
    while (true) {
      if (end_of_head == std::string::npos && (end_of_head = text.find("\r\n\r\n")) != std::string::npos) {
        std::size_t at = text.find("Content-Length: ");
        length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
        end_of_head += 4;
      }
      if (end_of_head != std::string::npos && text.size() >= end_of_head + length) break;
      char buffer[65'536];
      ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
      if (got <= 0) return false;
      text.append(buffer, static_cast<std::size_t>(got));
    }
    std::lock_guard lock(mutex_);
    requests_.push_back({number, text.substr(0, end_of_head), text.substr(end_of_head, length)});
    text.erase(0, end_of_head + length);
    changed_.notify_all();
    return true;
  }

  std::string next_answer() {
    std::lock_guard lock(mutex_);
    std::string next = answers_.empty() ? std::string() : answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    return next;
  }

  FileDescriptor listener_;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> answers_;
  std::vector<Request> requests_;
  int closed_ = 0;
  std::list<Connection> connections_;
  std::jthread acceptor_;
};

}  // namespace darkroom::remote::test
