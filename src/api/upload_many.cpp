// Many photos in one request, with a verdict for each: a photo that is refused does not keep the others out. The fields come before the files and hold for all of
// them. Each photo is durable, with its image and its job, before the next is read; all of them are in one batch. With an Idempotency-Key each has a key of its own, by
// its place in the request, so that a request that broke off is sent again as it was: what was taken in before is found, and stays in the batch of that time.
#include "api/form_body.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/photo_header.h"
#include "api/photo_intake.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/sender.h"
#include "api/upload_fields.h"
#include "base/log.h"
#include "domain/error_codes.h"

#include <functional>
#include <memory>
#include <utility>

namespace darkroom::api {
namespace {

namespace code = domain::code;
namespace json = boost::json;

constexpr std::size_t kMostFiles = 1000;

Error error(std::string_view code, std::string message) { return {std::string(code), std::move(message)}; }

class ManyUploads {
 public:
  ManyUploads(const Parts& parts, const http::Request& request, std::optional<std::string> key, const std::string& boundary)
      : parts_(parts), actor_(actor_of(request)), sender_(request.caller), uploader_(uploader_of(request)), key_(std::move(key)), body_(boundary, {.max_files = kMostFiles}, callbacks()) {}

  // What a request that broke off has brought is kept, so its batch ends with it: nobody else would seal it.
  ~ManyUploads() {
    if (!is_open_) return;
    try {
      seal();
    } catch (const std::exception& error) {
      log::error("the batch of an interrupted upload stays open", {{"batch", batch_}, {"cause", error.what()}});
    }
  }
  ManyUploads(const ManyUploads&) = delete;
  ManyUploads& operator=(const ManyUploads&) = delete;

  std::optional<http::Response> receive(std::string_view piece) { return body_.receive(piece); }

  http::Reply finish() {
    if (auto refused = body_.end()) return *refused;
    if (items_.empty()) return problem(code::missing_file, "Send each photo as a multipart field 'file'.");
    if (batch_.empty()) batch_ = batch_before_;
    auto batch = with_world_errors<Result<std::optional<store::BatchRecord>>>([this]() -> Result<std::optional<store::BatchRecord>> {
      if (is_open_) seal();
      return parts_.store.find_batch(batch_);
    });
    http::Response response = json_response(207, json::object{{"batch", batch && *batch ? json::value(batch_json(**batch)) : json::value(nullptr)}, {"created", created_},
                                                              {"refused", static_cast<std::int64_t>(items_.size()) - created_}, {"items", std::move(items_)}});
    if (!batch_.empty()) response.headers.emplace_back("Location", "/api/v1/batches/" + batch_);
    if (created_ > 0 && replayed_ == created_) response.headers.emplace_back("Idempotent-Replayed", "true");
    return response;
  }

 private:
  http::MultipartCallbacks callbacks() {
    return {[this](const http::PartHeader& part) { return begin_part(part); }, [this](std::string_view data) { take(data); }, [this] { end_part(); }};
  }

  void seal() {
    parts_.store.seal_batch(batch_, actor_, parts_.clock.now());
    is_open_ = false;
  }

  std::optional<Error> begin_part(const http::PartHeader& part) {
    if (part.name == "file" || part.name == "files") return begin_file(part);
    if (part.name != "batch_title" && !is_upload_field(part.name)) {
      return error(code::unknown_field, "There is no field '" + part.name.substr(0, 100) + "'. Known: file, batch_title, title, priority, model, metadata, external_id, uploader, batch, "
                   "run_at, delay_seconds, expires_in_seconds.");
    }
    if (!items_.empty()) return error(code::malformed_body, "Send all fields before the first file: they hold for every photo.");
    field_ = part.name == "batch_title" ? &batch_title_ : &form_.fields[part.name];
    return std::nullopt;
  }

  void begin_batch(const std::string& owner) {
    batch_ = parts_.store.create_batch(batch_title_.empty() ? "upload" : batch_title_, owner, actor_, parts_.clock.now(), parts_.config.node).public_id;
    is_open_ = true;
    form_.fields["batch"] = batch_;
  }

  // What the fields say is checked with the first file. Whom to call back is judged once for all of them: it may cost a look-up of a name.
  std::optional<Error> read_fields() {
    auto image = read_upload_form(form_, parts_, uploader_);
    if (!image) return image.error();
    if (auto allowed = check_sender(parts_, sender_, *image); !allowed) return allowed.error();
    sent_.fields = form_.fields;
    callbacks_ = std::move(image->callbacks);
    form_.fields.erase("site");
    form_.fields.erase("callback_url");
    if (image->batch) batch_ = *image->batch;
    else if (!key_) begin_batch(image->owner);
    return std::nullopt;
  }

