// From JSON to messages, strictly.
#include "domain/error_codes.h"
#include "runner/protocol/findings_codec.h"
#include "runner/protocol/messages.h"
#include "runner/protocol/model_codec.h"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestMessage = 1000;
// Each takes up 16 bytes and more once read, so that two bytes of text cost the reader many times that; 10,000 objects of 17 keypoints need 700,000.
constexpr std::ptrdiff_t kMostValues = 1'500'000;
constexpr std::string_view kJpegStart = "\xff\xd8\xff";

Error refusal(std::string_view speaker, const std::string& why) {
  return Error{std::string(domain::code::model_output), std::string(speaker) + " said something that cannot be read: " + why + "."};
}

struct Body {
  json::value value;
  std::string_view attached;  // the bytes behind the JSON
};

Result<Body> parse(std::string_view speaker, std::string_view body) {
  std::string_view text = body.substr(0, body.find('\0'));
  std::string_view rest = body.substr(text.size());
  if (rest.size() == 1) return refusal(speaker, "it announces bytes and has none");
  if (std::ranges::count(text, ',') + std::ranges::count(text, '[') > kMostValues) return refusal(speaker, "it holds too many values");
  boost::system::error_code failed;
  json::value value = json::parse(text, failed);
  if (failed) return refusal(speaker, "it is not JSON");
  return Body{std::move(value), rest.substr(std::min<std::size_t>(rest.size(), 1))};
}

// One line of text for a log or a page, whatever the runner put into it.
std::string one_line(std::string text) {
  std::ranges::replace_if(text, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }, ' ');
  return text;
}

domain::PhotoLimits read_photo_limits(FieldReader fields, FieldReader& outer) {
  domain::PhotoLimits limits;
  limits.max_bytes = fields.integer("max_bytes", std::int64_t{0});
  limits.max_pixels = fields.integer("max_pixels", std::int64_t{0});
  limits.max_side = fields.integer<int>("max_side", 0);
  limits.max_jpeg_scans = fields.integer<int>("max_jpeg_scans", 0);
  limits.decode_time = std::chrono::milliseconds(fields.integer("decode_time", std::int64_t{0}));
  limits.decode_time_of_megapixel = std::chrono::milliseconds(fields.integer("decode_time_of_megapixel", std::int64_t{0}));
  limits.refuse_truncated = fields.flag("refuse_truncated");
  limits.heif = fields.flag("heif");
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

Job read_job(FieldReader& fields) {
  Job job;
  job.byte_count = fields.integer("byte_count", std::int64_t{0});
  job.thumbnail_side = fields.integer<int>("thumbnail_side", 0, kLargestPicture);
  if (!fields.is_null("render")) job.render = read_render_order(fields.object("render"), fields);
  return job;
}

Error read_error(FieldReader& fields) {
  Error error;
  error.code = fields.text("code", kLongestName);
  error.message = one_line(fields.text("message", kLongestMessage));
  if (domain::error_kind(error.code).code != error.code) fields.fail("code", "is not a known code");
  return error;
}

Ready read_ready(FieldReader& fields) {
  Ready ready;
  ready.sandbox = one_line(fields.text("sandbox", kLongestName));
  ready.engine_version = one_line(fields.text("engine_version", kLongestName));
  ready.report = read_report(fields.object("report"), fields);
  return ready;
}

// Forked and Exited name real processes; 0 and below would mean groups of them to a system call.
int read_pid(FieldReader& fields) { return fields.integer<int>("pid", 1); }

// The bytes behind the message: as many as it says, and a JPEG as far as the first bytes tell.
std::string read_attached(FieldReader& fields, std::string_view attached) {
  if (fields.integer("attached", std::int64_t{0}) != static_cast<std::int64_t>(attached.size())) fields.fail("attached", "is not what follows");
  if (!attached.empty() && !attached.starts_with(kJpegStart)) fields.fail("attached", "is no picture");
  return std::string(attached);
}

Done read_done(FieldReader& fields) {
  Done done;
  done.outcome.found = read_findings(fields.object("found"), fields);
  done.outcome.image = read_image(fields.object("image"), fields);
  done.outcome.timings = read_timings(fields.object("timings"), fields);
  done.outcome.engine = one_line(fields.text("engine", kLongestName));
  done.outcome.engine_version = one_line(fields.text("engine_version", kLongestName));
  done.thumbnail_follows = fields.flag("thumbnail_follows");
  return done;
}

Thumbnail read_thumbnail(FieldReader& fields, std::string_view attached) {
  if (attached.size() > kMostThumbnailBytes) fields.fail("attached", "is too large for a thumbnail");
  return {read_attached(fields, attached)};
}

Rendered read_rendered(FieldReader& fields, std::string_view attached) {
  Rendered rendered;
  rendered.picture.width = fields.integer<int>("width", 1, kLargestPicture);
  rendered.picture.height = fields.integer<int>("height", 1, kLargestPicture);
  rendered.image = read_image(fields.object("image"), fields);
  rendered.picture.jpeg = read_attached(fields, attached);
  if (attached.empty()) fields.fail("attached", "is missing");
  return rendered;
}

Result<void> validate(const ChildMessage& message) {
  if (const Done* done = std::get_if<Done>(&message)) return domain::validate(done->outcome);
  domain::Outcome photo;
  if (const Rendered* rendered = std::get_if<Rendered>(&message)) photo.image = rendered->image;
  return domain::validate(photo);
}

}  // namespace

