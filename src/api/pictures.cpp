// Pictures of a photo: thumbnail, preview, overlay, and the original for those who may have it.
//
// The first three are made in the sandbox, re-encoded, without metadata; one that is not there yet holds the connection and no thread until the
// preview slot has made it. No byte of the upload is ever shown inline: the original comes as a download only.
#include "api/file_name.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/marks.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/ranges.h"
#include "base/hash.h"
#include "domain/error_codes.h"
#include "views/pictures.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace darkroom::api {
namespace {

constexpr std::chrono::seconds kPatience{30};
// Part of the tags: raised when pictures are made in another way, so that browsers ask for new ones.
constexpr std::string_view kRendition = "1";
constexpr const char* kMayKeep = "private, max-age=3600";
constexpr const char* kAskEachTime = "private, no-cache";

struct Asked {
  views::Photo photo;
  std::string name;  // in the cache
  std::string tag;
  const char* caching = kMayKeep;
  domain::RenderOrder order;
};

Error not_found(std::string message) { return {std::string(domain::code::not_found), std::move(message)}; }

Result<store::ImageRecord> find_image(const Parts& parts, const http::Request& request) {
  auto id = image_id(request);
  if (!id) return id.error();
  auto image = parts.store.find_image(*id);
  if (!image) return not_found("There is no image " + std::to_string(id->value) + ". It may have been deleted.");
  return std::move(*image);
}

views::Photo photo_of(const store::ImageRecord& image) { return {image.sha256, image.byte_count, std::int64_t{image.width} * image.height}; }

std::string weak_tag(const std::string& name) { return "W/\"" + name.substr(0, name.rfind('.')) + "." + std::string(kRendition) + "\""; }

// Weak comparison (RFC 9110, 13.1.2): a list of tags, or *.
bool has_it(const http::Request& request, std::string_view tag) {
  auto strong = [](std::string_view text) { return text.starts_with("W/") ? text.substr(2) : text; };
  std::string_view list = request.header("if-none-match");
  if (list == "*") return true;
  while (!list.empty()) {
    auto comma = list.find(',');
    std::string_view one = list.substr(0, comma);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty() && strong(one) == strong(tag)) return true;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return false;
}

http::Response tagged(int status, const std::string& tag, const char* caching) {
  http::Response response;
  response.status = status;
  response.headers = {{"ETag", tag}, {"Cache-Control", caching}, {"Content-Security-Policy", "default-src 'none'; sandbox"},
      {"Cross-Origin-Resource-Policy", "same-origin"}};
  return response;
}

http::Reply answer(const Parts& parts, const http::Request& request, Asked asked) {
  if (has_it(request, asked.tag)) return tagged(304, asked.tag, asked.caching);
  std::string name = asked.name;
  auto look = [&parts, asked = std::move(asked)](bool timed_out) -> std::optional<http::Response> {
    auto picture = parts.pictures->get(asked.name, asked.photo, asked.order);
    if (!picture) return problem(picture.error());
    if (!*picture && timed_out) return problem(domain::code::unavailable, "This picture is still being made. Ask for it again in a second.");
    if (!*picture) return std::nullopt;
    http::Response response = tagged(200, asked.tag, asked.caching);
    response.content_type = "image/jpeg";
    response.body = std::move(**picture);
    return response;
  };
  if (auto now = look(false)) return std::move(*now);
  return http::Parked{std::move(name), std::chrono::steady_clock::now() + kPatience, std::move(look)};
}

Result<double> min_confidence(const http::Request& request) {
  auto found = request.query.find("min_confidence");
  if (found == request.query.end()) return 0.0;
  const std::string& text = found->second;
  double number = -1;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !(number >= 0 && number <= 1)) {
    return Error{std::string(domain::code::invalid_field), "min_confidence must be a number from 0 to 1, such as 0.5."};
  }
  return number;
}

