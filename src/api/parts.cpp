#include "api/parts.h"

#include <algorithm>

namespace darkroom::api {

bool can_run(const Parts& parts, const std::string& model) {
  if (parts.catalogue.find(model)) return true;
  auto elsewhere = parts.models_elsewhere();
  return std::ranges::find(elsewhere, model) != elsewhere.end();
}

std::string model_names(const Parts& parts) {
  std::string names = parts.catalogue.names();
  for (const std::string& model : parts.models_elsewhere()) {
    if (!parts.catalogue.find(model)) names += (names.empty() ? "" : ", ") + model;
  }
  return names;
}

}  // namespace darkroom::api
