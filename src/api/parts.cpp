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

}  // namespace darkroom::api
