// Taking in a model over HTTP: its bytes are written aside and hashed as they arrive; then it is kept, tried in its sandbox, and only then run.
#include "api/body_fields.h"
#include "api/handlers.h"
#include "api/language.h"
#include "api/models_json.h"
#include "api/photo_intake.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"
#include "http/multipart.h"
#include "http/percent.h"
#include "models/sidecar.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace darkroom::api {
namespace {

namespace json = boost::json;
namespace code = domain::code;
using models::FilePart;
using models::Librarian;

constexpr std::array<std::string_view, 4> kFields = {"family", "task", "version", "reason"};
constexpr http::MultipartLimits kLimits{.max_files = 3, .max_field_bytes = 256 * 1024};

Error error(std::string_view code, std::string message) { return {std::string(code), std::move(message)}; }

std::optional<FilePart> file_part(std::string_view name) {
  if (name == "file") return FilePart::model;
  if (name == "labels") return FilePart::labels;
  if (name == "sidecar") return FilePart::sidecar;
  return std::nullopt;
}

class ModelUpload {
 public:
  ModelUpload(const Parts& parts, const http::Request& request, Librarian::Activation activation, const std::string& boundary)
      : parts_(parts),
        name_(request.params.at("name")),
        actor_(actor_of(request)),
        korean_(prefers_korean(request)),
        activation_(activation),
        staged_(parts.librarian->stage()),
        reader_(boundary, kLimits, callbacks()) {}

  std::optional<http::Response> receive(std::string_view piece) {
    if (auto refused = reader_.push(piece)) return problem(*refused);
    if (refused_) return problem(*refused_);
    return std::nullopt;
  }

  http::Reply finish() {
    if (auto refused = reader_.finish()) return problem(*refused);
    if (refused_) return problem(*refused_);
    if (auto told = check_fields(); !told) return problem(told.error());
    if (auto complete = fill_in(); !complete) return problem(as_refusal(complete.error()));
    auto added = parts_.librarian->add(name_, *staged_, activation_, {actor_.name, fields_["reason"]});
    if (!added) return problem(as_refusal(added.error()));
    if (added->refused) return refusal(*added);
    http::Response response = model_response(parts_, added->is_new ? 201 : 200, name_, korean_);
    if (added->is_new) response.headers.emplace_back("Location", "/api/v1/models/" + name_);
    return response;
  }

 private:
  http::MultipartCallbacks callbacks() {
    return {[this](const http::PartHeader& part) { return begin_part(part); }, [this](std::string_view data) { take(data); },
            [this] { field_ = nullptr, part_.reset(); }};
  }

  std::optional<Error> begin_part(const http::PartHeader& part) {
    part_ = file_part(part.name);
    if (part_) {
      if (staged_->has(*part_)) return error(code::malformed_body, "The field '" + part.name + "' stands twice in the form.");
      take("");
      return std::nullopt;
    }
    if (std::ranges::find(kFields, part.name) == kFields.end()) {
      return error(code::unknown_field,
                   "There is no field '" + part.name.substr(0, 100) + "'. Known: file, labels, sidecar, family, task, version, reason.");
    }
    field_ = &fields_[part.name];
    return std::nullopt;
  }

  void take(std::string_view data) {
    if (field_) field_->append(data);
    if (!part_ || refused_) return;
    if (auto written = staged_->write(*part_, data); !written) refused_ = written.error();
  }

  Result<void> check_fields() const {
    for (const auto& [name, text] : fields_) {
      bool is_text = http::is_utf8(text) && text.find('\0') == text.npos;
      if (!is_text || text::characters(text) > kLongestReason) return invalid(name + " must be a UTF-8 text of at most 1000 characters.");
    }
    auto reason = fields_.find("reason");
    if (reason == fields_.end()) return {};
    if (auto checked = check_reason(reason->second); !checked) return checked.error();
    return {};
  }

  // Without a file the choice is about one that is here already: the version that was named, or the newest. A chosen family or task goes into the
  // sidecar.
  Result<void> fill_in() {
    auto sidecar = models::read_sidecar(staged_->sidecar().value_or(""), "sidecar");
    if (!sidecar) return sidecar.error();
    if (!staged_->has(FilePart::model) && sidecar->engine != domain::EngineKind::http) {
      auto model = parts_.librarian->find(name_);
      std::string version = fields_["version"];
      if (version.empty() && model && !model->versions.empty()) version = model->versions.front().version;
      if (version.empty()) {
        return error(code::missing_file,
                     "Send the model as the multipart field 'file'; only where a version of it is here already may it be left out.");
      }
      if (auto based = parts_.librarian->base_on(*staged_, name_, version); !based) return based.error();
    }
    if (fields_["family"].empty() && fields_["task"].empty()) return {};
    auto chosen = models::with_choice(staged_->sidecar().value_or(""), "sidecar", fields_["family"], fields_["task"]);
    if (!chosen) return chosen.error();
    staged_->set_sidecar(std::move(*chosen));
    return {};
  }

  http::Response refusal(const models::Added& added) {
    Error why = as_refusal(*added.refused->error);
    http::Response response = problem(why);
    json::object body = json::parse(response.body).as_object();
    body["version"] = added.version;
    body["candidates"] = candidates_json(added.refused->candidates, korean_);
    response.body = json::serialize(body);
    return response;
  }

  const Parts& parts_;
  std::string name_;
  store::Actor actor_;
  bool korean_;
  Librarian::Activation activation_;
  std::unique_ptr<models::StagedVersion> staged_;
  std::map<std::string, std::string> fields_;
  std::string* field_ = nullptr;
  std::optional<FilePart> part_;
  std::optional<Error> refused_;
  http::MultipartReader reader_;
};

Result<Librarian::Activation> activation_of(const http::Request& request) {
  auto activate = request.query.find("activate");
  if (activate == request.query.end() || activate->second == "true") return Librarian::Activation::at_once;
  if (activate->second == "false") return Librarian::Activation::later;
  return error(code::invalid_field, "activate must be true or false.");
}

// Before any byte of the body is taken.
Result<void> can_take(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"activate"}); !known) return known.error();
  if (auto fits = models::check_model_name(request.params.at("name")); !fits) return fits.error();
  if (auto can = parts.librarian->can_take(); !can) return can.error();
  auto coming = static_cast<std::int64_t>(request.content_length.value_or(0));
  if (parts.librarian->free_bytes() - coming >= parts.config.free_disk_floor) return {};
  return error(code::insufficient_storage,
               "With this model the disk would have less free space than the floor of " + std::to_string(parts.config.free_disk_floor / 1'000'000) +
                   " MB (storage.free_disk_floor_mb). Free some space, or remove old versions with DELETE /api/v1/models/{name}/versions/{version}.");
}

}  // namespace

std::variant<http::Response, http::BodyReceiver> put_model(const Parts& parts, const http::Request& request) {
  auto activation = activation_of(request);
  if (!activation) return problem(activation.error());
  if (auto can = can_take(parts, request); !can) return problem(can.error());
  auto boundary = http::MultipartReader::boundary_of(request.header("content-type"));
  if (!boundary) return problem(boundary.error());
  auto upload = std::make_shared<ModelUpload>(parts, request, *activation, *boundary);
  return received_by(std::move(upload));
}

}  // namespace darkroom::api
