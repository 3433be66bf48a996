#include "models/sidecar.h"

#include "domain/error_codes.h"

#include <toml++/toml.h>

namespace darkroom::models {
namespace {

Error wrong(const std::string& path, const toml::source_position& where, const std::string& what) {
  return {std::string(domain::code::model_unavailable), path + ", line " + std::to_string(where.line) + ": " + what};
}

Result<void> take(domain::Recipe& recipe, const std::string& key, const toml::node& value, const std::string& path) {
  auto share = [&](std::optional<double>& field) -> Result<void> {
    auto number = value.value<double>();
    if (!number || !(*number >= 0 && *number <= 1)) return wrong(path, value.source().begin, key + " must be a number from 0 to 1.");
    field = *number;
    return {};
  };
  if (key == "family") {
    auto text = value.value<std::string>();
    if (!text) return wrong(path, value.source().begin, "family must be a text such as \"yolox\".");
    recipe.family = *text;
    return {};
  }
  if (key == "confidence_threshold") return share(recipe.confidence_threshold);
  if (key == "nms_iou") return share(recipe.nms_iou);
  if (key == "max_detections") {
    auto number = value.value<std::int64_t>();
    if (!number || *number < 1 || *number > 10'000) return wrong(path, value.source().begin, "max_detections must be a whole number from 1 to 10000.");
    recipe.max_detections = static_cast<int>(*number);
    return {};
  }
  return wrong(path, value.source().begin, "there is no key '" + key + "'. Known: family, confidence_threshold, nms_iou, max_detections.");
}

}  // namespace

Result<domain::Recipe> read_sidecar(const std::string& path) {
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return wrong(path, error.source().begin, std::string(error.description()));
  }
  domain::Recipe recipe;
  for (const auto& [key, value] : table) {
    auto taken = take(recipe, std::string(key.str()), value, path);
    if (!taken) return taken.error();
  }
  return recipe;
}

}  // namespace darkroom::models
