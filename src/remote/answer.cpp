#include "remote/answer.h"

#include "domain/error_codes.h"
#include "domain/printable.h"
#include "json/text.h"
#include "remote/answer_fields.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace darkroom::remote {
namespace {

namespace json = boost::json;
using domain::Failed;

constexpr std::size_t kLongestWords = 300;
constexpr std::size_t kLongestVersion = 100;
// Of our own documents and of the replaced service's: said again by Darkroom, or of no use to it.
constexpr std::array<std::string_view, 9> kOfTheDocument = {"schema", "status",  "result", "processing_time", "image_info", "model",
                                                            "recipe", "timings", "error"};
constexpr std::array<std::string_view, 2> kSaidAgain = {"processing_time", "metadata"};

Failed unusable(const std::string& what) {
  return {{std::string(domain::code::model_output), "The answer of the model's service cannot be used: " + what + "."}, Failed::Kind::permanent};
}

std::string text_of(const json::object& from, const char* key) {
  const json::value* found = from.if_contains(key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

bool is_among(std::string_view key, const auto& keys) { return std::ranges::find(keys, key) != keys.end(); }

// What FastAPI says of a request: {"detail": "text"}, or {"detail": [{"loc": ["body", "file"], "msg": "field required"}]} in words "body.file: field
// required".
std::string detail_of(const json::object& answer) {
  const json::value* detail = answer.if_contains("detail");
  if (!detail || detail->is_null()) return {};
  if (detail->is_string()) return text_of(answer, "detail");
  if (!detail->is_array()) return darkroom::json::to_text(*detail);
  std::string words;
  for (const json::value& one : detail->get_array()) {
    const json::object* part = one.if_object();
    if (!part) return darkroom::json::to_text(*detail);
    std::string place;
    const json::value* loc = part->if_contains("loc");
    if (loc && loc->is_array()) {
      for (const json::value& step : loc->get_array())
        place += (place.empty() ? "" : ".") + (step.is_string() ? std::string(step.get_string()) : darkroom::json::to_text(step));
    }
    words += (words.empty() ? "" : "; ") + (place.empty() ? "" : place + ": ") + text_of(*part, "msg");
  }
  return words;
}

// Whose field it is, in the order in which services use them; empty: it has none of them.
std::string words_in(const json::object& answer) {
  if (std::string detail = detail_of(answer); !detail.empty()) return detail;
  for (const char* key : {"error", "message", "title"}) {
    if (std::string words = text_of(answer, key); !words.empty()) return words;
  }
  return {};
}

// Where the service says itself that it failed.
std::optional<Failed> own_failure(const json::object& answer) {
  std::string status = text_of(answer, "status");
  const json::value* error = answer.if_contains("error");
  if (status != "error" && status != "failed" && !(status.empty() && error && !error->is_null())) return std::nullopt;
  std::string words = words_in(answer);
  const json::value* retry = answer.if_contains("retry");
  bool again = retry && retry->is_bool() && retry->get_bool();
  return Failed{{std::string(domain::code::service_failed),
                 "The model's service says: " + (words.empty() ? "error, without a reason" : domain::printable(words, kLongestWords))},
                again ? Failed::Kind::transient : Failed::Kind::permanent};
}

// None: it saw the photo as we do, or does not say.
std::optional<std::string> other_size(const json::object& answer, const domain::ImageInfo& image) {
  const json::value* info = answer.if_contains("image_info");
  const json::value* size = info && info->is_object() ? info->get_object().if_contains("size") : nullptr;
  if (!size || !size->is_array() || size->get_array().size() != 2) return std::nullopt;
  const json::value &width = size->get_array()[0], &height = size->get_array()[1];
  if (!width.is_number() || !height.is_number()) return std::nullopt;
  if (width.to_number<double>() == image.width && height.to_number<double>() == image.height) return std::nullopt;
  return "it saw the photo as " + darkroom::json::to_text(width) + " x " + darkroom::json::to_text(height) + " pixels, but upright it has " +
         std::to_string(image.width) + " x " + std::to_string(image.height) +
         ". Turn photos by their EXIF orientation first (in Pillow: ImageOps.exif_transpose), and give places in pixels of the whole photo";
}

// The service's own fields in `result`, and those of a field `extra` where our documents have it.
std::string extra_of(const json::object& answer, const json::object& result) {
  bool bare = &answer == &result;
  json::object extra;
  for (const auto& [key, value] : result) {
    bool known = AnswerFields::is_finding(key) || is_among(key, kSaidAgain) || (bare && is_among(key, kOfTheDocument));
    if (!known) extra.insert_or_assign(key, value);
  }
  const json::value* ours = answer.if_contains("extra");
  if (ours && ours->is_object()) {
    if (bare) extra.erase("extra");
    for (const auto& [key, value] : ours->get_object()) extra.insert_or_assign(key, value);
  }
  return extra.empty() ? std::string() : darkroom::json::to_text(extra);
}

// What the service says that it runs on; empty: nothing, or nothing that can be shown.
std::string runtime_of(const json::object& answer) {
  const json::value* model = answer.if_contains("model");
  if (!model || !model->is_object()) return {};
  for (const char* key : {"engine_version", "version"}) {
    std::string version = text_of(model->get_object(), key);
    if (!version.empty() && version.size() <= kLongestVersion && domain::is_printable_utf8(version)) return version;
  }
  return {};
}

Read read_result(const json::object& answer, const json::object& result, const domain::ImageInfo& image) {
  domain::Outcome outcome;
  AnswerFields fields(image);
  outcome.found = fields.findings(result);
  if (fields.trouble()) return unusable(*fields.trouble());
  bool has_places = !outcome.found.objects.empty() || !outcome.found.regions.empty();
  if (std::optional<std::string> other = other_size(answer, image); other && has_places) return unusable(*other);
  outcome.extra = extra_of(answer, result);
  if (outcome.extra.size() > domain::kLargestExtra) {
    return unusable("its own fields take " + std::to_string(outcome.extra.size()) + " bytes, at most " + std::to_string(domain::kLargestExtra) +
                    " are kept");
  }
  outcome.image = image;
  outcome.engine_version = runtime_of(answer);
  if (Result<void> valid = domain::validate(outcome); !valid) return Failed{valid.error(), Failed::Kind::permanent};
  return outcome;
}

}  // namespace

Read read_answer(std::string_view body, const domain::ImageInfo& image) {
  boost::system::error_code error;
  json::value parsed = json::parse(json::string_view(body.data(), body.size()), error);
  if (error || !parsed.is_object()) return unusable("it must be a JSON object, and begins with '" + domain::printable(body, 80) + "'");
  const json::object& answer = parsed.get_object();
  if (std::optional<Failed> failed = own_failure(answer)) return *failed;
  std::string status = text_of(answer, "status");
  if (!status.empty() && status != "success") {
    return unusable("its status is '" + domain::printable(status, 40) +
                    "'. The result itself is expected in the same answer, with \"status\": \"success\", not a promise of it");
  }
  const json::value* result = answer.if_contains("result");
  if (result && !result->is_object()) return unusable("result must be an object");
  bool says_nothing =
      status.empty() && !result && std::ranges::none_of(answer, [](const auto& field) { return AnswerFields::is_finding(field.key()); });
  if (says_nothing) return unusable("it has neither \"status\": \"success\" nor a field that is known, such as detected_objects");
  return read_result(answer, result ? result->get_object() : answer, image);
}

std::string words_of(std::string_view body) {
  boost::system::error_code error;
  json::value parsed = json::parse(json::string_view(body.data(), body.size()), error);
  std::string words = !error && parsed.is_object() ? words_in(parsed.get_object()) : std::string();
  return domain::printable(words.empty() ? body : std::string_view(words), kLongestWords);
}

}  // namespace darkroom::remote
