// One connection. A state machine on the I/O thread that goes on until it has to wait for the socket, the pool or a time:
// header -> body -> (call on the pool -> body)* -> call -> [parked] -> writing -> header, or lingering -> closed.
// It reads and writes without blocking and waits for readiness, so a connection that waits holds no buffer and no thread.
#pragma once

#include "http/edge_rules.h"
#include "http/exchange.h"
#include "http/gate.h"
#include "http/pace.h"
#include "http/parking.h"
#include "http/pool.h"
#include "http/read_buffer.h"
#include "http/request_parser.h"
#include "http/router.h"
#include "http/server.h"
#include "http/traffic_counts.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace darkroom::http {

// What the connections of one server share. Everything but the pool belongs to the I/O thread.
struct SessionContext {
  const ServerConfig& config;
  const Router& router;
  const Guard& guard;
  const ErrorPage& error_page;
  const Hooks& hooks;
  const HostRules& hosts;
  boost::asio::io_context& io;
  HandlerPool& pool;
  BufferPool& buffers;
  Parking& parking;
  TrafficCounts& traffic;
  std::unordered_set<std::shared_ptr<Session>> sessions = {};
  bool stopping = false;
  std::function<void(const Session&)> on_session_closed = {};
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(SessionContext& context, boost::asio::ip::tcp::socket socket, std::string remote_address);

  void start();
  // The key that this session is parked under was woken.
  void wake();
  // The server is about to stop: closes at once what answers nothing, gives a parked reply its last try.
  void stop_soon();
  void close();
  // Between two requests, with nothing read of the next.
  const std::string& remote_address() const { return remote_address_; }
  bool is_idle() const { return state_ == State::header && buffer_.raw().empty(); }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kBetweenPulls{100};
  enum class State { header, body, calling, parked, streaming, writing, fetching, lingering, closed };
  enum class Go { on, wait };  // whether the next step can be taken at once
  enum class Read { some, nothing, end, lost };

  // session.cpp: life, waits, deadlines
  void run();
  Go step();
  Go expire();
  Read read_more();
  void wait_readable();
  void wait_writable();
  void set_deadline(TimePoint when);
  void on_timer();
  void dispose();

  // session_request.cpp: header and body
  Go step_header();
  void wait_for_header();
  Go begin_request(std::size_t header_bytes);
  ClientSeen note_client(const Head& head);
  Go route_request(const BodyFraming& framing, ClientSeen client);
  Go answer_without_route(const RouteSearch& found, bool asks_options);
  Go step_body();
  Go wait_for_body();
  std::optional<Error> decode();

  // session_reply.cpp: the pool, parked replies, the answer
  HandlerPool::Task pool_task(std::function<void(Session&)> work, Go (Session::*then)());  // the work on a pool thread, then the rest on the I/O thread
  Go call(bool last);
  Go on_called();
  Go send_continue();
  Go park(Parked parked);
  void resume();
  Go on_resumed();
  void watch_parked_client();
  // session_stream.cpp: answers that do not end
  Go begin_stream(EventStream stream);
  void pull();
  Go on_pulled();
  Go step_stream();
  Go write_stream();
  void watch_stream_client();
  bool has_unsent() const { return written_ < out_head_.size() + out_body_.size(); }

  Go refuse(const Error& error);
  Go answer(Response response, bool request_is_complete);
  Response own_page(std::string_view code, std::string_view message) const;
  Go write_some();
  Go step_write();
  Go fetch_piece();
  Go on_fetched();
  void note_answered(int status);
  Go after_answer();
  Go step_linger();

  SessionContext& context_;
  boost::asio::ip::tcp::socket socket_;
  std::string remote_address_;
  State state_ = State::header;

  boost::asio::steady_timer timer_;
  TimePoint deadline_ = TimePoint::max();
  TimePoint timer_at_{};
  bool timer_armed_ = false;
  bool waiting_readable_ = false;
  bool waiting_writable_ = false;

  ReadBuffer buffer_;
  HeaderScanner scanner_;
  std::optional<TimePoint> header_deadline_;
  TimePoint idle_since_{};
  std::optional<RequestParser> parser_;
  Pace body_pace_;
  bool keep_alive_ = false;
  bool without_body_ = false;      // the answer, because the method is HEAD
  bool awaits_continue_ = false;   // the client sends its body after "100 Continue"
  bool begun_ = false;             // the exchange has been called

  std::shared_ptr<Exchange> exchange_;
  std::optional<Reply> reply_;
  std::optional<Parked> parked_;
  std::optional<Response> resumed_;
  std::optional<EventStream> stream_;
  EventStream::Piece piece_;
  bool in_chunks_ = false;         // the stream
  TimePoint pulled_at_{};
  bool in_pool_ = false;           // exchange, ready bytes, reply and parked belong to a pool thread
  bool woken_ = false;
  bool timed_out_ = false;
  std::atomic<bool> abandoned_ = false;

  // Of the request in progress, for its answer, the access log and the counters.
  struct Asked {
    TimePoint begun{};
    std::string method;
    const Route* route = nullptr;
    std::string client;
    std::string request_id;
    std::string language;  // Accept-Language
    std::string origin;
    bool is_secure = false;
    int status = 0;  // of the answer that is being sent
    bool open = false;
    std::uint64_t received = 0;  // of the body
  };
  Asked asked_;
  std::string principal_;

  std::optional<FilePart> out_file_;  // what is still to be sent of it
  std::string out_head_;
  std::string out_body_;
  std::size_t written_ = 0;      // of head and body
  std::uint64_t sent_ = 0;       // of the whole answer
  Pace write_pace_;
  bool lingers_ = false;
  std::uint64_t discarded_ = 0;
};

}  // namespace darkroom::http
