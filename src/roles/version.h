// The program's version, from CMakeLists.txt.
#pragma once

namespace darkroom::roles {

inline constexpr const char* kVersion = DARKROOM_VERSION;

}  // namespace darkroom::roles
