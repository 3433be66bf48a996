// A receiver on loopback that counts connections, keeps requests and answers as it is told.
#pragma once

#include "base/file_descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace darkroom::delivery {

class Listener {
 public:
  explicit Listener(std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok") : answer_(std::move(answer)) {
    // Both families, so that every way to write this host's loopback address would reach it.
    socket_ = FileDescriptor(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int off = 0;
    ::setsockopt(socket_.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    sockaddr_in6 name{};
    name.sin6_family = AF_INET6;
    name.sin6_addr = in6addr_any;
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) != 0 || ::listen(socket_.get(), 64) != 0) throw std::runtime_error("no listener");
    socklen_t size = sizeof name;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin6_port);
    thread_ = std::jthread([this](std::stop_token stop) { serve(stop); });
  }

  int port() const { return port_; }
  int connections() const { return connections_; }
  std::vector<std::string> requests() {
    std::lock_guard lock(mutex_);
    return requests_;
  }
  // From now on requests are read and not answered, and their connections kept, until it is turned off.
  void stall(bool on) { stalls_ = on; }
  // From now on connections are kept open after their answers.
  void keep(bool on) { keeps_ = on; }
  // Whether the sender has closed every connection that is kept.
  bool kept_ones_are_closed() {
    std::lock_guard lock(mutex_);
    return std::ranges::all_of(kept_, [](const FileDescriptor& one) {
      char byte = 0;
      return ::recv(one.get(), &byte, 1, MSG_DONTWAIT) == 0;
    });
  }
  void answer(std::string text) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(text);
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd wanted{socket_.get(), POLLIN, 0};
      if (::poll(&wanted, 1, 20) <= 0) continue;
      FileDescriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) continue;
      ++connections_;
      receive(client.get());
      if (!stalls_ && !keeps_) continue;
      std::lock_guard lock(mutex_);
      kept_.push_back(std::move(client));
    }
  }

  static std::size_t length_of(const std::string& head) {
    auto at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
  }

  void receive(int client) {
    std::string text;
    char piece[4096];
    for (std::size_t end = std::string::npos; end == std::string::npos || text.size() < end + 4 + length_of(text.substr(0, end));) {
      pollfd wanted{client, POLLIN, 0};
      if (::poll(&wanted, 1, 2'000) <= 0) break;
      ssize_t got = ::read(client, piece, sizeof piece);
      if (got <= 0) break;
      text.append(piece, static_cast<std::size_t>(got));
      end = text.find("\r\n\r\n");
    }
    std::string answer;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(text);
      if (stalls_) return;
      answer = answer_;
    }
    for (std::size_t sent = 0; sent < answer.size();) {
      ssize_t put = ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (put <= 0) break;
      sent += static_cast<std::size_t>(put);
    }
  }

  std::mutex mutex_;
  std::string answer_;
  std::vector<std::string> requests_;
  FileDescriptor socket_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stalls_ = false, keeps_ = false;
  std::vector<FileDescriptor> kept_;
  std::jthread thread_;
};

}  // namespace darkroom::delivery
