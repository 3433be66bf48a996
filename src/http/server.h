// An HTTP/1.1 server for loopback and reverse proxies: one I/O thread, a bounded pool for handlers, one strict framing.
#pragma once

#include "base/network.h"
#include "http/client_seen.h"
#include "http/route.h"
#include "http/traffic.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace darkroom::http {

struct ServerConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8470;  // 0: any free port
  int pool_threads = 16;
  int most_waiting_calls = 256;   // handler calls queued for the pool; beyond: 503 with Retry-After
  int most_connections = 4096;
  int most_connections_per_address = 1024;  // proxies that are trusted have no such bound
  std::chrono::milliseconds header_timeout{10'000};  // from the first byte (or accept) to the end of the header
  std::chrono::milliseconds body_idle_timeout{20'000};  // without a byte of the body
  std::chrono::milliseconds idle_timeout{60'000};    // between requests
  std::chrono::milliseconds write_timeout{30'000};
  std::uint64_t least_body_rate = 1'000;  // bytes a second on average, both ways; slower clients are cut off; 0: any
  std::chrono::milliseconds body_rate_grace{10'000};  // before the average counts
  std::chrono::milliseconds body_total_timeout{3'600'000};  // from the header to the end of the body, however steadily it comes
  std::vector<Network> trusted_proxies = {};
  ForwardedBy forwarded_by = ForwardedBy::x_forwarded;
  std::vector<std::string> allowed_hosts = {};  // names without port, lower case; empty: see local_hosts_only
  bool local_hosts_only = false;  // without a list: only names that a stranger's page cannot rebind: localhost, addresses, this machine's, those without a dot
  std::vector<std::string> cors_origins = {};  // of pages that may read answers, exactly as browsers send them
};

class Server {
 public:
  // Binds at once and serves; throws std::runtime_error with the address and the cause when it cannot. Raises the
  // process's limit of open files to what is allowed. `error_page`, and `guard` for routes that run on the I/O thread, are
  // called there and must not block; both are called from several threads.
  Server(ServerConfig config, std::vector<Route> routes, Guard guard, ErrorPage error_page, Hooks hooks = {});
  ~Server();

  std::uint16_t port() const;
  Traffic traffic() const;  // from any thread
  // From any thread: replies parked under this key are tried again. Cheap when nobody is parked.
  void wake(const std::string& key);
  // Stops accepting, lets answers in progress finish for at most `grace`, closes everything. Parked replies are resumed
  // with timed_out at once. Waits for handlers that still run, so it is not called from one. The destructor calls it
  // without grace.
  void stop(std::chrono::milliseconds grace);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::http
