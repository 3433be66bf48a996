#include "api/cookies.h"

#include "base/hash.h"
#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

constexpr std::string_view kSecureName = "__Host-sid";
constexpr std::string_view kPlainName = "sid";

Error refused(std::string message) { return {std::string(domain::code::csrf_refused), std::move(message)}; }

std::string cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    auto end = header.find(';');
    std::string_view one = header.substr(0, end);
    while (one.starts_with(' ')) one.remove_prefix(1);
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') return std::string(one.substr(name.size() + 1));
    header = end == std::string_view::npos ? std::string_view() : header.substr(end + 1);
  }
  return {};
}

std::string attributes(bool secure) { return secure ? "; Path=/; Secure; HttpOnly; SameSite=Lax" : "; Path=/; HttpOnly; SameSite=Lax"; }

bool is_unsafe(http::Method method) { return method != http::Method::get && method != http::Method::head && method != http::Method::options; }

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  return difference == 0;
}

std::string_view host_of_origin(std::string_view origin) {
  auto scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

std::string session_cookie(const AccessConfig& config, const http::Request& request) {
  return cookie(request.header("cookie"), has_secure_cookie(config, request) ? kSecureName : kPlainName);
}

bool came_over_tls(const http::Request& request) { return request.is_secure; }

bool has_secure_cookie(const AccessConfig& config, const http::Request& request) {
  if (config.secure_cookies == "always") return true;
  return config.secure_cookies == "auto" && came_over_tls(request);
}

std::string set_cookie(const AccessConfig& config, const http::Request& request, const std::string& secret) {
  bool secure = has_secure_cookie(config, request);
  return std::string(secure ? kSecureName : kPlainName) + "=" + secret + attributes(secure) + "; Max-Age=" + std::to_string(config.session_longest.count());
}

std::string clear_cookie(const AccessConfig& config, const http::Request& request) {
  bool secure = has_secure_cookie(config, request);
  return std::string(secure ? kSecureName : kPlainName) + "=" + attributes(secure) + "; Max-Age=0";
}

std::string csrf_token(std::string_view secret) { return sha256_hex("csrf token of " + std::string(secret)).substr(0, 40); }

Result<void> check_origin(const http::Request& request) {
  if (!is_unsafe(request.method)) return {};
  std::string_view site = request.header("sec-fetch-site"), origin = request.header("origin");
  if (!site.empty() && site != "same-origin" && site != "none") return refused("This request came from a page of another site, so nothing was done.");
  if (site.empty() && !origin.empty() && host_of_origin(origin) != request.host) return refused("The Origin of this request is not this server, so nothing was done.");
  return {};
}

Result<void> check_same_site(const http::Request& request, std::string_view secret) {
  if (!is_unsafe(request.method)) return {};
  if (auto right = check_origin(request); !right) return right;
  bool fetch_metadata = !request.header("sec-fetch-site").empty();
  if (!fetch_metadata && request.header("origin").empty()) return refused("A request with a cookie needs Sec-Fetch-Site or Origin, as browsers send them. Programs send a token instead.");
  std::string_view token = request.header("x-csrf-token");
  if (!token.empty() && !equal_in_constant_time(token, csrf_token(secret))) return refused("X-CSRF-Token is not this session's; GET /api/v1/session tells it.");
  if (!token.empty() || (fetch_metadata && !request.header("x-requested-by").empty())) return {};
  return refused(fetch_metadata ? "Send the header X-Requested-By with any value, or X-CSRF-Token." : "Send the header X-CSRF-Token; GET /api/v1/session tells it.");
}

}  // namespace darkroom::api
