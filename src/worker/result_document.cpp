#include "worker/result_document.h"
#include "json/text.h"
#include "worker/findings_json.h"

#include <boost/json.hpp>

namespace darkroom::worker {
namespace {

namespace json = boost::json;

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

json::object object_or_empty(const std::string& text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  return error || !parsed.is_object() ? json::object() : std::move(parsed.as_object());
}

}  // namespace

std::string result_document(const domain::Outcome& outcome, const domain::Model& model, const DocumentFacts& facts) {
  double seconds = rounded(std::chrono::duration<double>(facts.processing_time).count(), 1'000'000);
  const domain::StageTimings& stages = outcome.timings;
  json::object result = findings_json(outcome.found);
  result["processing_time"] = seconds;
  result["metadata"] = object_or_empty(facts.metadata);
  json::object document{
      {"schema", "darkroom.result/1"},
      {"status", "success"},
      {"result", std::move(result)},
      {"processing_time", seconds},
      {"image_info", image_json(outcome.image, facts)},
      {"model", {{"name", model.name}, {"version", model.version}, {"title", model.title}, {"engine", outcome.engine},
                 {"engine_version", outcome.engine_version}}},
      {"recipe", recipe_json(outcome.recipe)},
      {"timings", {{"unit", "us"}, {"read", stages.read}, {"decode", stages.decode}, {"prepare", stages.prepare}, {"infer", stages.infer},
                   {"post", stages.post}}}};
  if (!outcome.extra.empty()) document["extra"] = object_or_empty(outcome.extra);
  return darkroom::json::to_text(document);
}

}  // namespace darkroom::worker
