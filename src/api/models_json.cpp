#include "api/models_json.h"

#include "domain/model_reasons.h"
#include "domain/model_refusals.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;
using models::ModelInfo;
using models::VersionInfo;

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::array list_of(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::value value_of(const std::string& text) { return text_or_null(text); }
json::value value_of(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [key, text] : texts) object[key] = text;
  return object.empty() ? json::value(nullptr) : json::value(std::move(object));
}
template <class Value>
json::value value_of(const std::optional<Value>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<Value, std::array<double, 3>>) {
    return json::array(value->begin(), value->end());
  } else if constexpr (std::is_enum_v<Value>) {
    return json::value(domain::to_string(*value));
  } else {
    return json::value(*value);
  }
}

// The fields that are set.
json::object recipe_json(const domain::Recipe& recipe) {
  json::object object;
  domain::for_each_field(recipe, [&](std::string_view field, const auto& value) {
    if (json::value shown = value_of(value); !shown.is_null()) object[field] = std::move(shown);
  });
  return object;
}

std::string told(const std::string& sentence, bool korean) { return korean ? domain::in_korean(sentence) : sentence; }

json::array reasons_json(const std::string& sentence) {
  json::array list;
  for (const domain::Reason& reason : domain::reasons_in(sentence)) {
    json::object parameters;
    for (const auto& [name, value] : reason.parameters) parameters[name] = value;
    list.push_back(json::object{{"code", reason.code}, {"against", reason.against}, {"parameters", std::move(parameters)}});
  }
  return list;
}

json::array warnings_json(const domain::ModelReport& report, bool korean) {
  json::array list;
  for (const std::string& warning : report.warnings) list.emplace_back(told(warning, korean));
  return list;
}

json::value report_json(const domain::ModelReport& report, bool korean) {
  json::array evidence;
  for (const domain::Evidence& one : report.evidence) {
    evidence.push_back(json::object{{"about", one.about}, {"value", one.value}, {"because", told(one.because, korean)}, {"reasons", reasons_json(one.because)}});
  }
  json::object metadata;
  for (const auto& [key, value] : report.metadata) metadata[key] = value;
  return json::object{{"recipe", recipe_json(report.recipe)},
                      {"labels", list_of(report.labels)},
                      {"evidence", std::move(evidence)},
                      {"inputs", list_of(report.inputs)},
                      {"outputs", list_of(report.outputs)},
                      {"metadata", std::move(metadata)},
                      {"licence", text_or_null(report.licence)},
                      {"warnings", warnings_json(report, korean)},
                      {"load_us", report.load_micros},
                      {"run_us", report.run_micros}};
}

std::string message_of(const Error& error, bool korean) { return korean ? domain::refusal_in_korean(error.message) : error.message; }

json::value error_json(const std::optional<Error>& error, bool korean) {
  if (!error) return nullptr;
  return json::object{{"code", error->code}, {"message", message_of(*error, korean)}};
}

const domain::ModelReport* report_of(const VersionInfo& version) {
  return version.verdict && version.verdict->trial.report ? &*version.verdict->trial.report : nullptr;
}

std::string_view state_of(const VersionInfo& version, const ModelInfo& model) {
  if (version.unreadable || (version.verdict && !version.verdict->passed())) return "refused";
  if (version.version == model.current && model.state == models::ModelState::active) return "current";
  return version.verdict ? "ready" : "untried";
}

// The address and the names of the headers; their values may be secret.
json::value service_json(const domain::Model& model) {
  if (!model.remote) return nullptr;
  json::array headers;
  for (const auto& [name, value] : model.remote->headers) headers.push_back(json::value(name));
  return json::object{{"url", model.remote->url},
                      {"timeout_seconds", static_cast<double>(model.remote->timeout.count()) / 1000},
                      {"concurrency", model.remote->concurrency},
                      {"headers", std::move(headers)}};
}

json::object version_json(const VersionInfo& version, const ModelInfo& model, bool korean) {
  const domain::ModelReport* report = report_of(version);
  std::optional<Error> error = version.unreadable;
  if (!error && version.verdict) error = version.verdict->trial.error;
  json::object said = version.model ? json::object{{"recipe", recipe_json(version.model->recipe)},
                                                   {"labels", static_cast<std::int64_t>(version.model->labels.size())},
                                                   {"licence", text_or_null(version.model->licence)},
                                                   {"service", service_json(*version.model)}}
                                    : json::object{{"recipe", json::object()}, {"labels", 0}, {"licence", nullptr}, {"service", nullptr}};
  return {{"version", version.version},
          {"state", state_of(version, model)},
          {"added_at", to_rfc3339(version.added.at)},
          {"added_by", version.added.by},
          {"bytes", version.bytes},
          {"sha256", text_or_null(version.added.sha256)},
          {"error", error_json(error, korean)},
          {"candidates", candidates_json(version.verdict ? version.verdict->trial.candidates : std::vector<domain::Candidate>(), korean)},
          {"tried_at", version.verdict ? json::value(to_rfc3339(version.verdict->at)) : json::value(nullptr)},
          {"given", std::move(said)},
          {"report", report ? report_json(*report, korean) : json::value(nullptr)}};
}

json::object summary(const std::string& name, const domain::Model* model, const domain::ModelReport* report, bool korean) {
  const domain::Recipe* recipe = report ? &report->recipe : model ? &model->recipe : nullptr;
  std::string licence = model && !model->licence.empty() ? model->licence : report ? report->licence : "";
  std::size_t labels = report && !report->labels.empty() ? report->labels.size() : model ? model->labels.size() : 0;
  return {{"name", name},
          {"title", model ? model->title : name},
          {"engine", model ? domain::to_string(model->engine) : "onnx"},
          {"version", nullptr},
          {"family", recipe ? text_or_null(recipe->family) : json::value(nullptr)},
          {"task", recipe ? text_or_null(recipe->task) : json::value(nullptr)},
          {"labels", static_cast<std::int64_t>(labels)},
          {"licence", text_or_null(licence)},
          {"state", "active"},
          {"problem", nullptr},
          {"warnings", report ? warnings_json(*report, korean) : json::array()},
          {"default", false}};
}

}  // namespace

json::array candidates_json(const std::vector<domain::Candidate>& candidates, bool korean) {
  json::array list;
  for (const domain::Candidate& one : candidates) {
    list.push_back(json::object{{"family", one.family}, {"task", one.task}, {"because", told(one.because, korean)}, {"reasons", reasons_json(one.because)}});
  }
  return list;
}

json::object built_in_json(const domain::Model& model, const std::string& default_model) {
  json::object object = summary(model.name, &model, nullptr, false);
  object["version"] = model.version;
  object["default"] = model.name == default_model;
  return object;
}

json::object model_json(const ModelInfo& model, const std::string& default_model, bool korean) {
  const VersionInfo* version = model.current ? model.find(*model.current) : nullptr;
  if (!version && !model.versions.empty()) version = &model.versions.front();
  json::object object = summary(model.name, version && version->model ? &*version->model : nullptr, version ? report_of(*version) : nullptr, korean);
  if (model.current) object["version"] = *model.current;
  object["state"] = models::to_string(model.state);
  if (model.problem) object["problem"] = message_of(*model.problem, korean);
  object["default"] = model.name == default_model;
  return object;
}

json::object model_details_json(const ModelInfo& model, const std::string& default_model, bool korean) {
  json::object object = model_json(model, default_model, korean);
  json::array versions;
  for (const VersionInfo& version : model.versions) versions.push_back(version_json(version, model, korean));
  object["versions"] = std::move(versions);
  return object;
}

}  // namespace darkroom::api
