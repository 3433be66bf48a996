// How a connection takes a request in: header, route, body.
#include "http/ascii.h"
#include "http/percent.h"
#include "http/session.h"

#include <utility>

namespace darkroom::http {
namespace {

// Beyond this many large buffers in use, a slow upload hands over what it has instead of waiting for a full piece.
constexpr std::size_t kMostGathering = 64;

bool expects_continue(const Head& head) {
  if (head.version < 11) return false;
  for (const auto& [name, value] : head.fields) {
    if (equals_ignoring_case(name, "Expect")) return equals_ignoring_case(value, "100-continue");
  }
  return false;
}

}  // namespace

Session::Go Session::step_header() {
  if (!buffer_.raw().empty()) {
    auto end = scanner_.scan(buffer_.raw());
    if (!end) return refuse(end.error());
    if (*end) return begin_request(**end);
  }
  switch (read_more()) {
    case Read::some: return Go::on;
    case Read::nothing: wait_for_header(); return Go::wait;
    case Read::end:
      if (!buffer_.raw().empty()) return refuse({"bad_request", "The connection ended before the request header did."});
      close();
      return Go::wait;
    case Read::lost: return Go::wait;
  }
  return Go::wait;
}

void Session::wait_for_header() {
  bool idle = buffer_.raw().empty();
  if (idle && context_.stopping) return close();
  buffer_.settle();
  if (!idle && !header_deadline_) header_deadline_ = std::chrono::steady_clock::now() + context_.config.header_timeout;
  set_deadline(header_deadline_.value_or(idle_since_ + context_.config.idle_timeout));
  wait_readable();
}

Session::Go Session::begin_request(std::size_t header_bytes) {
  deadline_ = TimePoint::max();
  scanner_.reset();
  header_deadline_.reset();
  parser_.emplace();
  if (auto parsed = parser_->parse_header(buffer_.raw().substr(0, header_bytes)); !parsed) return refuse(parsed.error());
  buffer_.consume_raw(header_bytes);
  const Head& head = parser_->head();
  ClientSeen client = note_client(head);
  auto framing = judge(head);
  if (!framing) return refuse(framing.error());
  if (!is_our_host(context_.hosts, client.host)) {
    return refuse({"bad_request", "This server is not asked by the name in the Host header; if the name is its own, its operator adds it to http.allowed_hosts."});
  }
  keep_alive_ = parser_->keep_alive();
  without_body_ = head.method == "HEAD";
  awaits_continue_ = framing->framing != Framing::none && expects_continue(head);
  return route_request(*framing, std::move(client));
}

ClientSeen Session::note_client(const Head& head) {
  const ServerConfig& config = context_.config;
  ClientSeen client = see_client(config.trusted_proxies, config.forwarded_by, remote_address_, head.fields);
  asked_ = {.begun = std::chrono::steady_clock::now(), .method = head.method, .client = client.address, .request_id = request_id(head.fields, client.by_proxy),
            .language = std::string(value_of(head.fields, "Accept-Language")), .origin = permitted_origin(config.cors_origins, head.fields), .is_secure = client.is_secure, .open = true};
  return client;
}

Session::Go Session::route_request(const BodyFraming& framing, ClientSeen client) {
  Head& head = parser_->head();
  auto target = parse_target(head.target);
  if (!target) return refuse(target.error());
  auto method = method_of(head.method);
  auto found = context_.router.find(method, target->raw_path);
  auto* match = std::get_if<RouteMatch>(&found);
  if (match == nullptr) return answer_without_route(found, method == Method::options);

  Request request;
  request.method = *method;
  request.path = std::move(match->path);
  request.params = std::move(match->params);
  request.query = std::move(target->query);
  request.target = std::move(head.target);
  request.headers = std::move(head.fields);
  request.remote_address = remote_address_;
  request.client_address = std::move(client.address);
  request.host = std::move(client.host);
  request.is_secure = client.is_secure;
  request.request_id = asked_.request_id;
  asked_.route = match->route;
  if (framing.framing == Framing::length) request.content_length = framing.length;
  exchange_ = std::make_shared<Exchange>(context_.guard, context_.error_page, context_.hooks, *match->route, std::move(request));
  begun_ = false;
  body_pace_.begin(std::chrono::steady_clock::now());
  state_ = State::body;
  return Go::on;
}

Session::Go Session::answer_without_route(const RouteSearch& found, bool asks_options) {
  if (std::holds_alternative<BadPath>(found)) {
    return refuse({"bad_request", "The path is not percent-encoded UTF-8; encode every % as %25."});
  }
  bool complete = parser_->body_is_complete();
  const auto* others = std::get_if<OtherMethods>(&found);
  if (others == nullptr) return answer(own_page("not_found", "There is nothing at this address."), complete);
  Response response = asks_options ? Response{204, "", "", {}}
                                   : own_page("method_not_allowed", "This address takes " + others->allow + ".");
  response.headers.emplace_back("Allow", others->allow);
  return answer(std::move(response), complete);
}

// Reads as much as there is before it calls the handler: a small upload that came in one go takes one call in all. An
// upload that has only begun is opened at once, so that a refusal does not wait for the body.
Session::Go Session::step_body() {
  while (true) {
    if (auto error = decode()) return refuse(*error);
    if (parser_->body_is_complete()) return call(true);
    if (awaits_continue_ && !begun_) return call(false);
    if (buffer_.room().second == 0) {
      if (buffer_.ready().empty()) return refuse({"malformed_body", "A chunk header of the request body is too long."});
      return call(false);
    }
    switch (read_more()) {
      case Read::some: break;
      case Read::nothing: return wait_for_body();
      case Read::end: return refuse({"malformed_body", "The connection ended before the request body did."});
      case Read::lost: return Go::wait;
    }
  }
}

Session::Go Session::wait_for_body() {
  bool crowded = !buffer_.ready().empty() && context_.buffers.in_use() > kMostGathering;
  if (!begun_ || crowded) return call(false);
  buffer_.settle();
  const ServerConfig& config = context_.config;
  set_deadline(body_pace_.deadline({config.body_idle_timeout, config.body_rate_grace, config.least_body_rate, config.body_total_timeout}));
  wait_readable();
  return Go::wait;
}

std::optional<Error> Session::decode() {
  if (buffer_.raw().empty()) return std::nullopt;
  auto decoded = parser_->decode(buffer_.raw(), buffer_.decode_target());
  if (!decoded) return decoded.error();
  buffer_.decoded(decoded->consumed, decoded->produced);
  asked_.received += decoded->produced;
  if (decoded->consumed > 0) body_pace_.moved(decoded->consumed, std::chrono::steady_clock::now());
  return std::nullopt;
}

}  // namespace darkroom::http
