// The route table: method, pattern, who may, limits and handler, in one constant place (api/routes.cpp).
#pragma once

#include "http/message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace darkroom::http {

using Handler = std::function<Reply(const Request&)>;
// Decides from the header alone whether and how the body is taken.
using BodyHandler = std::function<std::variant<Response, BodyReceiver>(const Request&)>;

enum class RunsOn {
  pool,       // may block: store, files
  io_thread,  // touches no store and no file
};

struct Route {
  Method method = Method::get;
  std::string pattern;  // "/api/v1/images/{id}"; a parameter is one path segment
  std::string access;   // who may: a word that the guard knows
  RunsOn runs_on = RunsOn::pool;
  std::uint64_t max_body = 0;  // bytes; larger Content-Lengths are refused with 413 before the body is read
  std::variant<Handler, BodyHandler> handler;
  std::vector<std::pair<std::string, std::string>> headers = {};  // in each of its answers, whoever gives it
  bool behind_literals = false;  // also for what a literal route of other methods stands for: its handler refuses that in words
};

// Asked before any handler and before the body is read; a Response refuses (401, 403). Whom it lets pass it writes into the request.
using Guard = std::function<std::optional<Response>(const Route&, Request&)>;

// Builds the answers that the server gives by itself (404, 405, 408, 413, 431, 503 ...), so that all errors look alike.
using ErrorPage = std::function<Response(std::string_view code, std::string_view message)>;

// A request that has had its answer, for the access log and the counters.
struct Answered {
  const Route* route = nullptr;  // none: no route fitted, or it was refused before it was looked for
  std::string_view method;       // empty: the header was refused
  std::string_view client_address;
  std::string_view principal;
  std::string_view request_id;
  int status = 0;  // 499: the client went away before it had an answer
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;  // of the body
  std::chrono::microseconds took{};  // since the header was complete
};

struct Hooks {
  // The last word on every answer that is a document, for example in which language. On any thread. Of a request for which no route was found, or was looked for, there
  // are only its id and Accept-Language, as far as they are known.
  std::function<void(const Request&, Response&)> finish = {};
  // On the I/O thread, after the last byte: must not block.
  std::function<void(const Answered&)> answered = {};
};

}  // namespace darkroom::http
