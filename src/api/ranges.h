// Parts of a download: Range and If-Range of RFC 9110, section 14.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace darkroom::api {

struct WholeFile {};
struct Unsatisfiable {};
struct FileRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive

  bool operator==(const FileRange&) const = default;
};

// What of a file of `length` bytes is wanted. One range of bytes is served; several, other units and what is malformed count as no Range at all, as the
// RFC allows. `if_range` other than `tag` (compared strongly; a date is never equal) asks for the whole file, since it has changed.
std::variant<WholeFile, FileRange, Unsatisfiable> wanted_range(std::string_view range, std::string_view if_range, std::string_view tag, std::uint64_t length);

}  // namespace darkroom::api