  std::optional<Error> begin_file(const http::PartHeader& part) {
    form_.file_name = part.file_name.value_or("");
    if (!std::exchange(has_fields_, true)) {
      if (auto wrong = read_fields()) return wrong;
    }
    staged_.reset();
    verdict_.reset();
    judge([this]() -> Result<void> {
      staged_ = parts_.blobs.stage();
      return {};
    });
    return std::nullopt;
  }

  // A full disk or a store that is gone is the verdict on this photo: those before it have theirs, and whoever sent them must hear of them.
  void judge(const std::function<Result<void>()>& work) {
    if (auto done = with_world_errors<Result<void>>(work); !done) verdict_ = done.error();
  }

  void take(std::string_view data) {
    if (field_) field_->append(data);
    else if (!verdict_) judge([&] { return add_bytes(parts_, *staged_, data); });
  }

  void end_part() {
    if (std::exchange(field_, nullptr)) return;
    auto image = verdict_ ? Result<store::ImageRecord>(*verdict_) : with_world_errors<Result<store::ImageRecord>>([this] { return take_in(); });
    staged_.reset();
    json::object item{{"file", form_.file_name}};
    if (image) {
      ++created_;
      replayed_ += image->replayed ? 1 : 0;
      item["status"] = 201;
      item["image"] = image_json(*image, {});
    } else {
      const domain::ErrorKind& kind = domain::error_kind(image.error().code);
      item["status"] = kind.http_status;
      item["problem"] = json::object{{"type", "/problems/" + std::string(kind.code)}, {"title", kind.title}, {"status", kind.http_status}, {"code", kind.code}, {"detail", image.error().message}};
    }
    items_.push_back(std::move(item));
  }

  Result<store::ImageRecord> take_in() {
    auto image = read_upload_form(form_, parts_, uploader_);
    if (!image) return image.error();
    image->callbacks = callbacks_;
    if (auto described = describe_photo(*staged_, parts_.config.photo, *image); !described) return described.error();
    if (key_) {
      if (auto before = find_before(*image); !before || *before) return before ? Result<store::ImageRecord>(std::move(**before)) : before.error();
    }
    if (auto allowed = check_sender(parts_, sender_, *image); !allowed) return allowed.error();
    if (batch_.empty()) begin_batch(image->owner);
    image->batch = batch_;
    return keep_photo(parts_, *staged_, std::move(*image), actor_);
  }

  // Gives the photo its key. The image that an earlier request has made of it; none: it is new.
  Result<std::optional<store::ImageRecord>> find_before(store::NewImage& image) {
    image.idempotency = store::IdempotencyKey{actor_.name, *key_ + "/" + std::to_string(items_.size() + 1), fingerprint(sent_, image.sha256)};
    auto found = parts_.store.image_of_key(*image.idempotency, parts_.clock.now());
    if (found && *found && (*found)->job.batch) batch_before_ = *(*found)->job.batch;
    return found;
  }

  const Parts& parts_;
  store::Actor actor_;
  http::Caller sender_;
  Uploader uploader_;
  std::optional<std::string> key_;
  UploadForm form_;
  UploadForm sent_;  // the fields alone, as they were sent
  bool has_fields_ = false;
  std::string batch_title_;
  std::string batch_;  // of this request's new photos, once there are any
  std::string batch_before_;  // of those that an earlier request has brought
  bool is_open_ = false;  // its own batch, until it is sealed
  std::vector<store::NewCallback> callbacks_;
  std::unique_ptr<blob::StagedBlob> staged_;
  std::optional<Error> verdict_;
  std::string* field_ = nullptr;
  json::array items_;
  std::int64_t created_ = 0;
  std::int64_t replayed_ = 0;  // of these
  FormBody body_;
};

}  // namespace

std::variant<http::Response, http::BodyReceiver> upload_many(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto key = read_idempotency_key(request);
  if (!key) return problem(key.error());
  auto boundary = http::MultipartReader::boundary_of(request.header("content-type"));
  if (!boundary) return problem(boundary.error());
  if (auto refused = no_room(parts)) return *refused;
  auto upload = std::make_shared<ManyUploads>(parts, request, std::move(*key), *boundary);
  return received_by(std::move(upload));
}

}  // namespace darkroom::api
