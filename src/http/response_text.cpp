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

}  // namespace

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

namespace {

std::string head_of(const Response& response, bool keep_alive, bool with_length) {
  std::string text;
  text.reserve(384);
  text += "HTTP/1.1 " + std::to_string(response.status) + ' ';
  text += reason_of(response.status);
  text += "\r\nServer: darkroom\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: same-origin\r\n";
  bool cache_decided = false;
  for (const auto& [name, value] : response.headers) {
    if (is_framing(name)) continue;
    cache_decided = cache_decided || equals_ignoring_case(name, "Cache-Control");
    append_field(text, name, value);
  }
  if (!cache_decided) text += "Cache-Control: no-store\r\n";
  if (may_have_body(response.status)) {
    if (!response.content_type.empty()) append_field(text, "Content-Type", response.content_type);
    if (with_length) append_field(text, "Content-Length", std::to_string(response.body.size()));
  }
  text += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return text;
}

}  // namespace

std::string response_head(const Response& response, bool keep_alive) { return head_of(response, keep_alive, true); }

std::string stream_head(const Response& response) { return head_of(response, false, false); }

}  // namespace darkroom::http
