#include "worker/result_document.h"
#include "json/text.h"

#include <boost/json.hpp>

#include <cmath>

namespace darkroom::worker {
namespace {

namespace json = boost::json;

// Boxes to a hundredth of a pixel, scores to four places: more digits would pretend to a precision that no model has.
double rounded(double value, double steps) { return std::round(value * steps) / steps; }

json::array objects_json(const std::vector<domain::DetectedObject>& objects) {
  json::array list;
  list.reserve(objects.size());
  for (const domain::DetectedObject& object : objects) {
    json::array box;
    for (double edge : object.box) box.emplace_back(rounded(edge, 100));
    json::value confidence = object.confidence ? json::value(rounded(*object.confidence, 10'000)) : json::value(nullptr);
    list.push_back(json::object{{"class", object.label}, {"confidence", std::move(confidence)}, {"bbox", std::move(box)}});
  }
  return list;
}

json::object image_json(const domain::ImageInfo& image, const DocumentFacts& facts) {
  return {{"size", {image.width, image.height}},
          {"format", image.format},
          {"mode", image.mode},
          {"raw_size", {image.raw_width, image.raw_height}},
          {"bit_depth", image.bit_depth},
          {"orientation", image.orientation},
          {"frames", image.frames},
          {"scans", image.scans},
          {"scale_denominator", image.scale_denominator},
          {"truncated", image.truncated},
          {"bytes", facts.byte_count},
          {"sha256", facts.sha256}};
}

json::value parsed_or_empty(const std::string& metadata) {
  boost::system::error_code error;
  json::value parsed = json::parse(metadata, error);
  return error ? json::value(json::object()) : parsed;
}

}  // namespace

std::string result_document(const domain::Outcome& outcome, const domain::Model& model, const DocumentFacts& facts) {
  double seconds = rounded(std::chrono::duration<double>(facts.processing_time).count(), 1'000'000);
  const domain::StageTimings& stages = outcome.timings;
  json::object document{
      {"schema", "darkroom.result/1"},
      {"status", "success"},
      {"result", {{"detected_objects", objects_json(outcome.found.objects)}, {"processing_time", seconds}, {"metadata", parsed_or_empty(facts.metadata)}}},
      {"processing_time", seconds},
      {"image_info", image_json(outcome.image, facts)},
      {"model", {{"name", model.name}, {"version", model.version}, {"title", model.title}, {"engine", outcome.engine}, {"engine_version", outcome.engine_version}}},
      {"timings", {{"unit", "us"}, {"read", stages.read}, {"decode", stages.decode}, {"prepare", stages.prepare}, {"infer", stages.infer}, {"post", stages.post}}}};
  return darkroom::json::to_text(document);
}

}  // namespace darkroom::worker
