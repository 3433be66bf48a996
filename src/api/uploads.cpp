// Resumable uploads over HTTP (tus 1.0.0: creation, creation-with-upload, checksum, expiration, termination).
#include "api/handlers.h"
#include "api/photo_intake.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/resumable.h"
#include "api/sender.h"
#include "api/upload_fields.h"
#include "api/webhooks.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/fail_point.h"
#include "base/id.h"
#include "domain/error_codes.h"
#include "http/ascii.h"

#include <boost/json.hpp>

#include <charconv>
#include <memory>

namespace darkroom::api {
namespace {

namespace code = domain::code;
namespace json = boost::json;
using Opened = std::variant<http::Response, http::BodyReceiver>;

constexpr std::string_view kPieceType = "application/offset+octet-stream";

Error error(std::string_view code, std::string message) { return {std::string(code), std::move(message)}; }

std::optional<http::Response> wrong_version(const http::Request& request) {
  if (request.header("tus-resumable") == kTusVersion) return std::nullopt;
  http::Response response = problem(error(code::precondition_failed, "Send the header 'Tus-Resumable: 1.0.0', the version of the tus protocol that is spoken here."));
  response.headers.emplace_back("Tus-Version", kTusVersion);
  return response;
}

Result<std::int64_t> number_in(const http::Request& request, const std::string& header) {
  std::string_view text = request.header(header);
  std::int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size() || number < 0) return error(code::bad_request, "The header " + header + " must be a whole number of bytes.");
  return number;
}

// An upload of another is as one that is not there. Whoever completes it notes its image before removing the bytes: if they are gone, the record is looked at
// once more.
Result<store::UploadRecord> find(const Parts& parts, const http::Request& request) {
  const std::string& id = request.params.at("id");
  auto upload = parts.store.find_upload(id);
  if (upload && !upload->image && !parts.resumable->files.size_of(id)) upload = parts.store.find_upload(id);
  if (!upload || upload->owner != request.principal) return error(code::not_found, "There is no upload '" + id.substr(0, 100) + "'. It may have expired: begin it again.");
  if (!upload->image && upload->home != parts.resumable->home) {
    return error(code::conflict, "The bytes of this upload lie with another web process of this installation. Send its requests where it was begun.");
  }
  return *upload;
}

struct Checksum {
  std::optional<Digest> digest;
  std::string expected;
};

// Upload-Checksum: "sha1 <base64>".
Result<Checksum> read_checksum(const http::Request& request) {
  std::string_view text = request.header("upload-checksum");
  if (text.empty()) return Checksum{};
  auto space = text.find(' ');
  Checksum checksum{Digest::of(text.substr(0, space)), ""};
  auto expected = space == std::string_view::npos ? std::nullopt : from_base64(text.substr(space + 1));
  if (!checksum.digest || !expected) return error(code::bad_request, "Upload-Checksum must be sha1 or sha256, a space, and the checksum in base64.");
  checksum.expected = std::move(*expected);
  return checksum;
}

Error is_complete(const store::UploadRecord& upload) {
  return error(code::conflict, "The upload has all of its " + std::to_string(upload.length) + " bytes; only its last piece may come again. Ask for its offset.");
}

// One piece on its way into the file.
class Piece {
 public:
  // From this offset on. Without a writer the image is there already, and only its last piece may come again.
  Piece(const Parts& parts, store::UploadRecord upload, std::int64_t offset, std::unique_ptr<blob::PartialWriter> writer, Checksum checksum, bool created)
      : parts_(parts), upload_(std::move(upload)), end_(offset), writer_(std::move(writer)), checksum_(std::move(checksum)), created_(created) {}

  std::optional<http::Response> receive(std::string_view bytes) {
    end_ += static_cast<std::int64_t>(bytes.size());
    if (end_ > upload_.length) {
      return problem(error(code::too_large, "The upload was announced with " + std::to_string(upload_.length) + " bytes; this piece goes beyond them."));
    }
    if (!writer_) return std::nullopt;
    if (checksum_.digest) checksum_.digest->update(bytes);
    writer_->write(bytes);
    fail_point("K30");
    return std::nullopt;
  }

