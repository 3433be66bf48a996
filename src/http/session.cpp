#include "http/session.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace darkroom::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr int kClientGone = 499;  // no answer was sent: the word of proxies for it
constexpr int kMostSteps = 64;  // then others on this thread get their turn
constexpr int kMostUnsent = 64 * 1024;  // bytes of an answer that the kernel holds beyond what is on its way

// Without it the kernel takes megabytes for each client that does not read, and the I/O thread spends its time on copying them.
void bound_unsent(int socket) { ::setsockopt(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kMostUnsent, sizeof kMostUnsent); }

}  // namespace

Session::Session(SessionContext& context, asio::ip::tcp::socket socket, std::string remote_address)
    : context_(context), socket_(std::move(socket)), remote_address_(std::move(remote_address)), timer_(context.io), buffer_(context.buffers) {}

void Session::start() {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  bound_unsent(socket_.native_handle());
  header_deadline_ = std::chrono::steady_clock::now() + context_.config.header_timeout;
  run();
}

void Session::run() {
  for (int steps = 0; steps < kMostSteps; ++steps) {
    if (step() == Go::wait) return;
  }
  asio::post(context_.io, [self = shared_from_this()] { self->run(); });
}

Session::Go Session::step() {
  switch (state_) {
    case State::header: return step_header();
    case State::body: return step_body();
    case State::writing: return step_write();
    case State::lingering: return step_linger();
    case State::parked: watch_parked_client(); return Go::wait;
    case State::streaming: return step_stream();
    case State::calling:
    case State::fetching:
    case State::closed: return Go::wait;
  }
  return Go::wait;
}

Session::Go Session::expire() {
  deadline_ = TimePoint::max();
  switch (state_) {
    case State::header:
      if (!buffer_.raw().empty()) return refuse({"request_timeout", "The request header did not arrive in time."});
      close();
      return Go::wait;
    case State::body: return refuse({"request_timeout", "The request body arrived too slowly."});
    case State::parked:
      timed_out_ = true;
      resume();
      return Go::wait;
    case State::streaming:
      if (!has_unsent()) {
        woken_ = true;
        return Go::on;
      }
      close();
      return Go::wait;
    case State::writing:
    case State::lingering: close(); return Go::wait;
    case State::fetching:
    case State::calling:
    case State::closed: return Go::wait;
  }
  return Go::wait;
}

Session::Read Session::read_more() {
  auto [data, size] = buffer_.room();
  error_code error;
  std::size_t bytes = socket_.read_some(asio::buffer(data, size), error);
  if (!error) {
    buffer_.added(bytes);
    return Read::some;
  }
  if (error == asio::error::would_block || error == asio::error::interrupted) return Read::nothing;
  if (error == asio::error::eof) return Read::end;
  close();
  return Read::lost;
}

void Session::wait_readable() {
  if (std::exchange(waiting_readable_, true)) return;
  socket_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](error_code) {
    self->waiting_readable_ = false;
    self->run();
  });
}

void Session::wait_writable() {
  if (std::exchange(waiting_writable_, true)) return;
  socket_.async_wait(asio::socket_base::wait_write, [self = shared_from_this()](error_code) {
    self->waiting_writable_ = false;
    self->run();
  });
}

// A deadline that moves later leaves the timer as it is: it looks again when it goes off. So a busy connection sets a
// timer about once in its shortest timeout and not with each request.
void Session::set_deadline(TimePoint when) {
  deadline_ = when;
  if (timer_armed_ && timer_at_ <= when) return;
  timer_armed_ = true;
  timer_at_ = when;
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->on_timer();
  });
}

void Session::on_timer() {
  timer_armed_ = false;
  if (state_ == State::closed || deadline_ == TimePoint::max()) return;
  if (std::chrono::steady_clock::now() < deadline_) return set_deadline(deadline_);
  if (expire() == Go::on) run();
}

void Session::wake() {
  if (state_ == State::parked) resume();
  if (state_ != State::streaming) return;
  woken_ = true;
  if (!in_pool_ && !has_unsent()) set_deadline(pulled_at_ + kBetweenPulls);
}

void Session::stop_soon() {
  switch (state_) {
    case State::header:
    case State::streaming:
    case State::lingering: return close();
    case State::parked:
      timed_out_ = true;
      return resume();
    case State::body:
    case State::calling:
    case State::writing:
    case State::fetching:
    case State::closed: return;
  }
}

void Session::close() {
  if (state_ == State::closed) return;
  auto self = shared_from_this();
  if (asked_.open) note_answered(asked_.status ? asked_.status : kClientGone);
  state_ = State::closed;
  abandoned_ = true;
  error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  if (parked_) context_.parking.remove(parked_->key, this);
  if (stream_) context_.parking.remove(stream_->key, this);
  if (!in_pool_) dispose();
  context_.sessions.erase(self);
  if (context_.on_session_closed) context_.on_session_closed(*this);
}

// What handlers left behind may touch files when it goes, so it goes on a pool thread.
void Session::dispose() {
  if (parked_ || stream_ || (exchange_ && exchange_->holds_receiver())) {
    context_.pool.proceed([exchange = std::move(exchange_), parked = std::exchange(parked_, std::nullopt), stream = std::exchange(stream_, std::nullopt)]() mutable {
      exchange.reset();
      parked.reset();
      stream.reset();
    });
  }
  exchange_.reset();
}

}  // namespace darkroom::http
