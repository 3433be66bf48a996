// Real models and photos that this repository does not carry: models/ and photos/ in DARKROOM_SHARED_DIR. Tests that want one are skipped without it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace darkroom::test {

// Such as "photos/street.jpg"; empty when it is not there.
inline std::filesystem::path shared_file(const std::string& name) {
  const char* configured = std::getenv("DARKROOM_SHARED_DIR");
  std::filesystem::path folder = configured != nullptr ? configured : DARKROOM_SOURCE_DIR "/../shared";
  return std::filesystem::exists(folder / name) ? folder / name : std::filesystem::path();
}

}  // namespace darkroom::test
