// What the operator says about telling others.
#pragma once

#include "base/result.h"
#include "delivery/address.h"
#include "domain/webhook.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::delivery {

// A trusted receiver of the configuration.
struct Site {
  std::string name;
  std::string callback;  // URL
  std::string secret;    // whsec_...; empty: one is derived from the installation's key
  domain::CallbackFormat format = domain::CallbackFormat::compat;
};

// Completes the site (a callback without a path is that of the service that Darkroom replaces) and checks it. Error invalid_field, for the operator.
Result<Site> checked(Site site);

struct GuardConfig {
  bool allow_http = false;           // besides https
  std::vector<int> ports = {443, 8443};
  std::vector<Cidr> allowed = {};    // addresses that may be called although they are not of the internet
  std::vector<std::string> trusted = {};  // URLs: whatever has the host and port of one may be called over http, private and loopback too
};

// Before the second try, the third, ...; after the last one the delivery is dead.
using RetryDelays = std::vector<std::chrono::milliseconds>;
RetryDelays standard_delays();  // 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h

// Lists as settings have them: words between spaces, or a list of TOML.
std::optional<RetryDelays> parse_delays(std::string_view text);  // seconds, parts of one allowed
std::string delays_text(const RetryDelays& delays);
std::optional<std::vector<int>> parse_ports(std::string_view text);
std::string ports_text(const std::vector<int>& ports);
std::optional<std::vector<Cidr>> parse_cidrs(std::string_view text);
std::string cidrs_text(const std::vector<Cidr>& ranges);

struct DeliveryConfig {
  std::vector<Site> sites;
  GuardConfig guard;  // `trusted` is filled from the sites
  RetryDelays delays = standard_delays();
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{15'000};
  std::chrono::milliseconds site_timeout{30'000};
  int per_target = 4;          // tries under way at once
  int most = 128;              // of all targets
  std::chrono::days keep{30};  // ended deliveries; 0: for ever
  bool own_store = true;       // no other process sends: what is under way at the start is nobody's
};

// The guard's settings with the sites in them.
GuardConfig guard_of(const DeliveryConfig& config);

}  // namespace darkroom::delivery
