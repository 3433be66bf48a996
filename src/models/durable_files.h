// Files that are there whole or not at all, also after a power cut. Everything throws std::runtime_error when the disk does not do as it should.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace darkroom::models {

// Written aside, synced, renamed, and the folder synced.
void write_durably(const std::string& path, std::string_view text);
// None when there is no such file, or it is longer than `longest` bytes.
std::optional<std::string> read_text(const std::string& path, std::size_t longest);

}  // namespace darkroom::models
