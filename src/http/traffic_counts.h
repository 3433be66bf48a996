// Counts what a server answers. Written by the I/O thread alone, read by any.
#pragma once

#include "http/route.h"
#include "http/traffic.h"

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace darkroom::http {

class TrafficCounts {
 public:
  // `routes` stay where they are for as long as this object lives.
  explicit TrafficCounts(const std::vector<Route>& routes);

  void count(const Answered& answered);
  Traffic snapshot() const;

  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> refused_full = 0;
  std::atomic<std::uint64_t> refused_address = 0;
  std::atomic<std::int64_t> connections = 0;

 private:
  struct Counts {
    const Route* route = nullptr;
    std::array<std::atomic<std::uint64_t>, 5> by_class = {};
    std::array<std::atomic<std::uint64_t>, kLatencyBounds.size() + 1> latency = {};
    std::atomic<std::uint64_t> micros = 0;
  };
  std::unordered_map<const Route*, std::unique_ptr<Counts>> counts_;  // never changes after the start; nullptr: of no route
  std::atomic<std::uint64_t> bytes_sent_ = 0;
};

}  // namespace darkroom::http
