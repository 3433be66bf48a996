// Writing to a descriptor until all of it is there.
#pragma once

#include <string_view>

namespace darkroom {

// Goes on where a signal interrupts it, or only a part was taken. False: errno says why, and a part may have been written.
bool write_all(int fd, std::string_view bytes);

}  // namespace darkroom
