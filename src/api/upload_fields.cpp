#include "api/upload_fields.h"

#include "api/body_fields.h"
#include "api/guard.h"
#include "api/query.h"
#include "api/webhooks.h"
#include "auth/scopes.h"
#include "base/hash.h"
#include "domain/error_codes.h"
#include "domain/printable.h"
#include "http/ascii.h"
#include "text/unicode.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

namespace darkroom::api {
namespace {

constexpr std::array<std::string_view, 12> kFields = {"title",    "priority", "model",  "metadata",      "external_id",
                                                      "uploader", "batch",    "run_at", "delay_seconds", "expires_in_seconds",
                                                      "site",     "callback_url"};
constexpr std::size_t kLongestTitle = 200;  // characters
constexpr std::size_t kLongestName = 100;
constexpr std::size_t kLargestMetadata = 16 * 1024;  // bytes
constexpr std::size_t kLongestKey = 255;
constexpr std::int64_t kYear = 366 * 24 * 3600;  // seconds

Result<std::string> short_text(const std::string& name, const std::string& value, std::size_t longest) {
  if (!domain::is_printable_utf8(value) || text::characters(value) > longest) {
    return invalid(name + " must be a UTF-8 text of at most " + std::to_string(longest) + " characters without control characters.");
  }
  return value;
}

// The last part of the client's file name, without what no title may hold, cut to the longest title.
std::string title_from(std::string name) {
  if (auto slash = name.find_last_of("/\\"); slash != std::string::npos) name.erase(0, slash + 1);
  if (!domain::is_printable_utf8(name)) {
    std::erase_if(name, [](unsigned char c) { return c < 0x20 || c >= 0x7f; });
  }
  while (text::characters(name) > kLongestTitle) {
    while (!name.empty() && (static_cast<unsigned char>(name.back()) >> 6) == 2) name.pop_back();
    name.pop_back();
  }
  return name.empty() ? "photo" : name;
}

Result<std::string> metadata_object(const std::string& text) {
  boost::system::error_code problem;
  boost::json::value value = text.size() > kLargestMetadata ? boost::json::value() : boost::json::parse(text, problem);
  if (problem || !value.is_object()) return invalid("metadata must be a JSON object of at most 16 KiB, such as {\"album\": \"spring\"}.");
  return boost::json::serialize(value);
}

// When the job may start: run_at or delay_seconds.
Result<std::optional<Time>> start_time(const std::string& run_at, const std::string& delay, Time now) {
  if (!run_at.empty() && !delay.empty()) return invalid("Say either run_at or delay_seconds.");
  if (!delay.empty()) {
    auto seconds = parse_whole(delay, "delay_seconds", {0, kYear});
    if (!seconds) return seconds.error();
    return std::optional<Time>(now + std::chrono::seconds(*seconds));
  }
  if (run_at.empty()) return std::optional<Time>();
  auto time = from_rfc3339(run_at);
  if (!time || *time > now + std::chrono::seconds(kYear)) return invalid("run_at must be a time such as 2026-01-31T09:30:00Z, at most a year from now.");
  return time;
}

// Fills run_at and expires_at. Delays are counted from the clock that will say when they are over.
Result<void> read_times(const std::function<std::string(const char*)>& field, const Parts& parts, store::NewImage& image) {
  std::string run_at = field("run_at"), delay = field("delay_seconds"), expires = field("expires_in_seconds");
  if (run_at.empty() && delay.empty() && expires.empty()) return {};
  Time now = parts.store.clock(parts.clock.now());
  auto start = start_time(run_at, delay, now);
  if (!start) return start.error();
  image.run_at = *start;
  if (!expires.empty()) {
    auto seconds = parse_whole(expires, "expires_in_seconds", {1, kYear});
    if (!seconds) return seconds.error();
    image.expires_at = now + std::chrono::seconds(*seconds);
    if (image.run_at && *image.expires_at <= *image.run_at) return invalid("expires_in_seconds ends before the job may start. Make it longer, or start earlier.");
  }
  return {};
}

// Fills run_at, expires_at and batch.
Result<void> read_waiting(const std::function<std::string(const char*)>& field, const Parts& parts, store::NewImage& image) {
  if (auto read = read_times(field, parts, image); !read) return read;
  if (std::string batch = field("batch"); !batch.empty()) {
    image.batch = uuid_of(batch);
    if (!image.batch) return invalid("batch must be the id of an open batch, a UUID. Make one with POST /api/v1/batches.");
  }
  return {};
}

Result<store::NewCallback> callback_of_site(const Parts& parts, const std::string& name, const std::optional<std::string>& external_id) {
  for (const delivery::Site& site : parts.webhooks.sites) {
    if (site.name != name) continue;
    store::NewCallback callback{.site = name, .url = "", .signer = "", .format = site.format};
    if (auto number = external_id ? parse_whole(*external_id, "external_id", {0, std::numeric_limits<std::int64_t>::max()}) : Result<std::int64_t>(Error{})) callback.foreign_id = *number;
    return callback;
  }
  return invalid("The configuration names no site '" + name.substr(0, kLongestName) + "'. Leave the field out, or name one of [[sites]].");
}

// Who is told of this photo besides the endpoints.
Result<void> read_callbacks(const std::function<std::string(const char*)>& field, const Parts& parts, const Uploader& uploader, store::NewImage& image) {
  if (std::string site = field("site"); !site.empty()) {
    if (uploader.site_refusal) return *uploader.site_refusal;
    auto callback = callback_of_site(parts, site, image.external_id);
    if (!callback) return callback.error();
    image.callbacks.push_back(std::move(*callback));
  }
  if (std::string url = field("callback_url"); !url.empty()) {
    if (!parts.webhooks.guard) return invalid("callback_url cannot be used here.");
    auto allowed = parts.webhooks.guard->check(url);
    if (!allowed) return Error{allowed.error().code, "callback_url: " + allowed.error().message};
    // The host of a site may be called within the operator's own network: not at the word of anybody who may send a photo.
    if (allowed->trusted && uploader.site_refusal) return Error{uploader.site_refusal->code, "callback_url is on the host of a site. " + uploader.site_refusal->message};
    image.callbacks.push_back({.site = "", .url = url, .signer = uploader.signer});
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> read_idempotency_key(const http::Request& request) {
  bool sent = std::ranges::any_of(request.headers, [](const auto& header) { return http::equals_ignoring_case(header.first, "idempotency-key"); });
  if (!sent) return std::optional<std::string>();
  std::string_view key = request.header("idempotency-key");
  if (key.size() >= 2 && key.front() == '"' && key.back() == '"') key = key.substr(1, key.size() - 2);
  bool visible = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7f; });
  if (key.empty() || key.size() > kLongestKey || !visible) return invalid("Idempotency-Key must be 1 to 255 visible ASCII characters, such as a UUID.");
  return std::optional(std::string(key));
}

std::string fingerprint(const UploadForm& form, const std::string& photo_sha256) {
  std::string text = photo_sha256;
  for (const auto& [name, value] : form.fields) text += "\n" + name + " " + std::to_string(value.size()) + " " + value;
  return sha256_hex(text);
}

Result<std::string> read_title(const std::string& text) {
  if (text.empty()) return invalid("title must not be empty.");
  return short_text("title", text::composed(text), kLongestTitle);
}

bool is_upload_field(std::string_view name) { return std::ranges::find(kFields, name) != kFields.end(); }

Uploader uploader_of(const http::Request& request) {
  Uploader uploader{.name = request.principal, .signer = signer_of(request)};
  bool logged_in = request.caller.credential == http::Credential::session;
  if (logged_in && !acts_for_others(request)) {
    uploader.site_refusal = Error{std::string(domain::code::forbidden), "A log-in with the role " + request.caller.role + " may not speak for a site. Use a token with the scope site."};
  } else if (!auth::covers(request.caller.scopes, auth::scope::site)) {
    uploader.site_refusal = Error{std::string(domain::code::forbidden), "This token may not speak for a site: it lacks the scope site."};
  }
  return uploader;
}

Result<store::NewImage> read_upload_form(const UploadForm& form, const Parts& parts, const Uploader& uploader) {
  auto field = [&](const char* name) -> std::string {
    auto found = form.fields.find(name);
    return found == form.fields.end() ? "" : found->second;
  };
  store::NewImage image;
  auto title = short_text("title", field("title"), kLongestTitle);
  if (!title) return title.error();
  image.title = title->empty() ? title_from(text::composed(form.file_name)) : text::composed(*title);
  auto owner = short_text("uploader", field("uploader"), kLongestName);
  if (!owner) return owner.error();
  image.owner = owner->empty() ? uploader.name : *owner;
  auto external_id = short_text("external_id", field("external_id"), kLongestTitle);
  if (!external_id) return external_id.error();
  if (!external_id->empty()) image.external_id = *external_id;
  if (std::string priority = field("priority"); !priority.empty()) {
    auto number = parse_whole(priority, "priority", {domain::kLowestPriority, domain::kHighestPriority});
    if (!number) return number.error();
    image.priority = static_cast<int>(*number);
  }
  if (std::string metadata = field("metadata"); !metadata.empty()) {
    auto object = metadata_object(metadata);
    if (!object) return object.error();
    image.metadata = *object;
  }
  image.model = field("model").empty() ? parts.config.default_model : field("model");
  if (!can_run(parts, image.model)) return cannot_run(parts, image.model);
  image.max_attempts = parts.config.max_attempts;
  if (auto read = read_waiting(field, parts, image); !read) return read.error();
  if (auto read = read_callbacks(field, parts, uploader, image); !read) return read.error();
  return image;
}

}  // namespace darkroom::api