// The document of the job that was asked for, or the newest.
Result<std::string> result_to_draw(const Parts& parts, const http::Request& request, const store::ImageRecord& image) {
  std::string which = "Image " + std::to_string(image.id.value);
  auto job = request.query.find("job");
  if (job == request.query.end()) {
    if (image.document) return *image.document;
    return not_found(which + " has no result yet, so there is nothing to draw over it. Ask for its preview, or again when its job has completed.");
  }
  auto record = parts.store.find_job(job->second);
  if (!record || record->image != image.id) {
    return not_found(which + " has no job '" + job->second + "'. GET /api/v1/images/" + std::to_string(image.id.value) + " names its newest.");
  }
  auto document = parts.store.result_of(job->second);
  if (!document) return not_found("Job " + job->second + " has no result, so there is nothing to draw.");
  return std::move(*document);
}

std::uint64_t size_of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) throw std::runtime_error(std::string("cannot look at a stored photo: ") + std::strerror(errno));
  return static_cast<std::uint64_t>(status.st_size);
}

// The file, or the part of it that was asked for, in pieces.
http::Response download(const http::Request& request, FileDescriptor file, const std::string& tag) {
  std::uint64_t length = size_of(file.get());
  auto wanted = wanted_range(request.header("range"), request.header("if-range"), tag, length);
  if (std::holds_alternative<Unsatisfiable>(wanted)) {
    http::Response refused = problem("range_not_satisfiable", "The photo has " + std::to_string(length) + " bytes; the range begins behind them.");
    refused.headers.emplace_back("Content-Range", "bytes */" + std::to_string(length));
    return refused;
  }
  http::Response response = tagged(200, tag, kAskEachTime);
  response.headers.emplace_back("Accept-Ranges", "bytes");
  http::FilePart part{std::make_shared<FileDescriptor>(std::move(file)), 0, length};
  if (const auto* range = std::get_if<FileRange>(&wanted)) {
    response.status = 206;
    response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->first) + '-' + std::to_string(range->last) + '/' + std::to_string(length));
    part.offset = range->first;
    part.length = range->last - range->first + 1;
  }
  response.file = std::move(part);
  return response;
}

}  // namespace

http::Reply get_thumbnail(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto image = find_image(parts, request);
  if (!image) return problem(image.error());
  std::string name = views::thumbnail_name(image->sha256);
  return answer(parts, request, {photo_of(*image), name, weak_tag(name), kMayKeep, {domain::kThumbnailSide,
      domain::kThumbnailQuality}});
}

http::Reply get_preview(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto image = find_image(parts, request);
  if (!image) return problem(image.error());
  std::string name = views::preview_name(image->sha256);
  return answer(parts, request, {photo_of(*image), name, weak_tag(name), kMayKeep, {domain::kPreviewSide,
      domain::kPreviewQuality}});
}

http::Reply get_overlay(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"job", "min_confidence"}); !known) return problem(known.error());
  auto least = min_confidence(request);
  if (!least) return problem(least.error());
  auto image = find_image(parts, request);
  if (!image) return problem(image.error());
  auto document = result_to_draw(parts, request, *image);
  if (!document) return problem(document.error());
  // The same result drawn in the same way is the same picture, whichever job it is of.
  std::string key = sha256_hex(*document + "\n" + std::to_string(*least)).substr(0, 16);
  std::string name = views::overlay_name(image->sha256, key);
  domain::RenderOrder order{domain::kPreviewSide, domain::kPreviewQuality, marks_of(parsed(*document), *least)};
  return answer(parts, request, {photo_of(*image), name, weak_tag(name), kAskEachTime, std::move(order)});
}

http::Reply get_original(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto image = find_image(parts, request);
  if (!image) return problem(image.error());
  std::string tag = '"' + image->sha256 + '"';
  if (has_it(request, tag)) return tagged(304, tag, kAskEachTime);
  auto file = parts.photos ? parts.photos->open(image->sha256) : parts.blobs.open(image->sha256);
  if (!file) return problem(domain::code::blob_missing,
                             "The stored photo " + image->sha256.substr(0, 12) + " is not in the data folder. If it does not come back, upload it again.");
  http::Response response = download(request, std::move(*file), tag);
  if (response.status == 416) return response;
  response.content_type = media_type_of(image->format);
  response.headers.emplace_back("Content-Disposition", attachment(download_name(image->title, image->format)));
  return response;
}

}  // namespace darkroom::api
