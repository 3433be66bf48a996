#include "worker/findings_json.h"

#include <array>
#include <cmath>
#include <type_traits>

namespace darkroom::worker {
namespace {

namespace json = boost::json;

constexpr double kPixelSteps = 100;
constexpr double kScoreSteps = 10'000;
constexpr double kEmbeddingSteps = 1e8;  // a float between -1 and 1 holds no more

template <std::size_t count>
json::array pixels(const std::array<double, count>& values) {
  json::array list;
  for (double value : values) list.emplace_back(rounded(value, kPixelSteps));
  return list;
}

json::value score(const std::optional<double>& confidence) {
  return confidence ? json::value(rounded(*confidence, kScoreSteps)) : json::value(nullptr);
}

json::object mask_json(const domain::Mask& mask) {
  json::array runs;
  runs.reserve(mask.runs.size());
  for (int run : mask.runs) runs.emplace_back(run);
  return {{"bbox", pixels(mask.box)}, {"size", {mask.width, mask.height}}, {"runs", std::move(runs)}};
}

json::array keypoints_json(const std::vector<domain::Keypoint>& keypoints) {
  json::array list;
  for (const domain::Keypoint& point : keypoints) {
    list.push_back(json::object{{"x", rounded(point.x, kPixelSteps)}, {"y", rounded(point.y, kPixelSteps)}, {"confidence", score(point.confidence)}});
  }
  return list;
}

json::object object_json(const domain::DetectedObject& found) {
  json::object object{{"class", found.label}, {"confidence", score(found.confidence)}, {"bbox", pixels(found.box)}};
  if (found.corners) object["corners"] = pixels(*found.corners);
  if (!found.keypoints.empty()) object["keypoints"] = keypoints_json(found.keypoints);
  if (found.mask) object["mask"] = mask_json(*found.mask);
  return object;
}

// A field of a recipe, as the sidecar writes it: one overload for each type.
json::value field_json(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value field_json(const std::map<std::string, std::string>& names) {
  if (names.empty()) return nullptr;
  json::object object;
  for (const auto& [role, name] : names) object[role] = name;
  return object;
}
template <class Field>
json::value field_json(const std::optional<Field>& field) {
  if (!field) return nullptr;
  if constexpr (std::is_enum_v<Field>) return json::value(domain::to_string(*field));
  if constexpr (std::is_arithmetic_v<Field>) return json::value(*field);
  if constexpr (std::is_same_v<Field, std::array<double, 3>>) return json::value{(*field)[0], (*field)[1], (*field)[2]};
}

}  // namespace

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

json::object findings_json(const domain::Findings& found) {
  json::array objects, classes, regions, embedding;
  objects.reserve(found.objects.size());
  for (const domain::DetectedObject& object : found.objects) objects.push_back(object_json(object));
  for (const domain::Classification& one : found.classes) {
    classes.push_back(json::object{{"class", one.label}, {"index", one.index}, {"confidence", rounded(one.confidence, kScoreSteps)}});
  }
  for (const domain::Region& region : found.regions) {
    regions.push_back(json::object{{"class", region.label}, {"share", rounded(region.share, kScoreSteps)}, {"mask", mask_json(region.mask)}});
  }
  for (float number : found.embedding) embedding.emplace_back(rounded(number, kEmbeddingSteps));
  json::object findings{{"detected_objects", std::move(objects)}};
  if (!classes.empty()) findings["classes"] = std::move(classes);
  if (!regions.empty()) findings["regions"] = std::move(regions);
  if (!embedding.empty()) findings["embedding"] = std::move(embedding);
  return findings;
}

json::object recipe_json(const domain::Recipe& recipe) {
  json::object object;
  domain::for_each_field(recipe, [&object](const char* name, const auto& field) {
    json::value value = field_json(field);
    if (!value.is_null()) object[name] = std::move(value);
  });
  return object;
}

}  // namespace darkroom::worker
