// The guard of outgoing calls: which URLs may be called, judged when one arrives in a request and again at the moment of connecting.
//
// A URL is parsed once, by libcurl, and the same handle is then called: what is judged and what is called cannot differ. At the connection the
// address itself is judged, after name lookup, so a name that changes its address in between gains nothing.
#pragma once

#include "base/result.h"
#include "delivery/delivery_config.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

struct Curl_URL;

namespace darkroom::delivery {

struct Destination {
  std::shared_ptr<Curl_URL> url;
  std::string text;  // as libcurl understood it
  std::string host;
  bool trusted = false;
};

// All addresses of a name: as getaddrinfo tells them, `temporary` when it may know more later.
struct Lookup {
  std::vector<Address> addresses;
  bool temporary = false;
};
using Resolver = std::function<Lookup(const std::string& host)>;
Lookup look_up(const std::string& host);

class Guard {
 public:
  explicit Guard(GuardConfig config, Resolver resolve = look_up);

  // Scheme, port, user info and form. Error invalid_field, for whoever sent the URL.
  Result<Destination> parse(const std::string& url) const;
  // The same, and where it leads to at this moment. Asks the name server.
  Result<Destination> check(const std::string& url) const;
  // At the connection. Empty: it may be called; otherwise why not.
  std::string objection(const Destination& destination, const Address& address) const;

 private:
  bool is_trusted(const std::string& host, int port) const;

  GuardConfig config_;
  Resolver resolve_;
  std::vector<std::pair<std::string, int>> trusted_;
};

}  // namespace darkroom::delivery
