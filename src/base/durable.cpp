#include "base/durable.h"

#include "base/file_descriptor.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace darkroom {

void sync_file(int fd, const std::string& path) {
  if (::fsync(fd) != 0) throw std::runtime_error("cannot sync " + path + ": " + std::strerror(errno));
}

void sync_folder(const std::string& path) {
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throw std::runtime_error("cannot open the folder " + path + ": " + std::strerror(errno));
  sync_file(folder.get(), path);
}

}  // namespace darkroom
