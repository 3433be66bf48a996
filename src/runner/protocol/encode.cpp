// From messages to JSON, with a picture's bytes behind it.
#include "runner/protocol/findings_codec.h"
#include "runner/protocol/messages.h"
#include "runner/protocol/model_codec.h"

#include <boost/json/serialize.hpp>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

json::object write(const domain::PhotoLimits& limits) {
  return {{"max_bytes", limits.max_bytes},
          {"max_pixels", limits.max_pixels},
          {"max_side", limits.max_side},
          {"max_jpeg_scans", limits.max_jpeg_scans},
          {"decode_time", limits.decode_time.count()},
          {"decode_time_of_megapixel", limits.decode_time_of_megapixel.count()},
          {"refuse_truncated", limits.refuse_truncated},
          {"heif", limits.heif}};
}

json::object write(const Init& init) {
  return {{"type", "init"},
          {"model", to_json(init.model)},
          {"model_bytes", init.model_bytes},
          {"photo", write(init.photo)},
          {"memory_bytes", init.memory_bytes},
          {"uid", init.uid},
          {"gid", init.gid},
          {"user", init.user},
          {"nice", init.nice},
          {"require_sandbox", init.require_sandbox},
          {"test_mode", init.test_mode},
          {"fail_points", init.fail_points}};
}

json::object write(const Fork&) { return {{"type", "fork"}}; }
json::object write(const Job& job) {
  return {{"type", "job"},
          {"byte_count", job.byte_count},
          {"thumbnail_side", job.thumbnail_side},
          {"render", job.render ? json::value(to_json(*job.render)) : json::value(nullptr)}};
}

json::object write(const Ready& ready) {
  return {{"type", "ready"}, {"sandbox", ready.sandbox}, {"engine_version", ready.engine_version}, {"report", to_json(ready.report)}};
}
json::object write(const LoadFailed& failed) {
  return {{"type", "load_failed"}, {"code", failed.error.code}, {"message", failed.error.message}, {"candidates", to_json(failed.candidates)}};
}
json::object write(const Forked& forked) { return {{"type", "forked"}, {"pid", forked.pid}}; }
json::object write(const Exited& exited) { return {{"type", "exited"}, {"pid", exited.pid}, {"status", exited.status}}; }

json::object write(const Warm&) { return {{"type", "warm"}}; }
json::object write(const Decoded&) { return {{"type", "decoded"}}; }
json::object write(const Done& done) {
  const domain::Outcome& outcome = done.outcome;
  return {{"type", "done"},
          {"found", to_json(outcome.found)},
          {"image", to_json(outcome.image)},
          {"timings", to_json(outcome.timings)},
          {"engine", outcome.engine},
          {"engine_version", outcome.engine_version},
          {"thumbnail_follows", done.thumbnail_follows}};
}
json::object write(const Thumbnail& thumbnail) { return {{"type", "thumbnail"}, {"attached", thumbnail.jpeg.size()}}; }
json::object write(const Rendered& rendered) {
  return {{"type", "rendered"},
          {"width", rendered.picture.width},
          {"height", rendered.picture.height},
          {"image", to_json(rendered.image)},
          {"attached", rendered.picture.jpeg.size()}};
}
json::object write(const domain::Failed& failed) {
  return {{"type", "failed"},
          {"code", failed.error.code},
          {"message", failed.error.message},
          {"permanent", failed.kind == domain::Failed::Kind::permanent}};
}

template <class Message>
std::string attachment(const Message&) {
  return {};
}
const std::string& attachment(const Thumbnail& thumbnail) { return thumbnail.jpeg; }
const std::string& attachment(const Rendered& rendered) { return rendered.picture.jpeg; }

template <class Message>
std::string write_any(const Message& message) {
  return std::visit(
      [](const auto& alternative) {
        std::string text = json::serialize(write(alternative));
        const std::string& attached = attachment(alternative);
        if (!attached.empty()) text.append(1, '\0').append(attached);
        return text;
      },
      message);
}

}  // namespace

std::string encode(const ServerMessage& message) { return write_any(message); }
std::string encode(const ZygoteMessage& message) { return write_any(message); }
std::string encode(const ChildMessage& message) { return write_any(message); }

}  // namespace darkroom::runner
