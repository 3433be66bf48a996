// One HTTP/1.1 connection of the load generator: blocking, kept open as long as the server allows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace darkroom::bench {

class HttpConnection {
 public:
  // IPv4 address in dots.
  HttpConnection(std::string address, std::uint16_t port) : address_(std::move(address)), port_(port) {}
  ~HttpConnection() { close(); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Sends a whole request and reads the whole answer; returns its status. Throws std::runtime_error when the connection breaks.
  int exchange(std::string_view request);

 private:
  void open();
  void close();
  void send_all(std::string_view bytes);
  bool receive();  // more of the answer; false at its end

  std::string address_;
  std::uint16_t port_;
  int socket_ = -1;
  std::string answer_;
};

}  // namespace darkroom::bench
