// The gate in front of everything: one strict framing, so that a proxy and this server can never disagree on where a request
// ends (request smuggling). The library's parser behind it accepts much more than is safe; what the gate refuses is
// answered with 400, 414 or 431 and the connection is closed.
#pragma once

#include "base/result.h"
#include "http/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace darkroom::http {

struct HeaderLimits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t target_bytes = 8 * 1024;
  std::size_t fields = 100;
};

// Looks at the raw bytes of a header as they arrive, each byte once, and refuses at the first one that is out of place:
// line ends other than CR LF, folded lines, control characters, bytes beyond ASCII in the target, excess of any limit.
class HeaderScanner {
 public:
  explicit HeaderScanner(HeaderLimits limits = {}) : limits_(limits) {}

  // `held` is all that has arrived of this header, from its first byte on. Gives the header's length once its end is
  // there, nullopt before. After an error or the end: reset().
  Result<std::optional<std::size_t>> scan(std::string_view held);
  void reset() { *this = HeaderScanner(limits_); }

 private:
  enum class Place { method, target, version, line_start, name, value, line_end, last_line_end };
  std::optional<Error> step(char c);
  std::optional<Error> step_request_line(char c);
  std::optional<Error> step_field(char c);
  void enter(Place place);

  HeaderLimits limits_;
  Place place_ = Place::method;
  std::size_t scanned_ = 0;
  std::size_t place_began_ = 0;
  std::size_t fields_ = 0;
  bool complete_ = false;
};

// A request's header as parsed; `version` is 10 or 11.
struct Head {
  std::string method;
  std::string target;
  int version = 11;
  std::vector<std::pair<std::string, std::string>> fields;
};

enum class Framing { none, length, chunked };

struct BodyFraming {
  Framing framing = Framing::none;
  std::uint64_t length = 0;
};

// The one legal framing of this head: no body, one Content-Length of digits, or exactly one "Transfer-Encoding: chunked"
// in HTTP/1.1 without Content-Length. GET and HEAD have no body, but may say so with "Content-Length: 0", as some clients and proxies do; there is exactly one Host.
Result<BodyFraming> judge(const Head& head);

}  // namespace darkroom::http
