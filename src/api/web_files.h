// The built admin page, compiled in by cmake/web.cmake. Without node at build time there are no files, and / shows a plain page instead.
#pragma once

#include <span>
#include <string_view>

namespace darkroom::api {

struct WebFile {
  std::string_view name;          // as the address below /assets/ has it; index.html for the page itself
  std::string_view content_type;
  std::string_view tag;           // of the content, in quotes
  std::string_view bytes;
  std::string_view gzipped;       // empty where it would not be smaller
};

// By name, so that one can search by halves.
std::span<const WebFile> web_files();

}  // namespace darkroom::api
