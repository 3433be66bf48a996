// For tests: a real server on a free port with a small table of routes that shows what reached a handler.
#pragma once

#include "http/raw_client.h"
#include "http/server.h"
#include "support/comes_true.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace darkroom::http {

using test::comes_true;

inline Response text_response(int status, std::string body) { return Response{status, "text/plain", std::move(body), {}}; }

inline Response plain_error_page(std::string_view code, std::string_view message) {
  int status = code == "bad_request" || code == "malformed_body" ? 400
               : code == "unauthorized"                          ? 401
               : code == "not_found"                             ? 404
               : code == "method_not_allowed"                    ? 405
               : code == "request_timeout"                       ? 408
               : code == "too_large"                             ? 413
               : code == "uri_too_long"                          ? 414
               : code == "header_too_large"                      ? 431
               : code == "unavailable"                           ? 503
                                                                 : 500;
  return text_response(status, std::string(code) + ": " + std::string(message));
}

class TestServer {
 public:
  explicit TestServer(std::function<void(ServerConfig&)> change = {}, std::vector<Route> more = {}, Hooks hooks = {}) {
    ServerConfig config;
    config.port = 0;
    config.pool_threads = 2;
    if (change) change(config);
    auto routes = common_routes();
    for (Route& route : more) routes.push_back(std::move(route));
    server = std::make_unique<Server>(config, std::move(routes), &TestServer::guard, plain_error_page, std::move(hooks));
  }

  RawClient connect() const { return RawClient(server->port()); }

  std::atomic<std::size_t> uploaded = 0;  // bytes that receivers got
  std::atomic<int> open_receivers = 0;    // not yet destroyed
  std::atomic<int> opened = 0;
  std::atomic<int> finished = 0;
  std::atomic<std::thread::id> io_thread;     // once /inline was asked
  std::atomic<std::thread::id> destroyed_by;  // the last receiver
  std::unique_ptr<Server> server;             // goes first

 private:
  static std::optional<Response> guard(const Route& route, const Request& request) {
    if (route.access == "public" || request.header("Authorization") == "Bearer secret") return std::nullopt;
    return plain_error_page("unauthorized", "no token");
  }

  // Counts as open as long as it lives, as a temporary file would.
  struct Held {
    explicit Held(TestServer& server) : server_(server) { ++server_.open_receivers; }
    ~Held() {
      server_.destroyed_by = std::this_thread::get_id();
      --server_.open_receivers;
    }
    TestServer& server_;
  };

  std::variant<Response, BodyReceiver> open_upload(const Request& request) {
    if (request.header("X-Refuse") == "open") return text_response(422, "refused at open");
    ++opened;
    auto held = std::make_shared<Held>(*this);
    auto received = std::make_shared<std::string>();
    bool refuse_piece = request.header("X-Refuse") == "piece";
    return BodyReceiver{[this, held, received, refuse_piece](std::string_view piece) -> std::optional<Response> {
                          if (refuse_piece) return text_response(422, "refused at a piece");
                          if (received->size() < 1024) *received += piece;
                          uploaded += piece.size();
                          return std::nullopt;
                        },
                        [this, received]() -> Reply {
                          ++finished;
                          return text_response(201, received->size() < 1024 ? *received : "large");
                        }};
  }

  std::vector<Route> common_routes() {
    Handler echo = [](const Request& request) -> Reply {
      std::string text(to_string(request.method));
      text += ' ' + request.path;
      for (const auto& [name, value] : request.params) text += " {" + name + "=" + value + "}";
      for (const auto& [name, value] : request.query) text += " ?" + name + "=" + value;
      return text_response(200, text + (request.body.empty() ? "" : " body=" + request.body));
    };
    BodyHandler upload = [this](const Request& request) { return open_upload(request); };
    Handler inline_echo = [this, echo](const Request& request) {
      io_thread = std::this_thread::get_id();
      return echo(request);
    };
    return {
        {Method::get, "/inline", "public", RunsOn::io_thread, 0, inline_echo},
        {Method::get, "/pool", "public", RunsOn::pool, 0, echo},
        {Method::get, "/items/{id}", "public", RunsOn::pool, 0, echo},
        {Method::get, "/items/newest", "public", RunsOn::pool, 0, echo},
        {Method::del, "/items/{id}", "admin", RunsOn::pool, 0, echo},
        {Method::post, "/echo", "public", RunsOn::pool, 1000, echo},
        {Method::post, "/upload", "public", RunsOn::pool, 64 << 20, upload},
        {Method::post, "/guarded", "admin", RunsOn::pool, 1 << 20, upload},
        {Method::get, "/broken", "public", RunsOn::pool, 0,
         Handler([](const Request&) -> Reply { throw std::runtime_error("password=hunter2"); })},
    };
  }
};

}  // namespace darkroom::http
