#include "remote/photo_facts.h"

#include "domain/error_codes.h"
#include "imaging/header.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

namespace darkroom::remote {
namespace {

// Read and not mapped: a mapped page that is not there, or that the disk does not give, would be the end of the whole process.
Result<std::vector<std::uint8_t>> read_photo(int fd, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t have = 0; have < size;) {
    ssize_t got = ::pread(fd, bytes.data() + have, size - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{std::string(domain::code::blob_missing), std::string("The stored photo cannot be read: ") + std::strerror(errno) + "."};
    if (got == 0) return Error{std::string(domain::code::blob_missing), "The stored photo is shorter than it was at upload."};
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

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
  Result<std::vector<std::uint8_t>> photo = read_photo(fd, static_cast<std::size_t>(byte_count));
  if (!photo) return photo.error();
  Result<imaging::PhotoHeader> header = imaging::read_header(*photo, no_limits());
  if (!header) return header.error();
  std::string_view mime_type = imaging::mime_type(header->format);
  return PhotoFacts{imaging::describe_whole(*photo, *header), std::string(mime_type), extension_of(mime_type)};
}

}  // namespace darkroom::remote
