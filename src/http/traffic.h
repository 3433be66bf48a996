// What a server has answered and what it holds, as numbers for the metrics. A snapshot; counted on the I/O thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace darkroom::http {

// Upper bounds in seconds of the histogram of latencies; one bucket more is for what took longer.
inline constexpr std::array<double, 11> kLatencyBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0};

struct RouteTraffic {
  std::string method;   // of the route; HEAD counts as GET
  std::string pattern;  // "/api/v1/images/{id}"; "none": no route fitted, or the header was refused
  std::array<std::uint64_t, 5> by_class = {};  // 1xx (never) to 5xx; clients that went away count as 4xx
  std::array<std::uint64_t, kLatencyBounds.size() + 1> latency = {};  // not cumulative
  double seconds = 0;   // of all of them
};

struct Traffic {
  std::vector<RouteTraffic> routes;  // those that were asked
  std::uint64_t accepted = 0;        // connections
  std::uint64_t refused_full = 0;    // over the bound of all
  std::uint64_t refused_address = 0;  // over the bound of one address
  std::uint64_t bytes_sent = 0;
  std::int64_t connections = 0;  // open now
  std::int64_t parked = 0;       // of those, waiting for something without a thread
};

}  // namespace darkroom::http
