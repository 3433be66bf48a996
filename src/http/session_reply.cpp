// How a connection gets its answer: calls on the pool, parked replies, writing, and the end of a refused request.
#include "base/log.h"
#include "http/response_text.h"
#include "http/session.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace darkroom::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kMostHeldWhileParked = 16 * 1024;
constexpr std::uint64_t kFilePieceBytes = 64 * 1024;  // held for each client that takes a file, however slowly
constexpr std::chrono::seconds kLingerIdle{5};
constexpr std::chrono::seconds kLingerTotal{30};
constexpr std::uint64_t kLingerBytes = std::uint64_t{1} << 30;

}  // namespace

// The session goes to the pool and comes back whole: the I/O thread is the one that ends it.
HandlerPool::Task Session::pool_task(std::function<void(Session&)> work, Go (Session::*then)()) {
  return [self = shared_from_this(), work = std::move(work), then]() mutable {
    work(*self);
    auto& io = self->context_.io;
    asio::post(io, [self = std::move(self), then] {
      if ((*self.*then)() == Go::on) self->run();
    });
  };
}

Session::Go Session::call(bool last) {
  state_ = State::calling;
  deadline_ = TimePoint::max();
  bool first = !std::exchange(begun_, true);
  if (exchange_->route().runs_on == RunsOn::io_thread) {
    reply_ = exchange_->advance(buffer_.ready(), last);
    return on_called();
  }
  auto task = pool_task([last](Session& self) {
    if (!self.abandoned_) self.reply_ = self.exchange_->advance(self.buffer_.ready(), last);
  }, &Session::on_called);
  in_pool_ = true;
  if (!first) {
    context_.pool.proceed(std::move(task));
  } else if (!context_.pool.try_call(std::move(task))) {
    in_pool_ = false;
    Response busy = own_page("unavailable", "Darkroom is busy; try again in a second.");
    busy.headers.emplace_back("Retry-After", "1");
    return answer(std::move(busy), parser_->body_is_complete());
  }
  return Go::wait;
}

Session::Go Session::on_called() {
  in_pool_ = false;
  if (state_ == State::closed) {
    dispose();
    return Go::wait;
  }
  buffer_.clear_ready();
  body_pace_.moved(0, std::chrono::steady_clock::now());
  if (!reply_) return send_continue();
  Reply reply = *std::exchange(reply_, std::nullopt);
  if (auto* parked = std::get_if<Parked>(&reply)) return park(std::move(*parked));
  if (auto* stream = std::get_if<EventStream>(&reply)) return begin_stream(std::move(*stream));
  return answer(std::move(std::get<Response>(reply)), parser_->body_is_complete());
}

Session::Go Session::send_continue() {
  state_ = State::body;
  if (!std::exchange(awaits_continue_, false) || !buffer_.raw().empty()) return Go::on;
  // The send buffer is empty here, so these few bytes go out whole or the connection is broken.
  constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code error;
  if (socket_.write_some(asio::buffer(text), error) == text.size()) return Go::on;
  close();
  return Go::wait;
}

Session::Go Session::park(Parked parked) {
  state_ = State::parked;
  parked_ = std::move(parked);
  woken_ = false;
  timed_out_ = context_.stopping;
  context_.parking.add(parked_->key, shared_from_this());
  set_deadline(parked_->deadline);
  resume();
  return Go::on;
}

void Session::resume() {
  if (in_pool_) {
    woken_ = true;
    return;
  }
  in_pool_ = true;
  woken_ = false;
  context_.pool.proceed(pool_task([timed_out = timed_out_](Session& self) {
    if (!self.abandoned_) self.resumed_ = self.exchange_->resume(*self.parked_, timed_out);
    if (self.resumed_) self.parked_->resume = nullptr;
  }, &Session::on_resumed));
}

Session::Go Session::on_resumed() {
  in_pool_ = false;
  if (state_ == State::closed) {
    dispose();
    return Go::wait;
  }
  if (resumed_) {
    context_.parking.remove(parked_->key, this);
    parked_.reset();
    return answer(*std::exchange(resumed_, std::nullopt), true);
  }
  if (woken_) resume();
  return Go::wait;
}

// Whoever goes away while parked is let go. Requests that a client sends ahead are kept, up to a bound; beyond it the
// client is no longer watched.
void Session::watch_parked_client() {
  while (buffer_.raw().size() < kMostHeldWhileParked) {
    switch (read_more()) {
      case Read::some: continue;
      case Read::nothing: buffer_.settle(); return wait_readable();
      case Read::end: return close();
      case Read::lost: return;
    }
  }
}

Session::Go Session::refuse(const Error& error) {
  if (!asked_.open) {  // the header itself was refused
    asked_ = {.begun = std::chrono::steady_clock::now(), .method = {}, .client = remote_address_, .request_id = request_id({}, false), .language = {}, .origin = {}, .open = true};
  }
  return answer(own_page(error.code, error.message), false);
}

// An answer that no handler gave.
Response Session::own_page(std::string_view code, std::string_view message) const {
  Response response = context_.error_page(code, message);
  if (exchange_) {
    exchange_->complete(response);
  } else if (context_.hooks.finish) {
    Request without_route;
    without_route.request_id = asked_.request_id;
    without_route.headers = {{"Accept-Language", asked_.language}};
    context_.hooks.finish(without_route, response);
  }
  return response;
}

