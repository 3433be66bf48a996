#include "base/log.h"

#include "base/json_text.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

namespace darkroom::log {
namespace {

std::atomic<Format> current_format{Format::text};

spdlog::logger& logger() {
  static auto instance = [] {
    auto made = std::make_shared<spdlog::logger>("darkroom", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

// Control characters never reach a terminal or break a line.
void write(spdlog::level::level_enum level, std::string_view message, Fields fields) {
  if (!logger().should_log(level)) return;
  std::string line;
  if (current_format == Format::json) {
    append_json_member(line, "message", message);
    for (const Field& field : fields) append_json_member(line, field.key, field.value);
    line += '}';
  } else {
    append_json_escaped(line, message);
    for (const Field& field : fields) {
      line += "  ";
      line += field.key;
      line += '=';
      append_json_escaped(line, field.value);
    }
  }
  logger().log(level, "{}", line);
}

}  // namespace

void configure(Format format, std::string_view level) {
  current_format = format;
  if (format == Format::json) {
    logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l"%v)", spdlog::pattern_time_type::utc);
  }
  logger().set_level(level == "warning" ? spdlog::level::warn : spdlog::level::from_str(std::string(level)));
}

void debug(std::string_view message, Fields fields) { write(spdlog::level::debug, message, fields); }
void info(std::string_view message, Fields fields) { write(spdlog::level::info, message, fields); }
void warning(std::string_view message, Fields fields) { write(spdlog::level::warn, message, fields); }
void error(std::string_view message, Fields fields) { write(spdlog::level::err, message, fields); }

}  // namespace darkroom::log
