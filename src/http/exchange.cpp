#include "http/exchange.h"

#include "base/log.h"
#include "http/compress.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace darkroom::http {

Exchange::Exchange(const Guard& guard, const ErrorPage& error_page, const Hooks& hooks, const Route& route, Request request)
    : guard_(guard), error_page_(error_page), hooks_(hooks), route_(route), request_(std::move(request)) {}

template <class Call>
auto Exchange::guarded(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception& error) {
    log::error("a request handler broke",
               {{"method", to_string(request_.method)}, {"path", request_.path}, {"request_id", request_.request_id}, {"cause", error.what()}});
    return error_page_("internal", "Something broke while this request was handled; the server's log has the cause.");
  }
}

std::optional<Reply> Exchange::advance(std::string_view piece, bool last) {
  auto reply = guarded([&]() -> std::optional<Reply> {
    if (!opened_) {
      opened_ = true;
      if (auto refusal = open()) return refusal;
    }
    if (auto refusal = receive(piece)) return refusal;
    return last ? std::optional(finish()) : std::nullopt;
  });
  if (reply) receiver_.reset();
  if (reply && std::holds_alternative<Response>(*reply)) complete(std::get<Response>(*reply));
  return reply;
}

std::optional<Reply> Exchange::open() {
  if (guard_) {
    if (auto refusal = guard_(route_, request_)) return std::move(*refusal);
  }
  if (request_.content_length.value_or(0) > route_.max_body) return too_large();
  const auto* body_handler = std::get_if<BodyHandler>(&route_.handler);
  if (body_handler == nullptr) return std::nullopt;
  auto opened = (*body_handler)(request_);
  if (auto* refusal = std::get_if<Response>(&opened)) return std::move(*refusal);
  receiver_ = std::move(std::get<BodyReceiver>(opened));
  return std::nullopt;
}

std::optional<Reply> Exchange::receive(std::string_view piece) {
  if (piece.empty()) return std::nullopt;
  received_ += piece.size();
  if (received_ > route_.max_body) return too_large();
  if (!receiver_) {
    request_.body += piece;
    return std::nullopt;
  }
  auto refusal = receiver_->receive(piece);
  if (refusal) return std::move(*refusal);
  return std::nullopt;
}

Reply Exchange::finish() { return receiver_ ? receiver_->finish() : std::get<Handler>(route_.handler)(request_); }

Response Exchange::too_large() const {
  if (route_.max_body == 0) return error_page_("too_large", "This address takes no request body.");
  return error_page_("too_large", "The request body may have at most " + std::to_string(route_.max_body) + " bytes.");
}

EventStream::Piece Exchange::next(EventStream& stream) {
  try {
    return stream.next();
  } catch (const std::exception& error) {
    log::error("a streamed answer broke", {{"path", request_.path}, {"cause", error.what()}});
    return {.text = "", .ended = true, .broke = true};
  }
}

std::optional<Response> Exchange::resume(Parked& parked, bool timed_out) {
  auto answer = guarded([&]() -> std::optional<Response> {
    auto response = parked.resume(timed_out);
    if (!response && timed_out) throw std::logic_error("a parked reply had no answer at its deadline");
    return response;
  });
  if (answer) complete(*answer);
  return answer;
}

void Exchange::complete(Response& response) const {
  response.headers.insert(response.headers.end(), route_.headers.begin(), route_.headers.end());
  if (hooks_.finish) hooks_.finish(request_, response);
  compress(request_, response);
}

}  // namespace darkroom::http
