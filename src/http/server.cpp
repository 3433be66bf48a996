#include "http/server.h"

#include "base/log.h"
#include "http/listener.h"
#include "http/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace darkroom::http {

namespace asio = boost::asio;

class Server::State {
 public:
  State(ServerConfig config, std::vector<Route> routes, Guard guard, ErrorPage error_page)
      : config_(std::move(config)),
        router_(std::move(routes)),
        guard_(std::move(guard)),
        error_page_(std::move(error_page)),
        work_(io_.get_executor()),
        listener_(io_, config_.address, config_.port, [this](asio::ip::tcp::socket socket) { begin_session(std::move(socket)); }),
        pool_(config_.pool_threads, config_.most_waiting_calls),
        context_{config_, router_, guard_, error_page_, io_, pool_, buffers_, parking_} {
    raise_descriptor_limit();
    context_.on_session_closed = [this] { note_session_count(); };
    listener_.accept();
    thread_ = std::jthread([this] { io_.run(); });
  }

  ~State() { stop(std::chrono::milliseconds(0)); }

  std::uint16_t port() const { return listener_.port(); }

  void wake(const std::string& key) {
    if (!parking_.may_be_needed()) return;
    asio::post(io_, [this, key] {
      for (const auto& session : parking_.waiting_for(key)) session->wake();
    });
  }

  void stop(std::chrono::milliseconds grace) {
    std::scoped_lock one_at_a_time(stop_mutex_);
    if (!thread_.joinable()) return;
    asio::post(io_, [this] { begin_stop(); });
    {
      std::unique_lock lock(drained_mutex_);
      drained_changed_.wait_for(lock, grace, [this] { return drained_; });
    }
    asio::post(io_, [this] { close_all(); });
    pool_.stop();
    work_.reset();
    thread_.join();
  }

 private:
  void begin_session(asio::ip::tcp::socket socket) {
    if (context_.stopping || !make_room()) return;
    auto session = std::make_shared<Session>(context_, std::move(socket));
    context_.sessions.insert(session);
    session->start();
  }

  // At the cap an idle connection gives way to a new one; without any the new one is closed.
  bool make_room() {
    if (context_.sessions.size() < static_cast<std::size_t>(config_.most_connections)) return true;
    for (const auto& session : context_.sessions) {
      if (!session->is_idle()) continue;
      session->close();
      return true;
    }
    log::warning("too many connections", {{"limit", config_.most_connections}});
    return false;
  }

  void begin_stop() {
    context_.stopping = true;
    listener_.close();
    auto sessions = context_.sessions;
    for (const auto& session : sessions) session->stop_soon();
    note_session_count();
  }

  void close_all() {
    auto sessions = context_.sessions;
    for (const auto& session : sessions) session->close();
  }

  void note_session_count() {
    if (!context_.stopping || !context_.sessions.empty()) return;
    {
      std::scoped_lock lock(drained_mutex_);
      drained_ = true;
    }
    drained_changed_.notify_all();
  }

  // In the order of use: what the I/O thread's last handlers touch is destroyed after io_.
  ServerConfig config_;
  Router router_;
  Guard guard_;
  ErrorPage error_page_;
  BufferPool buffers_;
  Parking parking_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Listener listener_;
  HandlerPool pool_;
  SessionContext context_;
  std::mutex stop_mutex_;
  std::mutex drained_mutex_;
  std::condition_variable drained_changed_;
  bool drained_ = false;
  std::jthread thread_;
};

Server::Server(ServerConfig config, std::vector<Route> routes, Guard guard, ErrorPage error_page)
    : state_(std::make_unique<State>(std::move(config), std::move(routes), std::move(guard), std::move(error_page))) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return state_->port(); }

void Server::wake(const std::string& key) { state_->wake(key); }

void Server::stop(std::chrono::milliseconds grace) { state_->stop(grace); }

}  // namespace darkroom::http
