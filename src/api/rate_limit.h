// At most so many requests a caller and span of time: a bucket for each, which fills evenly. Answers say what is left.
#pragma once

#include "base/clock.h"
#include "domain/rate.h"
#include "http/route.h"

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace darkroom::api {

class RateLimiter {
 public:
  explicit RateLimiter(domain::RateLimit rate) : rate_(rate) {}

  // Counts a request of this caller. The headers of its answer; with Retry-After when it is one too many.
  struct Verdict {
    bool allowed = true;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  Verdict count(const std::string& caller);

 private:
  struct Bucket {
    double left = 0;
    std::chrono::steady_clock::time_point at;
  };
  void forget_full(std::chrono::steady_clock::time_point now);

  domain::RateLimit rate_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

// Asks `inner`, then counts whoever asks on a route that is not public, also whom it refuses: a token or a log-in by itself, others by their address (no limiter:
// counts nobody).
http::Guard with_rate_limit(http::Guard inner, RateLimiter* limiter);

}  // namespace darkroom::api
