#include "store/sql/process_lock.h"

#include "store/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cstring>

namespace darkroom::store {
namespace {

std::string holder_of(int fd) {
  char text[32] = {};
  ssize_t size = ::pread(fd, text, sizeof text - 1, 0);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "unknown";
}

}  // namespace

ProcessLock::ProcessLock(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (!file_) throw StoreUnavailable("cannot open the lock file " + path + ": " + std::strerror(errno));
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    throw StoreUnavailable("another Darkroom (process " + holder_of(file_.get()) + ") is using this data folder (lock file " + path +
                           "). Stop it first, or give this one a folder of its own with DARKROOM_DATA_DIR.");
  }
  std::string pid = std::to_string(::getpid());
  if (::ftruncate(file_.get(), 0) != 0 || ::pwrite(file_.get(), pid.data(), pid.size(), 0) < 0) {
    throw StoreUnavailable("cannot write the lock file " + path + ": " + std::strerror(errno));
  }
}

}  // namespace darkroom::store
