#include "api/parts.h"

#include "domain/error_codes.h"

#include <algorithm>

namespace darkroom::api {

namespace {

bool is_refused(const Parts& parts, const std::string& model) {
  auto unusable = parts.catalogue.unusable();
  return std::ranges::find(unusable, model, &models::Unusable::name) != unusable.end();
}

bool is_run_elsewhere(const Parts& parts, const std::string& model) {
  auto living = parts.models_elsewhere();
  return std::ranges::find(living, model) != living.end();
}

}  // namespace

bool can_run(const Parts& parts, const std::string& model) {
  if (parts.catalogue.is_known(model)) return true;
  if (is_refused(parts, model)) return is_run_elsewhere(parts, model);
  return model == parts.config.default_model || parts.models_known_elsewhere().contains(model);
}

std::vector<std::string> models_that_run(const Parts& parts) {
  std::set<std::string> names = parts.models_known_elsewhere();
  names.insert(parts.config.default_model);
  for (const models::Unusable& here : parts.catalogue.unusable()) {
    if (!is_run_elsewhere(parts, here.name)) names.erase(here.name);
  }
  for (std::string& name : parts.catalogue.known()) names.insert(std::move(name));
  return {names.begin(), names.end()};
}

namespace {

std::string model_names(const Parts& parts) {
  std::string names = parts.catalogue.names();
  for (const std::string& model : parts.models_known_elsewhere()) {
    if (!parts.catalogue.find(model)) names += (names.empty() ? "" : ", ") + model;
  }
  return names;
}

}  // namespace

Error cannot_run(const Parts& parts, const std::string& model) {
  for (const models::Unusable& unusable : parts.catalogue.unusable()) {
    if (unusable.name == model)
      return {std::string(domain::code::model_refused), "The model '" + model + "' cannot be used: " + unusable.error.message};
  }
  return {std::string(domain::code::unknown_model), "There is no model '" + model + "'. Present: " + model_names(parts) + "."};
}

std::optional<Error> cannot_run_again(const Parts& parts, const store::JobRecord& job) {
  if (job.image.value == 0 || !domain::is_final(job.state) || can_run(parts, job.model)) return std::nullopt;
  Error error = cannot_run(parts, job.model);
  error.message += " Reprocess image " + std::to_string(job.image.value) + " and name another model.";
  return error;
}

}  // namespace darkroom::api