Result<ServerMessage> decode_server_message(std::string_view body) {
  Result<Body> parsed = parse("the server", body);
  if (!parsed) return parsed.error();
  FieldReader fields(parsed->value);
  ServerMessage message = Fork{};
  std::string type = fields.text("type", kLongestName);
  if (type == "init") {
    message = read_init(fields);
  } else if (type == "job") {
    message = read_job(fields);
  } else if (type != "fork") {
    fields.fail("type", "is not known");
  }
  if (!parsed->attached.empty()) fields.fail("type", "does not go with bytes");
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the server", *wrong);
  return message;
}

Result<ZygoteMessage> decode_zygote_message(std::string_view body) {
  Result<Body> parsed = parse("the model's process", body);
  if (!parsed) return parsed.error();
  FieldReader fields(parsed->value);
  ZygoteMessage message = Forked{};
  std::string type = fields.text("type", kLongestName);
  if (type == "ready") {
    message = read_ready(fields);
  } else if (type == "load_failed") {
    Error error = read_error(fields);
    message = LoadFailed{std::move(error), read_candidates(fields, "candidates")};
  } else if (type == "forked") {
    message = Forked{read_pid(fields)};
  } else if (type == "exited") {
    int pid = read_pid(fields);
    message = Exited{pid, fields.integer<int>("status", std::numeric_limits<int>::min())};
  } else {
    fields.fail("type", "is not known");
  }
  if (!parsed->attached.empty()) fields.fail("type", "does not go with bytes");
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the model's process", *wrong);
  if (const Ready* ready = std::get_if<Ready>(&message)) {
    if (Result<void> valid = domain::validate(ready->report); !valid) return valid.error();
  }
  return message;
}

Result<ChildMessage> decode_child_message(std::string_view body) {
  Result<Body> parsed = parse("the runner", body);
  if (!parsed) return parsed.error();
  FieldReader fields(parsed->value);
  ChildMessage message = Warm{};
  std::string type = fields.text("type", kLongestName);
  bool may_attach = type == "thumbnail" || type == "rendered";
  if (type == "done") {
    message = read_done(fields);
  } else if (type == "thumbnail") {
    message = read_thumbnail(fields, parsed->attached);
  } else if (type == "rendered") {
    message = read_rendered(fields, parsed->attached);
  } else if (type == "failed") {
    Error error = read_error(fields);
    auto kind = fields.flag("permanent") ? domain::Failed::Kind::permanent : domain::Failed::Kind::transient;
    message = domain::Failed{std::move(error), kind};
  } else if (type == "decoded") {
    message = Decoded{};
  } else if (type != "warm") {
    fields.fail("type", "is not known");
  }
  if (!may_attach && !parsed->attached.empty()) fields.fail("type", "does not go with bytes");
  if (std::optional<std::string> wrong = fields.finish()) return refusal("the runner", *wrong);
  if (Result<void> valid = validate(message); !valid) return valid.error();
  return message;
}

}  // namespace darkroom::runner
