// Requests and answers as plain values. No type of the HTTP library appears here.
#pragma once

#include "base/clock.h"
#include "base/file_descriptor.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace darkroom::http {

enum class Method { get, head, post, put, patch, del, options };

std::string_view to_string(Method method);
// Names are compared with case, as HTTP does; nullopt for a method that this server does not know.
std::optional<Method> method_of(std::string_view name);

enum class Credential { none, token, session };

// Who asks, as the guard found out.
struct Caller {
  std::string name;  // account; empty: nobody in particular
  std::string role;  // of the account, now
  Credential credential = Credential::none;
  std::string credential_id;        // name of the token, id of the session
  std::vector<std::string> scopes;  // of the token; "*" is all that the role may
  std::optional<Time> ends_at = {};             // of a token that ends
  std::optional<std::int64_t> byte_quota = {};  // of the account, now; none: it may have as much as there is room
};

struct Request {
  Method method = Method::get;
  std::string target;                         // as sent, path and query
  std::string path;                           // percent-decoded as a whole, so an encoded slash cannot be told: use params
  std::map<std::string, std::string> params;  // {id} and so on of the route's pattern
  std::map<std::string, std::string> query;   // percent-decoded
  std::vector<std::pair<std::string, std::string>> headers;
  std::string remote_address;  // the other end of the connection
  std::string client_address;  // who asks: the same, or what a trusted proxy says
  std::string host;            // that the client asked for, as Host or a trusted proxy says; as it was sent
  bool is_secure = false;      // the client came over TLS, as a trusted proxy says
  std::string request_id;      // in the access log, in X-Request-Id and in problems as trace_id
  std::string principal;       // the caller's name, for events
  Caller caller;
  std::vector<std::pair<std::string, std::string>> answer_headers;  // that the guard wants in the answer, whatever it is
  std::optional<std::uint64_t> content_length;
  std::string body;  // of routes that take a whole body; empty otherwise

  // The header's value, names compared without case; empty if there is none.
  std::string_view header(std::string_view name) const;
};

// A part of a file that is sent in pieces, so that it is never whole in memory.
struct FilePart {
  std::shared_ptr<FileDescriptor> file;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<FilePart> file = {};  // instead of `body`
};

// An answer that is not ready: the connection waits, no thread does. `resume` is called on a pool thread right after parking,
// whenever wake(key) is called and at the deadline (timed_out = true, when it must return a Response).
struct Parked {
  std::string key;
  std::chrono::steady_clock::time_point deadline;
  std::function<std::optional<Response>(bool timed_out)> resume;
};

// An answer that does not end (text/event-stream): the connection waits, no thread does. `next` is called on a pool thread at the beginning, whenever wake(key) is
// called (though not more often than ten times a second), and after `poll` of silence. Only when the client has read what it was given is it called again, so a slow
// reader holds one piece; one that reads nothing for the server's write timeout is cut off.
struct EventStream {
  struct Piece {
    std::string text;           // may be empty
    bool more_at_once = false;  // more is ready
    bool ended = false;         // the connection is closed behind it
    bool broke = false;         // it ended too early
  };
  std::string key;
  std::chrono::milliseconds poll{15'000};
  std::function<Piece()> next;
  // Given for a long answer that has an end, in place of events: its content type and headers. It is sent in chunks, so that a client can tell one that broke off.
  std::optional<Response> head = {};
};

using Reply = std::variant<Response, Parked, EventStream>;

// Takes a request body piece by piece, on pool threads, one call at a time. Destroying it before finish() means that the client went away or was
// refused: whatever it holds must go with it.
struct BodyReceiver {
  // A returned Response refuses the rest: it is sent and the connection closed.
  std::function<std::optional<Response>(std::string_view piece)> receive;
  std::function<Reply()> finish;
};

}  // namespace darkroom::http
