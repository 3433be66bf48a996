// One request on its way through guard, limits, handler and body, without any socket. Its calls may block and are made by
// one thread at a time. Here is the boundary where what a handler throws becomes an answer.
#pragma once

#include "http/message.h"
#include "http/route.h"

#include <optional>
#include <string_view>
#include <variant>

namespace darkroom::http {

class Exchange {
 public:
  Exchange(const Guard& guard, const ErrorPage& error_page, const Hooks& hooks, const Route& route, Request request);

  const Route& route() const { return route_; }
  const Request& request() const { return request_; }
  bool holds_receiver() const { return receiver_.has_value(); }

  // Gives the next piece of the body, which may be empty; `last` says that this ends it. The first call asks the guard
  // and opens the handler before it looks at the piece. nullopt: the rest of the body is wanted. Once there is a reply,
  // the receiver is gone and advance() is not called again.
  std::optional<Reply> advance(std::string_view piece, bool last);

  // After advance() returned a Parked reply: tries it again. With `timed_out` there is always an answer.
  std::optional<Response> resume(Parked& parked, bool timed_out);

  // The next piece of a stream; what it throws ends the stream.
  EventStream::Piece next(EventStream& stream);

  // The last word on an answer to this request; what advance() and resume() give has had it.
  void complete(Response& response) const;

 private:
  std::optional<Reply> open();
  std::optional<Reply> receive(std::string_view piece);
  Reply finish();
  Response too_large() const;
  template <class Call>
  auto guarded(Call call) -> decltype(call());

  const Guard& guard_;
  const ErrorPage& error_page_;
  const Hooks& hooks_;
  const Route& route_;
  Request request_;
  bool opened_ = false;
  std::uint64_t received_ = 0;
  std::optional<BodyReceiver> receiver_;  // of a BodyHandler; a Handler's body is collected in request_.body
};

}  // namespace darkroom::http
