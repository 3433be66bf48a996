#include "api/resumable.h"

#include "api/photo_header.h"
#include "api/query.h"
#include "api/sender.h"
#include "api/upload_fields.h"
#include "base/base64.h"
#include "base/fail_point.h"
#include "base/log.h"
#include "domain/error_codes.h"
#include "http/ascii.h"

#include <boost/json.hpp>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <exception>

namespace darkroom::api {
namespace {

namespace code = domain::code;
namespace json = boost::json;

constexpr int kPage = 100;
constexpr Duration kMoreForComplete = std::chrono::hours(24);

std::string http_date(Time time) {
  std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

std::map<std::string, std::string> stored_metadata(const store::UploadRecord& upload) {
  std::map<std::string, std::string> metadata;
  const json::value fields = json::parse(upload.fields);
  for (const auto& member : fields.as_object()) metadata[std::string(member.key())] = std::string(member.value().as_string());
  return metadata;
}

// Its batch was said when it began, and stays what it was: once that is sealed, no piece that comes again will help.
Error with_sealed_batch(const Parts& parts, const store::UploadRecord& upload, Error error) {
  auto metadata = stored_metadata(upload);
  auto named = metadata.find("batch");
  auto id = named == metadata.end() ? std::nullopt : uuid_of(named->second);
  auto batch = id ? parts.store.find_batch(*id) : std::nullopt;
  return batch && batch->sealed_at ? batch_was_sealed(*id) : error;
}

Error is_gone() { return {std::string(code::not_found), "This upload is gone. Begin it again."}; }

// The blob store's own way of writing hashes and names the bytes.
std::unique_ptr<blob::StagedBlob> staged_copy(const Parts& parts, int fd, std::int64_t size) {
  auto staged = parts.blobs.stage();
  std::array<char, 64 * 1024> piece{};
  for (std::int64_t at = 0; at < size;) {
    ssize_t got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw std::runtime_error(std::string("cannot read a complete upload: ") + std::strerror(errno));
    staged->write({piece.data(), static_cast<std::size_t>(got)});
    at += got;
  }
  return staged;
}

// Without a key of the client's the upload's id is one: what a crash has cut off between image and upload finds the same image again.
Result<store::ImageRecord> take_in(const Parts& parts, const store::UploadRecord& upload, int fd) {
  auto metadata = stored_metadata(upload);
  auto signer = metadata.extract(std::string(kSignerField)), key = metadata.extract(std::string(kKeyField));
  auto form = form_of(metadata);
  if (!form) return form.error();
  // Whether it may name a site was asked when it began.
  auto image = read_upload_form(*form, parts, {.name = upload.owner, .signer = signer.empty() ? upload.owner : signer.mapped()});
  if (!image) return image.error();
  auto staged = staged_copy(parts, fd, upload.length);
  if (auto described = describe_photo(*staged, parts.config.photo, *image); !described) return described.error();
  image->idempotency = key.empty() ? store::IdempotencyKey{"upload", upload.id, image->sha256} : store::IdempotencyKey{upload.owner, key.mapped(), fingerprint(*form, image->sha256)};
  if (auto allowed = check_sender(parts, upload.owner, *image); !allowed) return allowed.error();
  parts.blobs.keep(*staged);
  fail_point("K31");
  image->keep_again = [&] { parts.blobs.confirm(*staged); };
  auto made = take_in_image(parts, *image, {upload.owner, "resumable upload"});
  fail_point("K32");
  return made;
}

bool is_complete(const Parts& parts, const store::UploadRecord& upload) { return !upload.image && parts.resumable->files.size_of(upload.id) == upload.length; }

void forget_expired(const Parts& parts, Time now) {
  auto page_after = [&](const std::optional<store::UploadRecord>& last) { return parts.store.expired_uploads(parts.resumable->home, last, now, kPage); };
  for (auto page = page_after(std::nullopt); !page.empty(); page = page_after(page.back())) {
    for (const store::UploadRecord& upload : page) {
      if (upload.expires_at > now - kMoreForComplete && is_complete(parts, upload)) continue;
      if (parts.resumable->files.remove(upload.id)) parts.store.forget_upload(upload.id);
    }
  }
}

void complete_one(const Parts& parts, const store::UploadRecord& upload) {
  if (!is_complete(parts, upload)) return;
  if (auto image = complete_upload(parts, upload); !image) log::info("a complete upload became no image", {{"upload", upload.id}, {"cause", image.error().message}});
}

// One that cannot be completed keeps back no other: what it threw is thrown when all had their turn.
void complete_left(const Parts& parts) {
  std::string after;
  std::exception_ptr first_failure;
  for (auto page = parts.store.open_uploads(parts.resumable->home, after, kPage); !page.empty(); page = parts.store.open_uploads(parts.resumable->home, after, kPage)) {
    for (const store::UploadRecord& upload : page) {
      after = upload.id;
      try {
        complete_one(parts, upload);
      } catch (const std::exception& failure) {
        log::warning("a complete upload could not become an image", {{"upload", upload.id}, {"cause", failure.what()}});
        if (!first_failure) first_failure = std::current_exception();
      }
    }
  }
  if (first_failure) std::rethrow_exception(first_failure);
}

}  // namespace

Result<std::map<std::string, std::string>> read_upload_metadata(std::string_view text) {
  std::map<std::string, std::string> metadata;
  for (text = http::trim(text); !text.empty();) {
    auto comma = text.find(',');
    std::string_view pair = http::trim(text.substr(0, comma));
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
    auto space = pair.find(' ');
    auto value = space == std::string_view::npos ? std::optional<std::string>("") : from_base64(http::trim(pair.substr(space + 1)));
    if (pair.empty() || !value) return Error{std::string(code::bad_request), "Upload-Metadata must be pairs of a name and a value in base64, with commas between them."};
    metadata[std::string(pair.substr(0, space))] = std::move(*value);
  }
  return metadata;
}

Error batch_was_sealed(const std::string& id) {
  return {std::string(code::conflict), "The batch " + id + " of this upload is sealed: nothing can be added to it any more, and an upload cannot be given another. Begin it again with an open "
                                       "batch or with none. One that was begun may be deleted."};
}

Result<UploadForm> form_of(const std::map<std::string, std::string>& metadata) {
  UploadForm form;
  for (const auto& [name, value] : metadata) {
    if (name == "filename" || name == "name") {
      form.file_name = value;
    } else if (is_upload_field(name)) {
      form.fields[name] = value;
    } else if (name != "filetype" && name != "type" && name != "relativePath") {  // what common clients send besides
      return Error{std::string(code::unknown_field), "There is no upload metadata '" + name.substr(0, 100) + "'. Known: filename, filetype, title, priority, model, metadata, external_id, "
                                                     "uploader, batch, run_at, delay_seconds, expires_in_seconds."};
    }
  }
  return form;
}

// Whoever completes an upload notes its image before the bytes go, so the bytes are looked for first.
Result<domain::ImageId> completed_by_another(const Parts& parts, const std::string& id) {
  bool has_bytes = parts.resumable->files.size_of(id).has_value();
  auto known = parts.store.find_upload(id);
  if (known && known->image) return *known->image;
  if (!known || !has_bytes) return is_gone();
  return Error{std::string(code::locked), "Another request is adding to this upload. Ask for its offset, then go on."};
}

Result<domain::ImageId> complete_upload(const Parts& parts, const store::UploadRecord& upload) {
  auto writer = parts.resumable->files.write_to(upload.id, false);
  if (!writer) return completed_by_another(parts, upload.id);
  auto known = parts.store.find_upload(upload.id);  // which nobody else completes now
  if (!known) return is_gone();
  if (known->image) return *known->image;
  auto image = take_in(parts, upload, writer->fd());
  // What may be otherwise in a while: the file stays, and the last piece may be sent again.
  static constexpr std::array kPassing = {code::conflict, code::unknown_model, code::model_refused};
  if (!image && std::ranges::find(kPassing, image.error().code) != kPassing.end()) return with_sealed_batch(parts, upload, image.error());
  if (image) {
    parts.store.finish_upload(upload.id, image->id);
  } else {
    parts.store.forget_upload(upload.id);
  }
  fail_point("K33");
  writer.reset();
  parts.resumable->files.remove(upload.id);
  return image ? Result<domain::ImageId>(image->id) : image.error();
}

void sweep_uploads(const Parts& parts) {
  Time now = parts.store.clock(parts.clock.now());
  forget_expired(parts, now);  // first: a full disk lets nothing be completed
  parts.store.forget_lost_uploads(now);
  complete_left(parts);
}

http::Response tus_response(int status, const store::UploadRecord& upload, std::int64_t offset) {
  http::Response response;
  response.status = status;
  response.headers.emplace_back("Upload-Offset", std::to_string(offset));
  response.headers.emplace_back("Upload-Length", std::to_string(upload.length));
  response.headers.emplace_back("Upload-Expires", http_date(upload.expires_at));
  response.headers.emplace_back("Cache-Control", "no-store");
  if (upload.image) response.headers.emplace_back("Darkroom-Image", std::to_string(upload.image->value));
  return response;
}

}  // namespace darkroom::api
