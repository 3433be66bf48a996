#include "api/entity_tag.h"

#include "base/hash.h"
#include "http/ascii.h"

namespace darkroom::api {
namespace {

std::string quoted_hash(const std::string& text) { return '"' + sha256_hex(text).substr(0, 32) + '"'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string tag_of(const store::ImageRecord& image) {
  const store::JobRecord& job = image.job;
  std::string text = std::to_string(image.id.value) + "\n" + std::to_string(to_micros(image.updated_at)) + "\n" + job.public_id + "\n" + std::string(domain::to_string(job.state)) + "\n" +
                     std::to_string(job.priority) + "\n" + std::to_string(job.attempt) + "\n" + std::to_string(job.crashes + job.interruptions) + "\n" + image.title + "\n" +
                     (image.document ? std::to_string(image.document->size()) : "");
  return quoted_hash(text);
}

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    auto comma = list.find(',');
    std::string_view item = trimmed(list.substr(0, comma));
    if (item == "*" || item == tag) return true;
    if (item.starts_with("W/") && item.substr(2) == tag) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

http::Response with_tag(const http::Request& request, http::Response response, std::string tag) {
  if (response.status != 200) return response;
  if (tag.empty()) tag = quoted_hash(response.body);
  response.headers.emplace_back("ETag", tag);
  if (!names_tag(request.header("if-none-match"), tag)) return response;
  response.status = 304;
  response.body.clear();
  return response;
}

}  // namespace darkroom::api
