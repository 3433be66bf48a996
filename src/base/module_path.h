// Where the modules of this program lie: shared libraries that it opens only when it needs them.
#pragma once

#include <filesystem>
#include <string>

namespace darkroom {

// Beside the program, as it is built, or in ../lib/darkroom, as it is installed. Empty folder where the program cannot be told.
inline std::filesystem::path module_path(const std::string& file) {
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  return std::filesystem::exists(folder / file, ignored) ? folder / file : folder.parent_path() / "lib" / "darkroom" / file;
}

}  // namespace darkroom
