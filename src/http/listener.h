// Accepts connections and hands them on; when the process is out of descriptors it waits a little instead of spinning.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace darkroom::http {

class Listener {
 public:
  using Accepted = std::function<void(boost::asio::ip::tcp::socket)>;

  // Binds and listens; throws std::runtime_error with the address and the cause.
  Listener(boost::asio::io_context& io, const std::string& address, std::uint16_t port, Accepted accepted);

  std::uint16_t port() const { return port_; }
  // On the I/O thread.
  void accept();
  void close();

 private:
  void try_again_later(const std::string& cause);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  Accepted accepted_;
  std::uint16_t port_ = 0;
};

// Raises the soft limit of open files to the hard one.
void raise_descriptor_limit();

}  // namespace darkroom::http
