#include "api/parts.h"

#include "domain/error_codes.h"

#include <algorithm>

namespace darkroom::api {

namespace {

bool is_refused(const Parts& parts, const std::string& model) {
  auto unusable = parts.catalogue.unusable();
  return std::ranges::find(unusable, model, &models::Unusable::name) != unusable.end();
}

}  // namespace

bool can_run(const Parts& parts, const std::string& model) {
  if (parts.catalogue.is_known(model)) return true;
  if (model == parts.config.default_model && !is_refused(parts, model)) return true;
  auto elsewhere = is_refused(parts, model) ? parts.models_elsewhere() : parts.models_known_elsewhere();
  return std::ranges::find(elsewhere, model) != elsewhere.end();
}

std::vector<std::string> models_that_run(const Parts& parts) {
  std::vector<std::string> names = parts.catalogue.known();
  names.push_back(parts.config.default_model);
  for (std::string& model : parts.models_known_elsewhere()) names.push_back(std::move(model));
  std::erase_if(names, [&](const std::string& model) { return !can_run(parts, model); });
  return names;
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
