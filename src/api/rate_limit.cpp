#include "api/rate_limit.h"

#include "api/problem.h"
#include "api/rules.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace darkroom::api {
namespace {

constexpr std::size_t kMostBuckets = 10'000;

// Strangers have so many buckets together, so that nobody gets more, or fills the memory, by coming from ever new addresses (IPv6 has plenty).
constexpr std::size_t kBucketsOfStrangers = 4'096;

// Who is counted together: the credential that the guard has found, however it was written; else the address.
std::string caller_of(const http::Request& request) {
  switch (request.caller.credential) {
    case http::Credential::token: return "token " + request.caller.credential_id;
    case http::Credential::session: return "session " + request.caller.credential_id;
    case http::Credential::none: break;
  }
  if (!request.caller.name.empty()) return "address " + request.client_address;
  return "strangers " + std::to_string(std::hash<std::string>{}(request.client_address) % kBucketsOfStrangers);
}

bool is_counted(const http::Route& route, const std::optional<http::Response>& refusal) {
  bool own_fault = refusal && refusal->status >= 500;
  return route.access != kPublic && route.access != kPeer && !own_fault;
}

}  // namespace

RateLimiter::Verdict RateLimiter::count(const std::string& caller) {
  auto now = std::chrono::steady_clock::now();
  double size = rate_.starts, window = std::chrono::duration<double>(rate_.window).count();
  std::lock_guard lock(mutex_);
  if (buckets_.size() > kMostBuckets) forget_full(now);
  auto [found, is_new] = buckets_.try_emplace(caller, Bucket{size, now});
  Bucket& bucket = found->second;
  bucket.left = std::min(size, bucket.left + std::chrono::duration<double>(now - bucket.at).count() * size / window);
  bucket.at = now;
  Verdict verdict{bucket.left >= 1, {}};
  if (verdict.allowed) bucket.left -= 1;
  auto whole = [](double number) { return std::to_string(static_cast<std::int64_t>(std::ceil(number))); };
  std::string limit = std::to_string(rate_.starts), left = std::to_string(static_cast<std::int64_t>(bucket.left)), reset = whole((size - bucket.left) * window / size);
  verdict.headers = {{"RateLimit-Policy", "\"default\";q=" + limit + ";w=" + whole(window)}, {"RateLimit", "\"default\";r=" + left + ";t=" + reset},
                     {"RateLimit-Limit", limit}, {"RateLimit-Remaining", left}, {"RateLimit-Reset", reset}};
  if (!verdict.allowed) verdict.headers.emplace_back("Retry-After", whole(std::max(1.0, (1 - bucket.left) * window / size)));
  return verdict;
}

// A bucket that is full again says nothing.
void RateLimiter::forget_full(std::chrono::steady_clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& entry) { return now - entry.second.at >= rate_.window; });
}

http::Guard with_rate_limit(http::Guard inner, RateLimiter* limiter) {
  return [inner = std::move(inner), limiter](const http::Route& route, http::Request& request) -> std::optional<http::Response> {
    auto refusal = inner(route, request);
    if (limiter && is_counted(route, refusal)) {
      RateLimiter::Verdict verdict = limiter->count(caller_of(request));
      request.answer_headers.insert(request.answer_headers.end(), verdict.headers.begin(), verdict.headers.end());
      if (!verdict.allowed) refusal = problem(domain::code::too_many_requests, "This token, log-in or address has used up its requests (http.rate_limit). Wait as many seconds as Retry-After says.");
    }
    return refusal;
  };
}

}  // namespace darkroom::api
