// What a maintenance job did, as the JSON object that it ends with.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace darkroom::scheduler {

// Names need no escaping.
inline std::string counts_json(std::initializer_list<std::pair<std::string_view, std::int64_t>> counts) {
  std::string text = "{";
  for (const auto& [name, count] : counts) {
    if (text.size() > 1) text += ',';
    text += '"';
    text += name;
    text += "\":" + std::to_string(count);
  }
  return text + "}";
}

}  // namespace darkroom::scheduler
