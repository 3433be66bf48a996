#include "http/response_text.h"

#include "http/ascii.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace darkroom::http {
namespace {

constexpr auto kReasons = std::to_array<std::pair<int, std::string_view>>({
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {460, "Checksum Mismatch"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
});

std::string_view reason_of(int status) {
  auto found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == kReasons.end() ? "Status" : found->second;
}

bool is_framing(std::string_view name) {
  return equals_ignoring_case(name, "Connection") || equals_ignoring_case(name, "Content-Length") ||
         equals_ignoring_case(name, "Transfer-Encoding");
}

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text += name;
  text += ": ";
  for (char c : value) text += is_control(c) ? ' ' : c;
  text += "\r\n";
}

// A document that is no page of ours runs nothing, wherever it is opened.
constexpr auto kDefaults = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
    {"X-Frame-Options", "DENY"},
    {"Cache-Control", "no-store"},
});

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

// Credentials of the browser are never allowed: a page of another origin sends a token of its own.
void append_permission(std::string& text, const HeadExtras& extras) {
  append_field(text, "Access-Control-Allow-Origin", extras.origin);
  append_field(text, "Vary", "Origin");
  if (extras.answers_options) {
    append_field(text, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    append_field(text, "Access-Control-Allow-Headers",
                 "Authorization, Content-Type, Accept-Language, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, Range, Tus-Resumable, Upload-Checksum, "
                 "Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, X-Requested-By, traceparent");
    append_field(text, "Access-Control-Max-Age", "600");
  }
  append_field(text, "Access-Control-Expose-Headers",
               "Content-Range, Darkroom-Image, ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, Tus-Checksum-Algorithm, Tus-Extension, "
               "Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset, X-Request-Id");
}

}  // namespace

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

namespace {

std::string head_of(const Response& response, const HeadExtras& extras, bool with_length) {
  std::string text;
  text.reserve(1024);
  text += "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text += reason_of(response.status);
  text += "\r\nServer: darkroom\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_framing(name)) append_field(text, name, value);
  }
  for (const auto& [name, value] : kDefaults) {
    if (!has(response, name)) append_field(text, name, value);
  }
  if (extras.is_secure && !has(response, "Strict-Transport-Security")) append_field(text, "Strict-Transport-Security", "max-age=31536000");
  if (!extras.request_id.empty()) append_field(text, "X-Request-Id", extras.request_id);
  if (!extras.origin.empty()) append_permission(text, extras);
  if (may_have_body(response.status)) {
    if (!response.content_type.empty()) append_field(text, "Content-Type", response.content_type);
    if (with_length) append_field(text, "Content-Length", std::to_string(response.file ? response.file->length : response.body.size()));
  }
  text += extras.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace

std::string response_head(const Response& response, const HeadExtras& extras) { return head_of(response, extras, true); }

std::string stream_head(const Response& response, const HeadExtras& extras) { return head_of(response, extras, false); }

}  // namespace darkroom::http
