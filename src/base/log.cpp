#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdio>

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

// Control characters never reach a terminal or break a line: everything below space, DEL, and what JSON must escape.
void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", byte);
      out += escaped;
    } else {
      out += c;
    }
  }
}

void append_json_member(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"";
  append_escaped(out, key);
  out += "\":\"";
  append_escaped(out, value);
  out += '"';
}

void write(spdlog::level::level_enum level, std::string_view message, Fields fields) {
  if (!logger().should_log(level)) return;
  std::string line;
  if (current_format == Format::json) {
    append_json_member(line, "message", message);
    for (const Field& field : fields) append_json_member(line, field.key, field.value);
    line += '}';
  } else {
    append_escaped(line, message);
    for (const Field& field : fields) {
      line += "  ";
      line += field.key;
      line += '=';
      append_escaped(line, field.value);
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
