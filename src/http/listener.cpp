#include "http/listener.h"

#include "base/log.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

#include <sys/resource.h>

#include <stdexcept>
#include <utility>

namespace darkroom::http {

namespace asio = boost::asio;
using boost::system::error_code;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds kRetryDelay{100};
constexpr int kBacklog = 1024;

}  // namespace

Listener::Listener(asio::io_context& io, const std::string& address, std::uint16_t port, Accepted accepted)
    : acceptor_(io), retry_(io), accepted_(std::move(accepted)) {
  error_code error;
  auto parsed = asio::ip::make_address(address, error);
  tcp::endpoint endpoint(parsed, port);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) + ": " + error.message());
  port_ = acceptor_.local_endpoint().port();
}

void Listener::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space || error == asio::error::no_memory ||
        error.value() == ENFILE) {
      return try_again_later(error.message());
    }
    if (!error) accepted_(std::move(socket));
    accept();
  });
}

void Listener::try_again_later(const std::string& cause) {
  log::warning("cannot accept connections for a moment", {{"cause", cause}});
  retry_.expires_after(kRetryDelay);
  retry_.async_wait([this](error_code error) {
    if (!error && acceptor_.is_open()) accept();
  });
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("cannot raise the limit of open files");
}

}  // namespace darkroom::http
