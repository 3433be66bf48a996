// POST /process-image/ as the service that Darkroom replaces took it: lenient where that one was, durable where it was not.
#include "api/form_body.h"
#include "api/handlers.h"
#include "api/photo_header.h"
#include "api/photo_intake.h"
#include "api/problem.h"
#include "api/sender.h"
#include "api/upload_fields.h"
#include "api/waiting.h"
#include "auth/basic.h"
#include "compat/answers.h"
#include "compat/form.h"
#include "domain/error_codes.h"
#include "http/percent.h"
#include "json/text.h"

#include <memory>
#include <utility>

namespace darkroom::api {
namespace {

namespace code = domain::code;
namespace json = boost::json;

constexpr http::MultipartLimits kLimits{.max_files = 8, .repeated_fields = true};
constexpr std::size_t kLargestPlainForm = 64 * 1024;
constexpr std::size_t kLongestTitle = 200;  // characters
constexpr std::size_t kLongestName = 100;

// Whose numbers the image ids are, and who is called back: the user name of `http://site:TOKEN@host`; without one the only site of the configuration, or
// else whoever the token belongs to.
std::string site_of(const Parts& parts, const http::Request& request) {
  auto basic = auth::basic_credentials(request.header("authorization"));
  if (basic && !basic->user.empty()) return basic->user;
  return parts.webhooks.sites.size() == 1 ? parts.webhooks.sites.front().name : request.principal;
}

http::Response gateway_error(const Error& error) { return json_response(502, json::object{{"detail", error.message}, {"code", error.code}}); }

// What a job has come to, in the old service's words.
Look result_of(const Parts& parts, const std::string& job_id) {
  auto job = parts.store.find_job(job_id);
  if (!job) return {gateway_error({std::string(code::not_found), "The photo was deleted while its result was awaited."}), true};
  switch (job->state) {
    case domain::JobState::completed: {
      http::Response response;
      response.body = darkroom::json::to_text(compat::success_body(parts.store.result_of(job_id).value_or("")));
      return {std::move(response), true};
    }
    case domain::JobState::failed: return {gateway_error(job->error.value_or(Error{std::string(code::internal), "The job failed."})), true};
    case domain::JobState::cancelled: return {gateway_error(compat::cancelled_error()), true};
    case domain::JobState::scheduled:
    case domain::JobState::queued:
    case domain::JobState::running: break;
  }
  return {gateway_error({std::string(code::timeout), "There is no result yet. The photo stays in the queue: its result comes by the callback, and whoever sends it again waits for the same job."}), false};
}

// A form without a photo is sent by most clients as plain fields; it is told what is missing in it.
http::BodyReceiver refuse_plain_form() {
  auto text = std::make_shared<std::string>();
  return {[text](std::string_view piece) -> std::optional<http::Response> {
            if (text->size() + piece.size() > kLargestPlainForm) return problem(code::too_large, "Send the photo as multipart/form-data.");
            text->append(piece);
            return std::nullopt;
          },
          [text]() -> http::Reply {
            compat::SentForm sent;
            for (auto& [name, value] : http::decode_pairs(*text).value_or(std::vector<std::pair<std::string, std::string>>())) sent.fields[name] = std::move(value);
            auto read = compat::read_form(sent);
            return json_response(422, std::get<json::object>(read));
          }};
}

class CompatUpload {
 public:
  CompatUpload(const Parts& parts, const http::Request& request, const std::string& boundary)
      : parts_(parts), actor_(actor_of(request)), caller_(request.caller), site_(site_of(parts, request)), body_(boundary, kLimits, callbacks()) {}

  std::optional<http::Response> receive(std::string_view piece) { return body_.receive(piece); }

  http::Reply finish() {
    if (auto refused = body_.end()) return *refused;
    auto read = compat::read_form(sent_);
    if (auto* wrong = std::get_if<json::object>(&read)) return json_response(422, *wrong);
    const compat::Form& form = std::get<compat::Form>(read);
    auto image = take_in(form);
    if (!image) return problem(image.error());
    if (parts_.config.compat.reply != "result") return json_response(200, compat::queued_body(form.image_id, parts_.gauge->count()));
    return answer_when_final(image->job.public_id, parts_.config.compat.longest_hold,
                             [&parts = parts_, id = image->job.public_id] { return result_of(parts, id); });
  }

 private:
  http::MultipartCallbacks callbacks() {
    return {[this](const http::PartHeader& part) { return begin_part(part); }, [this](std::string_view data) { take(data); }, [this] { field_ = nullptr, in_photo_ = false; }};
  }

  // The last of equal fields counts; what the old service did not know it did not look at.
  std::optional<Error> begin_part(const http::PartHeader& part) {
    in_photo_ = part.name == "file" && part.file_name;
    if (in_photo_) {
      staged_ = parts_.blobs.stage();
      file_name_ = *part.file_name;
      sent_.has_file = true;
    } else if (!part.file_name) {
      field_ = &(sent_.fields[part.name] = "");
    }
    return std::nullopt;
  }

  void take(std::string_view data) {
    if (field_) field_->append(data);
    if (!in_photo_ || body_.is_refused()) return;
    if (auto added = add_bytes(parts_, *staged_, data); !added) body_.refuse(added.error());
  }

  Result<store::ImageRecord> take_in(const compat::Form& form) {
    UploadForm as_upload{{{"title", compat::short_text(form.metadata, "title", kLongestTitle)},
                          {"uploader", compat::short_text(form.metadata, "uploaded_by", kLongestName)},
                          {"external_id", std::to_string(form.image_id)},
                          {"priority", std::to_string(form.priority)}},
                         file_name_};
    if (!parts_.webhooks.sites.empty()) as_upload.fields["site"] = site_;
    auto image = read_upload_form(as_upload, parts_, {.name = site_, .signer = site_});
    if (!image) return image.error();
    image->metadata = json::serialize(form.metadata);
    if (auto described = describe_photo(*staged_, parts_.config.photo, *image); !described) return described.error();
    own_by_sender(caller_, *image);
    Time now = parts_.store.clock(parts_.clock.now());  // of the jobs' ends
    image->site_photo = store::SitePhoto{site_, form.image_id, now + parts_.config.compat.callback_delay};
    for (store::NewCallback& callback : image->callbacks) {
      callback.foreign_id = form.image_id;
      callback.not_before = image->site_photo->callback_from;
      callback.after_answer = parts_.config.compat.callback_delay;
    }
    return keep_photo(parts_, *staged_, std::move(*image), actor_);
  }

  const Parts& parts_;
  store::Actor actor_;
  http::Caller caller_;
  std::string site_;
  compat::SentForm sent_;
  std::string file_name_;
  std::unique_ptr<blob::StagedBlob> staged_;
  std::string* field_ = nullptr;
  bool in_photo_ = false;
  FormBody body_;
};

}  // namespace

std::variant<http::Response, http::BodyReceiver> compat_upload(const Parts& parts, const http::Request& request) {
  if (auto refusal = uploader_of(request).site_refusal) return problem(*refusal);  // a photo that comes here is always a site's
  auto boundary = http::MultipartReader::boundary_of(request.header("content-type"));
  if (!boundary && boundary.error().code == code::unsupported_media_type) return refuse_plain_form();
  if (!boundary) return problem(boundary.error());
  if (auto refused = no_room(parts)) return *refused;
  auto upload = std::make_shared<CompatUpload>(parts, request, *boundary);
  return received_by(std::move(upload));
}

}  // namespace darkroom::api
