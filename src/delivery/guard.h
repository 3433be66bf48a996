// The guard of outgoing calls: which URLs may be called, judged when one arrives in a request and again at the moment of connecting.
//
// A URL is parsed once, by libcurl, and the same handle is then called: what is judged and what is called cannot differ. At the connection the
// address itself is judged, after name lookup, so a name that changes its address in between gains nothing.
#pragma once

#include "base/result.h"
#include "delivery/delivery_config.h"

#include <functional>
#include <memory>
#include <semaphore>
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
// The addresses of this machine at this moment.
using OwnAddresses = std::function<std::vector<Address>()>;

class Guard {
 public:
  explicit Guard(GuardConfig config, Resolver resolve = look_up, OwnAddresses own = own_addresses);

  // Scheme, port, user info and form. Error invalid_field, for whoever sent the URL.
  Result<Destination> parse(const std::string& url) const;
  // The same, and where it leads to at this moment. Asks the name server, which may take as long as it likes: so a few look-ups at a time, and with no turn for one
  // more the URL is taken like that of a name server that does not answer just now. The connection is judged in any case.
  Result<Destination> check(const std::string& url) const;
  // At the connection. Empty: it may be called; otherwise why not.
  std::string objection(const Destination& destination, const Address& address) const;

 private:
  bool is_trusted(const std::string& host, int port) const;
  Lookup look_up_in_turn(const std::string& host) const;

  GuardConfig config_;
  Resolver resolve_;
  OwnAddresses own_;
  mutable std::counting_semaphore<> turns_;
  std::vector<std::pair<std::string, int>> trusted_;
};

}  // namespace darkroom::delivery
