// Who really asks, when proxies stand in between: their headers are believed only from addresses that are listed as proxies.
#pragma once

#include "base/network.h"

#include <string>
#include <utility>
#include <vector>

namespace darkroom::http {

using HeaderFields = std::vector<std::pair<std::string, std::string>>;

// Which of the two ways of telling the proxies use; a proxy passes on what a client wrote in the other one, so only one is read.
enum class ForwardedBy { x_forwarded, forwarded };

struct ClientSeen {
  std::string address;     // the rightmost that is no trusted proxy
  std::string host;        // that the client asked for: Host, or what the proxy says it was
  bool is_secure = false;  // the client came over TLS, as the proxy says
  bool by_proxy = false;   // the connection is a trusted proxy's
};

// `remote` is the other end of the connection. A chain is read from its right end: each hop is believed as far as the one that told it is trusted. What
// is no address ends the chain at the hop before.
ClientSeen see_client(const std::vector<Network>& trusted, ForwardedBy by, const std::string& remote, const HeaderFields& headers);

}  // namespace darkroom::http
