// From messages to JSON.
#include "runner/protocol/messages.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

template <class Number>
json::value nullable(const std::optional<Number>& number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object to_json(const domain::Model& model) {
  const domain::Recipe& recipe = model.recipe;
  return {{"name", model.name},
          {"engine", domain::to_string(model.engine)},
          {"version", model.version},
          {"labels", json::array(model.labels.begin(), model.labels.end())},
          {"family", recipe.family},
          {"confidence_threshold", nullable(recipe.confidence_threshold)},
          {"nms_iou", nullable(recipe.nms_iou)},
          {"max_detections", recipe.max_detections.value_or(0)}};
}

json::object to_json(const domain::PhotoLimits& limits) {
  return {{"max_bytes", limits.max_bytes},
          {"max_pixels", limits.max_pixels},
          {"max_side", limits.max_side},
          {"max_jpeg_scans", limits.max_jpeg_scans},
          {"refuse_truncated", limits.refuse_truncated}};
}

json::object to_json(const domain::ImageInfo& image) {
  return {{"width", image.width},
          {"height", image.height},
          {"raw_width", image.raw_width},
          {"raw_height", image.raw_height},
          {"format", image.format},
          {"mode", image.mode},
          {"bit_depth", image.bit_depth},
          {"orientation", image.orientation},
          {"frames", image.frames},
          {"scans", image.scans},
          {"scale_denominator", image.scale_denominator},
          {"truncated", image.truncated}};
}

json::object to_json(const domain::StageTimings& timings) {
  return {{"read", timings.read},
          {"decode", timings.decode},
          {"prepare", timings.prepare},
          {"infer", timings.infer},
          {"post", timings.post}};
}

json::object to_json(const domain::DetectedObject& object) {
  return {{"label", object.label},
          {"confidence", nullable(object.confidence)},
          {"box", json::array(object.box.begin(), object.box.end())}};
}

json::object to_json(const Init& init) {
  return {{"type", "init"},
          {"model", to_json(init.model)},
          {"model_bytes", init.model_bytes},
          {"photo", to_json(init.photo)},
          {"memory_bytes", init.memory_bytes},
          {"uid", init.uid},
          {"gid", init.gid},
          {"user", init.user},
          {"nice", init.nice},
          {"require_sandbox", init.require_sandbox},
          {"test_mode", init.test_mode},
          {"fail_points", init.fail_points}};
}

json::object to_json(const Fork&) { return {{"type", "fork"}}; }
json::object to_json(const Job& job) { return {{"type", "job"}, {"byte_count", job.byte_count}}; }

json::object to_json(const Ready& ready) {
  return {{"type", "ready"}, {"sandbox", ready.sandbox}, {"engine_version", ready.engine_version}};
}
json::object to_json(const LoadFailed& failed) {
  return {{"type", "load_failed"}, {"code", failed.error.code}, {"message", failed.error.message}};
}
json::object to_json(const Forked& forked) { return {{"type", "forked"}, {"pid", forked.pid}}; }
json::object to_json(const Exited& exited) { return {{"type", "exited"}, {"pid", exited.pid}, {"status", exited.status}}; }

json::object to_json(const Warm&) { return {{"type", "warm"}}; }
json::object to_json(const Done& done) {
  const domain::Outcome& outcome = done.outcome;
  json::array objects;
  for (const domain::DetectedObject& object : outcome.found.objects) objects.push_back(to_json(object));
  return {{"type", "done"},
          {"objects", std::move(objects)},
          {"image", to_json(outcome.image)},
          {"timings", to_json(outcome.timings)},
          {"engine", outcome.engine},
          {"engine_version", outcome.engine_version}};
}
json::object to_json(const domain::Failed& failed) {
  return {{"type", "failed"},
          {"code", failed.error.code},
          {"message", failed.error.message},
          {"permanent", failed.kind == domain::Failed::Kind::permanent}};
}

template <class Message>
std::string write(const Message& message) {
  return std::visit([](const auto& alternative) { return json::serialize(to_json(alternative)); }, message);
}

}  // namespace

std::string encode(const ServerMessage& message) { return write(message); }
std::string encode(const ZygoteMessage& message) { return write(message); }
std::string encode(const ChildMessage& message) { return write(message); }

}  // namespace darkroom::runner
