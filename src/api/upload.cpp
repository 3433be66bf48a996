// Taking in a photo. The order is the promise: bytes to a temporary file while they are hashed, checks from the header, the blob made durable, then one
// transaction with image, job and event, and only then 201. Whatever stops on the way takes the temporary file with it.
#include "api/form_body.h"
#include "api/handlers.h"
#include "api/photo_header.h"
#include "api/photo_intake.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/sender.h"
#include "api/upload_fields.h"
#include "api/waiting.h"
#include "base/fail_point.h"
#include "domain/error_codes.h"

#include <memory>
#include <utility>

namespace darkroom::api {
namespace {

namespace code = domain::code;

Error error(std::string_view code, std::string message) { return {std::string(code), std::move(message)}; }

class Upload {
 public:
  Upload(const Parts& parts, const http::Request& request, std::chrono::seconds wait, std::optional<std::string> key, const std::string& boundary)
      : parts_(parts), actor_(actor_of(request)), sender_(request.caller), uploader_(uploader_of(request)), wait_(wait), key_(std::move(key)), body_(boundary, {}, callbacks()) {}

  std::optional<http::Response> receive(std::string_view piece) { return body_.receive(piece); }

  http::Reply finish() {
    if (auto refused = body_.end()) return *refused;
    auto image = take_in();
    if (!image) return problem(image.error());
    if (wait_.count() == 0) return marked(image->replayed ? image_response(201, parts_, *image) : image_response(201, *image, {}), image->replayed);
    return answer_when_final(image->job.public_id, wait_, [&parts = parts_, id = image->id, replayed = image->replayed]() -> Look {
      auto found = parts.store.find_image(id);
      if (!found) return {problem(code::not_found, "The image was deleted while its result was awaited."), true};
      return {marked(image_response(201, parts, *found), replayed), domain::is_final(found->job.state)};
    });
  }

 private:
  static http::Response marked(http::Response response, bool replayed) {
    if (replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
  }

  http::MultipartCallbacks callbacks() {
    return {[this](const http::PartHeader& part) { return begin_part(part); }, [this](std::string_view data) { take(data); }, [this] { field_ = nullptr, in_file_ = false; }};
  }

  std::optional<Error> begin_part(const http::PartHeader& part) {
    if (part.name == "file") {
      if (staged_) return error(code::malformed_body, "One request takes one photo. Send each in a request of its own.");
      staged_ = parts_.blobs.stage();
      form_.file_name = part.file_name.value_or("");
      in_file_ = true;
      return std::nullopt;
    }
    if (!is_upload_field(part.name)) {
      return error(code::unknown_field, "There is no field '" + part.name.substr(0, 100) + "'. Known: file, title, priority, model, metadata, external_id, uploader, batch, "
                   "run_at, delay_seconds, expires_in_seconds, site, callback_url.");
    }
    field_ = &form_.fields[part.name];
    return std::nullopt;
  }

  void take(std::string_view data) {
    if (field_) field_->append(data);
    if (!in_file_ || body_.is_refused()) return;
    if (auto added = add_bytes(parts_, *staged_, data); !added) body_.refuse(added.error());
    fail_point("K2");
  }

  Result<store::ImageRecord> take_in() {
    if (!staged_) return error(code::missing_file, "Send the photo as the multipart field 'file'.");
    auto image = read_upload_form(form_, parts_, uploader_);
    if (!image) return image.error();
    if (auto described = describe_photo(*staged_, parts_.config.photo, *image); !described) return described.error();
    if (key_) image->idempotency = store::IdempotencyKey{actor_.name, *key_, fingerprint(form_, image->sha256)};
    if (auto allowed = check_sender(parts_, sender_, *image); !allowed) return allowed.error();
    auto made = keep_photo(parts_, *staged_, std::move(*image), actor_);
    fail_point("K7");
    return made;
  }

  const Parts& parts_;
  store::Actor actor_;
  http::Caller sender_;
  Uploader uploader_;
  std::chrono::seconds wait_;
  std::optional<std::string> key_;
  UploadForm form_;
  std::unique_ptr<blob::StagedBlob> staged_;
  std::string* field_ = nullptr;
  bool in_file_ = false;
  FormBody body_;
};

}  // namespace

std::variant<http::Response, http::BodyReceiver> upload_image(const Parts& parts, const http::Request& request) {
  fail_point("K1");
  if (auto known = allow_query(request, {"wait"}); !known) return problem(known.error());
  auto wait = wait_seconds(request);
  if (!wait) return problem(wait.error());
  auto key = read_idempotency_key(request);
  if (!key) return problem(key.error());
  auto boundary = http::MultipartReader::boundary_of(request.header("content-type"));
  if (!boundary) return problem(boundary.error());
  if (auto refused = no_room(parts)) return *refused;
  auto upload = std::make_shared<Upload>(parts, request, *wait, std::move(*key), *boundary);
  return received_by(std::move(upload));
}

}  // namespace darkroom::api
