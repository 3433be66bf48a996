// What it takes for a file to be there after a power cut. Both throw std::runtime_error; a sync that failed is never tried again, since the kernel may
// have dropped the pages: the caller gives up what it was about to acknowledge.
#pragma once

#include <string>

namespace darkroom {

void sync_file(int fd, const std::string& path);  // the path is for the error
void sync_folder(const std::string& path);

}  // namespace darkroom