  http::Reply finish() {
    if (!writer_ && end_ != upload_.length) return problem(is_complete(upload_));
    if (!writer_) return answer(upload_.length);
    if (checksum_.digest && checksum_.digest->finish() != checksum_.expected) {
      writer_->take_back();
      return problem(error(code::checksum_mismatch, "The piece is not what its checksum says, so it was not taken. Send it again."));
    }
    writer_->keep();
    std::int64_t offset = writer_->offset();
    writer_.reset();
    if (offset == upload_.length) {
      auto image = complete_upload(parts_, upload_);
      if (!image) return problem(image.error());
      upload_.image = *image;
    }
    return answer(offset);
  }

 private:
  http::Response answer(std::int64_t offset) const {
    http::Response response = tus_response(created_ ? 201 : 204, upload_, offset);
    if (created_) response.headers.emplace_back("Location", "/api/v1/uploads/" + upload_.id);
    return response;
  }

  const Parts& parts_;
  store::UploadRecord upload_;
  std::int64_t end_;  // of what has come
  std::unique_ptr<blob::PartialWriter> writer_;
  Checksum checksum_;
  bool created_;
};

bool holds_piece(const http::Request& request) { return http::equals_ignoring_case(request.header("content-type"), kPieceType); }

// What is announced, checked as far as it can be before the first byte.
Result<store::UploadRecord> read_announced(const Parts& parts, const http::Request& request) {
  if (!request.header("upload-defer-length").empty()) return error(code::bad_request, "The length must be known from the start: send Upload-Length.");
  if (!request.header("upload-concat").empty()) return error(code::bad_request, "Uploads are not put together here (no extension concatenation): send each photo as one upload, without Upload-Concat.");
  auto length = number_in(request, "Upload-Length");
  if (!length) return length.error();
  if (*length > parts.config.photo.max_bytes) return error(code::too_large, "The photo is larger than the limit of " + std::to_string(parts.config.photo.max_bytes) + " bytes.");
  if (*length == 0) return error(code::empty_file, "A photo has at least one byte.");
  auto key = read_idempotency_key(request);
  if (!key) return key.error();
  auto metadata = read_upload_metadata(request.header("upload-metadata"));
  if (!metadata) return metadata.error();
  auto form = form_of(*metadata);
  if (!form) return form.error();
  auto image = read_upload_form(*form, parts, uploader_of(request));
  if (!image) return image.error();
  image->byte_count = *length;
  if (auto allowed = check_sender(parts, request.caller, *image); !allowed) return allowed.error();
  if (image->batch) {
    auto batch = parts.store.find_batch(*image->batch);
    if (!batch) return error(code::not_found, "There is no batch " + *image->batch + ".");
    if (batch->sealed_at && !*key) return batch_was_sealed(*image->batch);  // with a key it may be one that became an image in time
  }
  json::object fields;
  for (const auto& [name, value] : *metadata) fields[name] = value;
  fields[kSignerField] = signer_of(request);
  if (*key) fields[kKeyField] = **key;
  Time now = parts.clock.now();
  return store::UploadRecord{random_base62(22), request.principal, *length, json::serialize(fields), parts.resumable->home, now, now + parts.resumable->kept};
}

}  // namespace

http::Reply tus_options(const Parts& parts, const http::Request&) {
  http::Response response{.status = 204};
  response.headers.emplace_back("Tus-Version", kTusVersion);
  response.headers.emplace_back("Tus-Extension", "creation,creation-with-upload,checksum,expiration,termination");
  response.headers.emplace_back("Tus-Checksum-Algorithm", "sha1,sha256");
  response.headers.emplace_back("Tus-Max-Size", std::to_string(parts.config.photo.max_bytes));
  return response;
}

