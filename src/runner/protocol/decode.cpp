// From JSON to messages, strictly.
#include "runner/protocol/messages.h"

#include "domain/error_codes.h"
#include "runner/protocol/field_reader.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestMessage = 1000;
constexpr std::size_t kMostLabels = 100'000;
constexpr std::size_t kMostObjects = 10'000;

Error refusal(std::string_view speaker, const std::string& why) {
  return Error{std::string(domain::code::model_output), std::string(speaker) + " said something that cannot be read: " + why + "."};
}

Result<json::value> parse(std::string_view speaker, std::string_view body) {
  boost::system::error_code failed;
  json::value value = json::parse(body, failed);
  if (failed) return refusal(speaker, "it is not JSON");
  return value;
}

// One line of text for a log or a page, whatever the runner put into it.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }, ' ');
  return text;
}

domain::Model read_model(FieldReader fields, FieldReader& outer) {
  domain::Model model;
  model.name = fields.text("name", kLongestName);
  std::string engine = fields.text("engine", kLongestName);
  std::optional<domain::EngineKind> kind = domain::parse_engine_kind(engine);
  if (!kind) {
    fields.fail("engine", "is not known");
  } else {
    model.engine = *kind;
  }
  model.version = fields.text("version", kLongestName);
  for (const json::value& label : fields.array("labels", kMostLabels)) {
    if (label.is_string()) model.labels.emplace_back(label.get_string());
  }
  model.recipe.family = fields.text("family", kLongestName);
  model.recipe.confidence_threshold = fields.optional_number("confidence_threshold");
  model.recipe.nms_iou = fields.optional_number("nms_iou");
  if (int most = fields.integer<int>("max_detections", 0); most > 0) model.recipe.max_detections = most;
  outer.absorb(fields);
  return model;
}

domain::PhotoLimits read_photo_limits(FieldReader fields, FieldReader& outer) {
  domain::PhotoLimits limits;
  limits.max_bytes = fields.integer("max_bytes", std::int64_t{0});
  limits.max_pixels = fields.integer("max_pixels", std::int64_t{0});
  limits.max_side = fields.integer<int>("max_side", 0);
  limits.max_jpeg_scans = fields.integer<int>("max_jpeg_scans", 0);
  limits.refuse_truncated = fields.flag("refuse_truncated");
  outer.absorb(fields);
  return limits;
}

Init read_init(FieldReader& fields) {
  Init init;
  init.model = read_model(fields.object("model"), fields);
  init.model_bytes = fields.integer("model_bytes", std::int64_t{0});
  init.photo = read_photo_limits(fields.object("photo"), fields);
  init.memory_bytes = fields.integer("memory_bytes", std::int64_t{0});
  init.uid = fields.integer("uid", std::int64_t{-1});
  init.gid = fields.integer("gid", std::int64_t{-1});
  init.user = fields.text("user", kLongestName);
  init.nice = fields.integer<int>("nice", -20, 19);
  init.require_sandbox = fields.flag("require_sandbox");
  init.test_mode = fields.flag("test_mode");
  init.fail_points = fields.text("fail_points", kLongestMessage);
  return init;
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

domain::DetectedObject read_object(const json::value& value, FieldReader& outer) {
  FieldReader fields(value);
  domain::DetectedObject object;
  object.label = fields.text("label", kLongestName);
  object.confidence = fields.optional_number("confidence");
  const json::array& box = fields.array("box", object.box.size());
  if (box.size() != object.box.size()) fields.fail("box", "does not have four numbers");
  for (std::size_t i = 0; i < box.size(); ++i) {
    boost::system::error_code failed;
    object.box[i] = box[i].is_number() ? box[i].to_number<double>(failed) : 0;
    if (!box[i].is_number() || failed) fields.fail("box", "does not have four numbers");
  }
  outer.absorb(fields);
  return object;
}

Done read_done(FieldReader& fields) {
  Done done;
  for (const json::value& value : fields.array("objects", kMostObjects)) done.outcome.found.objects.push_back(read_object(value, fields));
  done.outcome.image = read_image(fields.object("image"), fields);
  done.outcome.timings = read_timings(fields.object("timings"), fields);
  done.outcome.engine = one_line(fields.text("engine", kLongestName));
  done.outcome.engine_version = one_line(fields.text("engine_version", kLongestName));
  return done;
}

Error read_error(FieldReader& fields) {
  Error error;
  error.code = fields.text("code", kLongestName);
  error.message = one_line(fields.text("message", kLongestMessage));
  if (domain::error_kind(error.code).code != error.code) fields.fail("code", "is not a known code");
  return error;
}

// Forked and Exited name real processes; 0 and below would mean groups of them to a system call.
int read_pid(FieldReader& fields) { return fields.integer<int>("pid", 1); }

}  // namespace

Result<ServerMessage> decode_server_message(std::string_view body) {
  Result<json::value> value = parse("the server", body);
  if (!value) return value.error();
  FieldReader fields(*value);
  ServerMessage message = Fork{};
  std::string type = fields.text("type", kLongestName);
  if (type == "init") {
    message = read_init(fields);
  } else if (type == "job") {
    message = Job{fields.integer("byte_count", std::int64_t{0})};
  } else if (type != "fork") {
    fields.fail("type", "is not known");
  }
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the server", *wrong);
  return message;
}

Result<ZygoteMessage> decode_zygote_message(std::string_view body) {
  Result<json::value> value = parse("the model's process", body);
  if (!value) return value.error();
  FieldReader fields(*value);
  ZygoteMessage message = Forked{};
  std::string type = fields.text("type", kLongestName);
  if (type == "ready") {
    std::string sandbox = one_line(fields.text("sandbox", kLongestName));
    message = Ready{std::move(sandbox), one_line(fields.text("engine_version", kLongestName))};
  } else if (type == "load_failed") {
    message = LoadFailed{read_error(fields)};
  } else if (type == "forked") {
    message = Forked{read_pid(fields)};
  } else if (type == "exited") {
    int pid = read_pid(fields);
    message = Exited{pid, fields.integer<int>("status", std::numeric_limits<int>::min())};
  } else {
    fields.fail("type", "is not known");
  }
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the model's process", *wrong);
  return message;
}

Result<ChildMessage> decode_child_message(std::string_view body) {
  Result<json::value> value = parse("the runner", body);
  if (!value) return value.error();
  FieldReader fields(*value);
  ChildMessage message = Warm{};
  std::string type = fields.text("type", kLongestName);
  if (type == "done") {
    message = read_done(fields);
  } else if (type == "failed") {
    Error error = read_error(fields);
    auto kind = fields.flag("permanent") ? domain::Failed::Kind::permanent : domain::Failed::Kind::transient;
    message = domain::Failed{std::move(error), kind};
  } else if (type != "warm") {
    fields.fail("type", "is not known");
  }
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the runner", *wrong);
  if (const Done* done = std::get_if<Done>(&message)) {
    if (Result<void> valid = domain::validate(done->outcome); !valid) return valid.error();
  }
  return message;
}

}  // namespace darkroom::runner
