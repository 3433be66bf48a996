// Many photos in one request, with a verdict for each: a photo that is refused does not keep the others out. The fields come before the files and hold for all of
// them. Each photo is durable, with its image and its job, before the next is read; all of them are in one batch.
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
#include "http/multipart.h"

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
  ManyUploads(const Parts& parts, const http::Request& request, const std::string& boundary)
      : parts_(parts), actor_(actor_of(request)), uploader_(uploader_of(request)), reader_(boundary, {.max_files = kMostFiles}, callbacks()) {}

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

  std::optional<http::Response> receive(std::string_view piece) {
    if (auto refused = reader_.push(piece)) return problem(*refused);
    if (refused_) return problem(*refused_);
    return std::nullopt;
  }

  http::Reply finish() {
    if (auto refused = reader_.finish()) return problem(*refused);
    if (refused_) return problem(*refused_);
    if (items_.empty()) return problem(code::missing_file, "Send each photo as a multipart field 'file'.");
    auto batch = with_world_errors<Result<std::optional<store::BatchRecord>>>([this]() -> Result<std::optional<store::BatchRecord>> {
      if (is_open_) seal();
      return parts_.store.find_batch(batch_);
    });
    http::Response response = json_response(207, json::object{{"batch", batch && *batch ? json::value(batch_json(**batch)) : json::value(nullptr)}, {"created", created_},
                                                              {"refused", static_cast<std::int64_t>(items_.size()) - created_}, {"items", std::move(items_)}});
    response.headers.emplace_back("Location", "/api/v1/batches/" + batch_);
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

  // What the fields say is checked with the first file, and the batch that takes all of them is made. Whom to call back is judged once for all of them: it may cost
  // a look-up of a name.
  std::optional<Error> begin_file(const http::PartHeader& part) {
    form_.file_name = part.file_name.value_or("");
    if (batch_.empty()) {
      auto image = read_upload_form(form_, parts_, uploader_);
      if (!image) return image.error();
      if (auto allowed = check_sender(parts_, actor_.name, *image); !allowed) return allowed.error();
      bool own_batch = !image->batch;
      if (own_batch) batch_ = parts_.store.create_batch(batch_title_.empty() ? "upload" : batch_title_, image->owner, actor_, parts_.clock.now(), parts_.config.node).public_id;
      else batch_ = *image->batch;
      is_open_ = own_batch;
      form_.fields["batch"] = batch_;
      callbacks_ = std::move(image->callbacks);
      form_.fields.erase("site");
      form_.fields.erase("callback_url");
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
    if (auto allowed = check_sender(parts_, actor_.name, *image); !allowed) return allowed.error();
    return keep_photo(parts_, *staged_, *image, actor_);
  }

  const Parts& parts_;
  store::Actor actor_;
  Uploader uploader_;
  UploadForm form_;
  std::string batch_title_;
  std::string batch_;
  bool is_open_ = false;  // its own batch, until it is sealed
  std::vector<store::NewCallback> callbacks_;
  std::unique_ptr<blob::StagedBlob> staged_;
  std::optional<Error> verdict_;
  std::string* field_ = nullptr;
  std::optional<Error> refused_;
  json::array items_;
  std::int64_t created_ = 0;
  http::MultipartReader reader_;
};

}  // namespace

std::variant<http::Response, http::BodyReceiver> upload_many(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  auto boundary = http::MultipartReader::boundary_of(request.header("content-type"));
  if (!boundary) return problem(boundary.error());
  if (auto refused = no_room(parts)) return *refused;
  auto upload = std::make_shared<ManyUploads>(parts, request, *boundary);
  return received_by(std::move(upload));
}

}  // namespace darkroom::api