Session::Go Session::answer(Response response, bool request_is_complete) {
  if (exchange_) principal_ = exchange_->request().principal;
  dispose();
  buffer_.clear_ready();
  keep_alive_ = keep_alive_ && request_is_complete && !context_.stopping;
  // Closing with unread bytes resets the connection, which takes the answer away from a client that still sends.
  lingers_ = !request_is_complete || !buffer_.raw().empty();
  asked_.status = response.status;
  out_head_ = response_head(response, {.keep_alive = keep_alive_, .is_secure = asked_.is_secure, .request_id = asked_.request_id, .origin = asked_.origin,
                                       .answers_options = asked_.method == "OPTIONS"});
  bool with_body = !without_body_ && may_have_body(response.status);
  out_body_ = with_body ? std::move(response.body) : std::string();
  out_file_ = with_body && response.file && response.file->length > 0 ? std::move(response.file) : std::nullopt;
  written_ = 0;
  sent_ = 0;
  write_pace_.begin(std::chrono::steady_clock::now());
  state_ = State::writing;
  return Go::on;
}

// What the socket takes of head and body.
Session::Go Session::write_some() {
  std::size_t head_left = written_ < out_head_.size() ? out_head_.size() - written_ : 0;
  std::size_t body_done = head_left > 0 ? 0 : written_ - out_head_.size();
  std::array<asio::const_buffer, 2> left = {asio::buffer(out_head_.data() + out_head_.size() - head_left, head_left),
                                            asio::buffer(out_body_.data() + body_done, out_body_.size() - body_done)};
  error_code error;
  std::size_t bytes = socket_.write_some(left, error);
  if (error == asio::error::would_block || error == asio::error::interrupted) {
    const ServerConfig& config = context_.config;
    set_deadline(write_pace_.deadline({config.write_timeout, config.body_rate_grace, config.least_body_rate}));
    wait_writable();
    return Go::wait;
  }
  if (error) {
    close();
    return Go::wait;
  }
  written_ += bytes;
  sent_ += bytes;
  write_pace_.moved(bytes, std::chrono::steady_clock::now());
  return Go::on;
}

Session::Go Session::step_write() {
  if (out_file_ && out_body_.empty()) return fetch_piece();
  if (write_some() == Go::wait) return Go::wait;
  if (has_unsent()) return Go::on;
  if (!out_file_) return after_answer();
  written_ = 0;
  out_head_.clear();
  out_body_.clear();
  return Go::on;
}

// The next piece of a file is read on a pool thread, which may wait for the disk.
Session::Go Session::fetch_piece() {
  state_ = State::fetching;
  deadline_ = TimePoint::max();
  in_pool_ = true;
  context_.pool.proceed(pool_task([](Session& self) {
    FilePart& file = *self.out_file_;
    self.out_body_.resize(std::min<std::uint64_t>(file.length, kFilePieceBytes));
    ssize_t got = ::pread(file.file->get(), self.out_body_.data(), self.out_body_.size(), static_cast<off_t>(file.offset));
    self.out_body_.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }, &Session::on_fetched));
  return Go::wait;
}

Session::Go Session::on_fetched() {
  in_pool_ = false;
  if (state_ == State::closed) {
    out_file_.reset();
    dispose();
    return Go::wait;
  }
  // The length is promised already: only a connection that ends early tells the client that something is missing.
  if (out_body_.empty()) {
    log::error("a file that is being sent has become shorter or cannot be read", {{"request_id", asked_.request_id}});
    close();
    return Go::wait;
  }
  out_file_->offset += out_body_.size();
  out_file_->length -= out_body_.size();
  if (out_file_->length == 0) out_file_.reset();
  write_pace_.moved(0, std::chrono::steady_clock::now());
  state_ = State::writing;
  return Go::on;
}

void Session::note_answered(int status) {
  asked_.open = false;
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - asked_.begun);
  Answered answered{.route = asked_.route, .method = asked_.method, .client_address = asked_.client, .principal = principal_, .request_id = asked_.request_id, .status = status,
                    .bytes_sent = sent_, .bytes_received = asked_.received, .took = took};
  context_.traffic.count(answered);
  if (context_.hooks.answered) context_.hooks.answered(answered);
}

Session::Go Session::after_answer() {
  deadline_ = TimePoint::max();
  if (asked_.open) note_answered(asked_.status);
  principal_.clear();
  out_body_ = {};
  if (keep_alive_ && !context_.stopping) {
    keep_alive_ = false;
    without_body_ = false;
    idle_since_ = std::chrono::steady_clock::now();
    state_ = State::header;
    return Go::on;
  }
  if (!lingers_) {
    close();
    return Go::wait;
  }
  error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  write_pace_.begin(std::chrono::steady_clock::now());
  discarded_ = 0;
  state_ = State::lingering;
  return Go::on;
}

Session::Go Session::step_linger() {
  std::size_t bytes = buffer_.raw().size();
  buffer_.consume_raw(bytes);
  discarded_ += bytes;
  if (context_.stopping || discarded_ > kLingerBytes) {
    close();
    return Go::wait;
  }
  auto now = std::chrono::steady_clock::now();
  if (bytes > 0) write_pace_.moved(bytes, now);
  // The total is put as a rate that nobody can reach.
  set_deadline(write_pace_.deadline({kLingerIdle, kLingerTotal, kLingerBytes}));
  switch (read_more()) {
    case Read::some: return Go::on;
    case Read::nothing:
      buffer_.settle();
      wait_readable();
      return Go::wait;
    case Read::end: close(); return Go::wait;
    case Read::lost: return Go::wait;
  }
  return Go::wait;
}

}  // namespace darkroom::http
