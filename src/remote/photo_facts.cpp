#include "remote/photo_facts.h"

#include "domain/error_codes.h"
#include "imaging/header.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace darkroom::remote {
namespace {

// A file as memory that the kernel fetches page by page: what is not looked at costs nothing.
class FileView {
 public:
  FileView(int fd, std::int64_t size) : size_(static_cast<std::size_t>(size)), memory_(::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0)) {}
  ~FileView() {
    if (*this) ::munmap(memory_, size_);
  }
  FileView(const FileView&) = delete;
  FileView& operator=(const FileView&) = delete;

  explicit operator bool() const { return memory_ != MAP_FAILED; }
  std::span<const std::uint8_t> bytes() const { return {static_cast<const std::uint8_t*>(memory_), size_}; }

 private:
  std::size_t size_;
  void* memory_;
};

// The photo was held against the limits when it was taken in; they may have changed since, and that is not its fault.
domain::PhotoLimits no_limits() {
  domain::PhotoLimits limits;
  limits.max_bytes = std::numeric_limits<std::int64_t>::max();
  limits.max_pixels = std::numeric_limits<std::int64_t>::max();
  limits.max_side = std::numeric_limits<int>::max();
  limits.max_jpeg_scans = std::numeric_limits<int>::max();
  limits.heif = true;
  return limits;
}

std::string extension_of(std::string_view mime_type) {
  std::string kind(mime_type.substr(mime_type.find('/') + 1));
  return kind == "jpeg" ? "jpg" : kind;
}

}  // namespace

Result<PhotoFacts> photo_facts(int fd, std::int64_t byte_count) {
  FileView photo(fd, byte_count);
  if (!photo) return Error{std::string(domain::code::blob_missing), std::string("The stored photo cannot be read: ") + std::strerror(errno) + "."};
  Result<imaging::PhotoHeader> header = imaging::read_header(photo.bytes(), no_limits());
  if (!header) return header.error();
  std::string_view mime_type = imaging::mime_type(header->format);
  return PhotoFacts{imaging::describe_whole(photo.bytes(), *header), std::string(mime_type), extension_of(mime_type)};
}

}  // namespace darkroom::remote
