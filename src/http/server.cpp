#include "http/server.h"

#include "base/log.h"
#include "http/listener.h"
#include "http/session.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace darkroom::http {

namespace asio = boost::asio;

class Server::State {
 public:
  State(ServerConfig config, std::vector<Route> routes, Guard guard, ErrorPage error_page, Hooks hooks)
      : config_(std::move(config)),
        router_(std::move(routes)),
        guard_(std::move(guard)),
        error_page_(std::move(error_page)),
        hooks_(std::move(hooks)),
        hosts_{config_.allowed_hosts, config_.local_hosts_only},
        traffic_(router_.routes()),
        work_(io_.get_executor()),
        listener_(io_, config_.address, config_.port, [this](asio::ip::tcp::socket socket) { begin_session(std::move(socket)); }),
        pool_(config_.pool_threads, config_.most_waiting_calls),
        context_{config_, router_, guard_, error_page_, hooks_, hosts_, io_, pool_, buffers_, parking_, traffic_} {
    raise_descriptor_limit();
    context_.on_session_closed = [this](const Session& session) { forget(session); };
    listener_.accept();
    thread_ = std::jthread([this] { io_.run(); });
  }

  ~State() { stop(std::chrono::milliseconds(0)); }

  std::uint16_t port() const { return listener_.port(); }

  Traffic traffic() const {
    Traffic traffic = traffic_.snapshot();
    traffic.parked = static_cast<std::int64_t>(parking_.count());
    return traffic;
  }

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
    boost::system::error_code gone;
    std::string address = socket.remote_endpoint(gone).address().to_string();
    if (gone || context_.stopping || !may_have_another(address) || !make_room()) return;
    ++traffic_.accepted;
    ++traffic_.connections;
    ++of_address_[address];
    auto session = std::make_shared<Session>(context_, std::move(socket), std::move(address));
    context_.sessions.insert(session);
    session->start();
  }

  void forget(const Session& session) {
    --traffic_.connections;
    if (auto found = of_address_.find(session.remote_address()); found != of_address_.end() && --found->second == 0) of_address_.erase(found);
    note_session_count();
  }

  bool may_have_another(const std::string& address) {
    auto found = of_address_.find(address);
    if (found == of_address_.end() || found->second < config_.most_connections_per_address || contains(config_.trusted_proxies, address)) return true;
    ++traffic_.refused_address;
    warn_at_times("too many connections of one address", address);
    return false;
  }

  // Whoever floods the server does not flood the log.
  void warn_at_times(const char* message, const std::string& address) {
    auto now = std::chrono::steady_clock::now();
    if (now - warned_at_ < std::chrono::seconds(10)) return;
    warned_at_ = now;
    log::warning(message, {{"address", address}, {"limit", config_.most_connections}, {"limit_per_address", config_.most_connections_per_address}});
  }

  // At the cap an idle connection gives way to a new one; without any the new one is closed.
  bool make_room() {
    if (context_.sessions.size() < static_cast<std::size_t>(config_.most_connections)) return true;
    for (const auto& session : context_.sessions) {
      if (!session->is_idle()) continue;
      session->close();
      return true;
    }
    ++traffic_.refused_full;
    warn_at_times("too many connections", "any");
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
  Hooks hooks_;
  HostRules hosts_;
  TrafficCounts traffic_;
  std::unordered_map<std::string, int> of_address_;  // open connections
  std::chrono::steady_clock::time_point warned_at_{};
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

Server::Server(ServerConfig config, std::vector<Route> routes, Guard guard, ErrorPage error_page, Hooks hooks)
    : state_(std::make_unique<State>(std::move(config), std::move(routes), std::move(guard), std::move(error_page), std::move(hooks))) {}

Server::~Server() = default;

std::uint16_t Server::port() const { return state_->port(); }

Traffic Server::traffic() const { return state_->traffic(); }

void Server::wake(const std::string& key) { state_->wake(key); }

void Server::stop(std::chrono::milliseconds grace) { state_->stop(grace); }

}  // namespace darkroom::http
