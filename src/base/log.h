// The one log of the process: lines on standard error, for people on a terminal and as JSON otherwise. spdlog stays behind it.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace darkroom::log {

struct Field {
  std::string_view key;
  std::string value;

  Field(std::string_view name, std::string_view text) : key(name), value(text) {}
  Field(std::string_view name, const std::string& text) : key(name), value(text) {}
  Field(std::string_view name, const char* text) : key(name), value(text) {}
  Field(std::string_view name, std::integral auto number) : key(name), value(std::to_string(number)) {}
};

using Fields = std::initializer_list<Field>;

enum class Format { text, json };

// Called once at the start of main; before it lines go out as text. `level` is one of debug, info, warning, error.
void configure(Format format, std::string_view level);

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace darkroom::log
