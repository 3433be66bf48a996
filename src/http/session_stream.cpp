// Answers that do not end, or that are too long to be whole in memory: what there is goes out, and only when it is gone is there a next piece.
#include "http/response_text.h"
#include "http/session.h"

#include <charconv>
#include <utility>

namespace darkroom::http {

namespace {

// A piece in the chunked transfer coding; behind the last one stands the end, which an answer that broke off does not have.
std::string as_chunk(std::string text, bool is_last) {
  if (!text.empty()) {
    char size[2 * sizeof(std::size_t)];
    auto [end, error] = std::to_chars(size, size + sizeof size, text.size(), 16);
    text = std::string(size, end) + "\r\n" + text + "\r\n";
  }
  return is_last ? text + "0\r\n\r\n" : text;
}

}  // namespace

Session::Go Session::begin_stream(EventStream stream) {
  if (context_.stopping) return answer(own_page("unavailable", "Darkroom is stopping; connect again in a moment."), true);
  keep_alive_ = false;
  Response head = stream.head.value_or(Response{200, "text/event-stream; charset=utf-8", "", {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}});
  in_chunks_ = stream.head && parser_->head().version >= 11;
  asked_.status = head.status;
  principal_ = exchange_->request().principal;
  out_head_ = stream_head(head, {.keep_alive = false, .is_secure = asked_.is_secure, .request_id = asked_.request_id, .origin = asked_.origin});
  if (in_chunks_) out_head_.insert(out_head_.size() - 2, "Transfer-Encoding: chunked\r\n");
  sent_ = 0;
  out_body_.clear();
  written_ = 0;
  write_pace_.begin(std::chrono::steady_clock::now());
  buffer_.clear_ready();
  stream_ = std::move(stream);
  state_ = State::streaming;
  context_.parking.add(stream_->key, shared_from_this());
  if (without_body_) piece_.ended = true;
  else pull();
  return Go::on;
}

void Session::pull() {
  in_pool_ = true;
  woken_ = false;
  pulled_at_ = std::chrono::steady_clock::now();
  context_.pool.proceed(pool_task([](Session& self) {
    if (!self.abandoned_) self.piece_ = self.exchange_->next(*self.stream_);
  }, &Session::on_pulled));
}

Session::Go Session::on_pulled() {
  in_pool_ = false;
  if (state_ == State::closed) {
    dispose();
    return Go::wait;
  }
  if (!has_unsent()) write_pace_.begin(std::chrono::steady_clock::now());
  std::string text = std::exchange(piece_.text, {});
  out_body_ += in_chunks_ ? as_chunk(std::move(text), piece_.ended && !piece_.broke) : text;
  return Go::on;
}

Session::Go Session::write_stream() {
  while (has_unsent()) {
    if (write_some() == Go::wait) return Go::wait;
  }
  out_head_.clear();
  out_body_.clear();
  written_ = 0;
  return Go::on;
}

Session::Go Session::step_stream() {
  if (write_stream() == Go::wait || in_pool_) return Go::wait;
  if (piece_.ended) {
    close();
    return Go::wait;
  }
  auto now = std::chrono::steady_clock::now();
  if (piece_.more_at_once || (woken_ && now >= pulled_at_ + kBetweenPulls)) {
    piece_.more_at_once = false;
    pull();
    return Go::wait;
  }
  set_deadline(woken_ ? pulled_at_ + kBetweenPulls : now + stream_->poll);
  watch_stream_client();
  return Go::wait;
}

// Whoever goes away is let go; what a client sends after its request is not read as another one.
void Session::watch_stream_client() {
  while (true) {
    switch (read_more()) {
      case Read::some: buffer_.consume_raw(buffer_.raw().size()); continue;
      case Read::nothing: buffer_.settle(); return wait_readable();
      case Read::end: return close();
      case Read::lost: return;
    }
  }
}

}  // namespace darkroom::http
