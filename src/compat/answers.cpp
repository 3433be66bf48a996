#include "compat/answers.h"

#include "domain/error_codes.h"
#include "json/text.h"

#include <array>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string_view>

namespace darkroom::compat {
namespace {

namespace code = domain::code;

constexpr std::string_view kQueued = "이미지가 처리 큐에 추가되었습니다";

// Endings that the queue and not the photo or its model brought about.
constexpr std::array kOfTheQueue = {code::expired,      code::interrupted, code::quarantined,  code::timeout,
                                    code::decoder_crash, code::memory_limit, code::blob_missing, code::conflict};

boost::json::value parsed(const std::string& text) {
  boost::system::error_code problem;
  boost::json::value value = boost::json::parse(text, problem);
  return problem ? boost::json::value(nullptr) : value;
}

boost::json::value member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* found = object.if_contains(name);
  return found ? *found : boost::json::value(nullptr);
}

}  // namespace

boost::json::object queued_body(std::int64_t image_id, std::int64_t queue_size) {
  return {{"status", "queued"}, {"image_id", image_id}, {"message", kQueued}, {"queue_size", queue_size}};
}

boost::json::object queue_status_body(std::int64_t queue_size, bool is_processing, std::optional<std::int64_t> current) {
  return {{"queue_size", queue_size}, {"is_processing", is_processing}, {"current_task", current ? boost::json::value(*current) : boost::json::value(nullptr)}};
}

boost::json::object health_body(bool can_run, std::int64_t queue_size, Time now) {
  return {{"status", can_run ? "healthy" : "unhealthy"}, {"model_loaded", can_run}, {"queue_size", queue_size}, {"timestamp", local_time(now)}};
}

std::string local_time(Time time) {
  auto second = std::chrono::floor<std::chrono::seconds>(time);
  std::time_t since_epoch = second.time_since_epoch().count();
  std::tm local{};
  ::localtime_r(&since_epoch, &local);
  char text[32];
  std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
  // Python leaves the fraction out when it is zero.
  if (auto micros = (time - second).count(); micros > 0) length += static_cast<std::size_t>(std::snprintf(text + length, sizeof text - length, ".%06d", static_cast<int>(micros)));
  return {text, length};
}

boost::json::object success_body(const std::string& document) {
  boost::json::value whole = parsed(document);
  boost::json::object empty;
  const boost::json::object& success = whole.is_object() ? whole.as_object() : empty;
  boost::json::value image = member(success, "image_info");
  const boost::json::object& seen = image.is_object() ? image.as_object() : empty;
  return {{"status", "success"},
          {"result", member(success, "result")},
          {"image_info", {{"size", member(seen, "size")}, {"format", member(seen, "format")}, {"mode", member(seen, "mode")}}},
          {"processing_time", member(success, "processing_time")}};
}

boost::json::object failure_body(const Error& error) {
  if (std::ranges::find(kOfTheQueue, error.code) != kOfTheQueue.end()) return {{"error", error.message}, {"status", "failed"}};
  return {{"status", "error"}, {"error", error.message}};
}

Error cancelled_error() { return {std::string(code::conflict), "The job was cancelled."}; }

std::string callback_body(std::int64_t image_id, boost::json::object result, Time now) {
  return json::to_text(boost::json::object{{"image_id", image_id}, {"result", std::move(result)}, {"timestamp", local_time(now)}});
}

}  // namespace darkroom::compat
