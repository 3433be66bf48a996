// How long people stay logged in, and how their cookie is sent.
#pragma once

#include <chrono>
#include <string>

namespace darkroom::api {

struct AccessConfig {
  std::chrono::seconds session_idle{30 * 60};
  std::chrono::seconds session_longest{12 * 3600};
  std::string secure_cookies = "auto";  // always, never; auto: when the request came over TLS
};

}  // namespace darkroom::api