Opened begin_upload(const Parts& parts, const http::Request& request) {
  if (auto refusal = wrong_version(request)) return std::move(*refusal);
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto upload = read_announced(parts, request);
  if (!upload) return problem(upload.error());
  auto checksum = read_checksum(request);
  if (!checksum) return problem(checksum.error());
  bool has_body = request.content_length.value_or(0) > 0 || !request.header("transfer-encoding").empty();
  if (has_body && !holds_piece(request)) return problem(error(code::unsupported_media_type, "The first bytes must come as application/offset+octet-stream."));
  if (parts.blobs.free_bytes() - upload->length < parts.config.free_disk_floor) {
    return problem(error(code::insufficient_storage, "The disk has too little free space for this upload (storage.free_disk_floor_mb). Free some space, then begin it again."));
  }
  upload = parts.store.begin_upload(*upload, parts.resumable->most_bytes);
  if (!upload) return problem(upload.error());
  parts.resumable->files.create(upload->id);
  auto writer = parts.resumable->files.write_to(upload->id, checksum->digest.has_value());
  return received_by(std::make_shared<Piece>(parts, std::move(*upload), 0, std::move(writer), std::move(*checksum), true));
}

Opened add_to_upload(const Parts& parts, const http::Request& request) {
  if (auto refusal = wrong_version(request)) return std::move(*refusal);
  if (!holds_piece(request)) return problem(error(code::unsupported_media_type, "A piece must come as application/offset+octet-stream."));
  auto upload = find(parts, request);
  if (!upload) return problem(upload.error());
  auto offset = number_in(request, "Upload-Offset");
  if (!offset) return problem(offset.error());
  auto checksum = read_checksum(request);
  if (!checksum) return problem(checksum.error());
  std::unique_ptr<blob::PartialWriter> writer;
  if (!upload->image) writer = parts.resumable->files.write_to(upload->id, checksum->digest.has_value());
  if (!upload->image && !writer) {
    auto image = completed_by_another(parts, upload->id);
    if (!image) return problem(image.error());
    upload->image = *image;
  }
  if (upload->image && *offset > upload->length) return problem(is_complete(*upload));
  if (writer && writer->offset() != *offset) {
    return problem(error(code::conflict, "The upload has " + std::to_string(writer->offset()) + " bytes, and not " + std::to_string(*offset) + ". Ask for its offset, then go on from there."));
  }
  return received_by(std::make_shared<Piece>(parts, std::move(*upload), *offset, std::move(writer), std::move(*checksum), false));
}

// Some clients cannot send PATCH or DELETE.
Opened overridden_upload(const Parts& parts, const http::Request& request) {
  std::string_view method = request.header("x-http-method-override");
  if (method == "PATCH") return add_to_upload(parts, request);
  if (method == "DELETE") return std::get<http::Response>(delete_upload(parts, request));
  http::Response response = problem(error(code::method_not_allowed, "POST here needs the header X-HTTP-Method-Override with PATCH or DELETE."));
  response.headers.emplace_back("Allow", "DELETE, GET, HEAD, OPTIONS, PATCH, POST");
  return response;
}

http::Reply get_upload(const Parts& parts, const http::Request& request) {
  if (request.method == http::Method::head) {
    if (auto refusal = wrong_version(request)) return std::move(*refusal);
  }
  auto upload = find(parts, request);
  if (!upload) return problem(upload.error());
  std::int64_t offset = upload->length;
  if (!upload->image) {
    offset = parts.resumable->files.size_of(upload->id).value_or(upload->length);
    if (offset == upload->length) {
      auto image = complete_upload(parts, *upload);
      if (!image && image.error().code != code::locked) return problem(image.error());
      if (image) upload->image = *image;
    }
  }
  http::Response response = tus_response(200, *upload, offset);
  json::value image = upload->image ? json::value(upload->image->value) : json::value(nullptr);
  response.body = json::serialize(json::object{{"upload", {{"id", upload->id}, {"offset", offset}, {"length", upload->length}, {"expires_at", to_rfc3339(upload->expires_at)}, {"image_id", image}}}});
  return response;
}

http::Reply delete_upload(const Parts& parts, const http::Request& request) {
  if (auto refusal = wrong_version(request)) return std::move(*refusal);
  auto upload = find(parts, request);
  if (!upload) return problem(upload.error());
  if (!parts.resumable->files.remove(upload->id)) return problem(error(code::locked, "Another request is adding to this upload. End it, then delete."));
  parts.store.forget_upload(upload->id);
  return http::Response{.status = 204};
}

}  // namespace darkroom::api
