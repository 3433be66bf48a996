// The photo's description and the timings.
#include "runner/protocol/findings_codec.h"

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;

}  // namespace

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

domain::ImageInfo read_image(FieldReader fields, FieldReader& outer) {
  domain::ImageInfo image;
  image.width = fields.integer<int>("width", 0);
  image.height = fields.integer<int>("height", 0);
  image.raw_width = fields.integer<int>("raw_width", 0);
  image.raw_height = fields.integer<int>("raw_height", 0);
  image.format = fields.text("format", kLongestName);
  image.mode = fields.text("mode", kLongestName);
  image.bit_depth = fields.integer<int>("bit_depth", 1, 64);
  image.orientation = fields.integer<int>("orientation", 1, 8);
  image.frames = fields.integer<int>("frames", 0);
  image.scans = fields.integer<int>("scans", 0);
  image.scale_denominator = fields.integer<int>("scale_denominator", 1, 8);
  image.truncated = fields.flag("truncated");
  outer.absorb(fields);
  return image;
}

json::object to_json(const domain::StageTimings& timings) {
  return {{"read", timings.read},   {"decode", timings.decode}, {"prepare", timings.prepare},
          {"infer", timings.infer}, {"post", timings.post}};
}

domain::StageTimings read_timings(FieldReader fields, FieldReader& outer) {
  domain::StageTimings timings;
  timings.read = fields.integer("read", std::int64_t{0});
  timings.decode = fields.integer("decode", std::int64_t{0});
  timings.prepare = fields.integer("prepare", std::int64_t{0});
  timings.infer = fields.integer("infer", std::int64_t{0});
  timings.post = fields.integer("post", std::int64_t{0});
  outer.absorb(fields);
  return timings;
}

}  // namespace darkroom::runner
