#include "blob/partial_files.h"

#include "blob/blob_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace darkroom::blob {
namespace {

[[noreturn]] void fail(const std::string& doing) {
  int cause = errno;
  std::string message = "cannot " + doing + ": " + std::strerror(cause);
  if (cause == ENOSPC || cause == EDQUOT) throw DiskFull(message);
  throw std::runtime_error(message);
}

void sync_folder(const std::string& path) {
  FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) fail("sync the folder " + path);
}

}  // namespace

PartialWriter::PartialWriter(PartialFiles& files, std::string id, bool judged)
    : files_(files), id_(std::move(id)), file_(::open(files.path_of(id_).c_str(), O_RDWR | O_CLOEXEC)), judged_(judged) {
  if (!file_) fail("open the upload " + id_);
  struct stat found{};
  if (::fstat(file_.get(), &found) != 0) fail("look at the upload " + id_);
  begin_ = offset_ = found.st_size;
  if (judged_) std::ofstream(files_.note_of(id_)) << begin_ << std::flush;
}

PartialWriter::~PartialWriter() {
  if (judged_ && !settled_ && ::ftruncate(file_.get(), begin_) == 0) settled_ = true;
  std::lock_guard lock(files_.mutex_);
  if (judged_ && settled_) ::unlink(files_.note_of(id_).c_str());
  files_.busy_.erase(id_);
}

void PartialWriter::write(std::string_view piece) {
  while (!piece.empty()) {
    ssize_t written = ::pwrite(file_.get(), piece.data(), piece.size(), static_cast<off_t>(offset_));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write the upload " + id_);
    offset_ += written;
    piece.remove_prefix(static_cast<std::size_t>(written));
  }
}

void PartialWriter::keep() {
  if (::fsync(file_.get()) != 0) fail("sync the upload " + id_);
  settled_ = true;
}

void PartialWriter::take_back() {
  if (::ftruncate(file_.get(), static_cast<off_t>(begin_)) != 0) fail("cut the upload " + id_);
  offset_ = begin_;
  settled_ = true;
}

PartialFiles::PartialFiles(std::string folder) : folder_(std::move(folder)) { std::filesystem::create_directories(folder_); }

void PartialFiles::create(const std::string& id) {
  FileDescriptor file(::open(path_of(id).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file || ::fsync(file.get()) != 0) fail("make the file of the upload " + id);
  sync_folder(folder_);
}

void PartialFiles::mend(const std::string& id) {
  std::int64_t begin = -1;
  if (std::ifstream note(note_of(id)); !(note >> begin)) begin = -1;
  if (begin < 0) return;
  if (::truncate(path_of(id).c_str(), static_cast<off_t>(begin)) != 0) fail("cut the upload " + id);
  ::unlink(note_of(id).c_str());
}

std::optional<std::int64_t> PartialFiles::size_of(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (!busy_.contains(id)) mend(id);
  struct stat found{};
  if (::stat(path_of(id).c_str(), &found) != 0) return std::nullopt;
  std::int64_t begin = -1;
  if (std::ifstream note(note_of(id)); note >> begin) return begin;  // what is not judged yet does not count
  return found.st_size;
}

std::unique_ptr<PartialWriter> PartialFiles::write_to(const std::string& id, bool judged) {
  std::unique_lock lock(mutex_);
  if (busy_.contains(id) || ::access(path_of(id).c_str(), F_OK) != 0) return nullptr;
  mend(id);
  busy_.insert(id);
  try {
    return std::unique_ptr<PartialWriter>(new PartialWriter(*this, id, judged));
  } catch (...) {
    busy_.erase(id);
    throw;
  }
}

bool PartialFiles::remove(const std::string& id) {
  std::lock_guard lock(mutex_);
  if (busy_.contains(id)) return false;
  ::unlink(note_of(id).c_str());
  ::unlink(path_of(id).c_str());
  return true;
}

}  // namespace darkroom::blob
