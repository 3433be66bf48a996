#include "http/compress.h"

#include "http/ascii.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace darkroom::http {
namespace {

constexpr int kGzip = 15 + 16;  // the largest window, in a gzip member
constexpr int kLevel = 5;

bool is_text(std::string_view type) {
  std::string_view media = trim(type.substr(0, type.find(';')));
  if (media == "text/event-stream") return false;  // sent as it comes
  constexpr std::array<std::string_view, 5> kTexts = {"application/json", "application/problem+json", "application/javascript", "application/yaml", "image/svg+xml"};
  return media.starts_with("text/") || std::ranges::find(kTexts, media) != kTexts.end();
}

std::string* find(Response& response, std::string_view name) {
  for (auto& [key, value] : response.headers) {
    if (equals_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

// Of "gzip;q=0.5": 0 only when it says so.
bool has_quality(std::string_view parameters) {
  std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return true;
  std::string_view number = trim(parameters.substr(q + 2));
  return number.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

bool takes_gzip(std::string_view list) {
  bool any = false;
  while (!list.empty()) {
    std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), item.size() + 1));
    std::string_view coding = trim(item.substr(0, item.find(';')));
    bool wanted = has_quality(item.substr(std::min(item.size(), coding.size())));
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) return wanted;
    if (coding == "*") any = wanted;
  }
  return any;
}

void compress(const Request& request, Response& response) {
  if (response.file || response.body.size() < kLeastCompressed || !is_text(response.content_type) || find(response, "Content-Encoding")) return;
  if (std::string* vary = find(response, "Vary")) {
    if (*vary != "*") *vary += ", Accept-Encoding";
  } else {
    response.headers.emplace_back("Vary", "Accept-Encoding");
  }
  if (!takes_gzip(request.header("Accept-Encoding"))) return;
  response.body = gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
  if (std::string* tag = find(response, "ETag"); tag && !tag->starts_with("W/")) tag->insert(0, "W/");
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib cannot start");
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) throw std::runtime_error("zlib could not compress an answer");
  return out;
}

}  // namespace darkroom::http
