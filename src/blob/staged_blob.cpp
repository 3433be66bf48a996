// The temporary file of an upload.
#include "base/id.h"
#include "base/write_all.h"
#include "blob/blob_store.h"

#include <fcntl.h>

#include <cerrno>
#include <cstring>

namespace darkroom::blob {

StagedBlob::StagedBlob(const std::string& folder, Name name) : folder_(folder), path_(name == Name::later ? "" : folder + "/" + random_base62(22)) {
  file_ = FileDescriptor(path_.empty() ? ::open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600)
                                       : ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_) {
    int cause = errno;
    path_.clear();
    std::string message = "cannot make a temporary file in " + folder + ": " + std::strerror(cause);
    if (cause == ENOSPC || cause == EDQUOT) throw DiskFull(message);
    throw std::runtime_error(message);
  }
}

StagedBlob::~StagedBlob() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void StagedBlob::write(std::string_view piece) {
  hash_.update({piece.data(), piece.size()});
  size_ += static_cast<std::int64_t>(piece.size());
  if (write_all(file_.get(), piece)) return;
  int cause = errno;
  std::string message = std::string("cannot write an uploaded photo: ") + std::strerror(cause);
  if (cause == ENOSPC || cause == EDQUOT) throw DiskFull(message);
  throw std::runtime_error(message);
}

bool StagedBlob::take_name() {
  if (!path_.empty()) return true;
  std::string open_file = "/proc/self/fd/" + std::to_string(file_.get()), path = folder_ + "/" + random_base62(22);
  if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) return false;
  path_ = std::move(path);
  return true;
}

const std::string& StagedBlob::sha256() {
  if (digest_.empty()) digest_ = hash_.finish();
  return digest_;
}

}  // namespace darkroom::blob
