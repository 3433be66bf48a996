#include "api/entity_tag.h"

#include "api/json.h"
#include "base/hash.h"
#include "http/ascii.h"

namespace darkroom::api {
namespace {

std::string quoted_hash(std::string_view text) { return '"' + sha256_hex(text).substr(0, 32) + '"'; }

// Whether the item is `tag`, or that and a dot with more behind it. Both are quoted.
bool is_made_of(std::string_view item, std::string_view tag) {
  if (item == tag) return true;
  std::string_view open = tag.substr(0, tag.size() - 1);
  return item.starts_with(open) && item.substr(open.size()).starts_with('.');
}

}  // namespace

std::string tag_of(const store::ImageRecord& image) {
  const store::JobRecord& job = image.job;
  std::string text = std::to_string(image.id.value) + "\n" + std::to_string(to_micros(image.updated_at)) + "\n" + job.public_id + "\n" + std::string(domain::to_string(job.state)) + "\n" +
                     std::to_string(job.priority) + "\n" + std::to_string(job.attempt) + "\n" + std::to_string(job.crashes + job.interruptions) + "\n" + image.title + "\n" +
                     (image.document ? std::to_string(image.document->size()) : "");
  return quoted_hash(text);
}

std::string tag_of(const store::JobRecord& job) { return quoted_hash(boost::json::serialize(job_json(job, {}))); }

std::string tag_of(const store::QueueSettings& queue) { return quoted_hash(boost::json::serialize(queue_settings_json(queue))); }

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    auto comma = list.find(',');
    std::string_view item = http::trim(list.substr(0, comma));
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (is_made_of(item, tag)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

http::Response with_record_tag(const http::Request& request, http::Response response, std::string tag) {
  if (response.status != 200) return response;
  tag.insert(tag.size() - 1, "." + quoted_hash(response.body).substr(1, 16));
  return with_tag(request, std::move(response), std::move(tag));
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
