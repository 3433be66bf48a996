#include "api/photo_header.h"

#include "imaging/header.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>

namespace darkroom::api {
namespace {

// The staged file as memory, for the header checks. A small one is read, since taking a mapping away again interrupts every processor that
// runs a thread of this process; a large one is mapped and never held whole.
class FileView {
 public:
  FileView(int fd, std::int64_t size) : size_(static_cast<std::size_t>(size)) {
    size_ <= kLargestRead ? read(fd) : map(fd);
  }
  ~FileView() {
    if (mapped_) ::munmap(const_cast<std::uint8_t*>(mapped_), size_);
  }
  FileView(const FileView&) = delete;
  FileView& operator=(const FileView&) = delete;

  std::span<const std::uint8_t> bytes() const { return {mapped_ ? mapped_ : read_.get(), size_}; }

 private:
  static constexpr std::size_t kLargestRead = 256 * 1024;

  void read(int fd) {
    read_ = std::make_unique_for_overwrite<std::uint8_t[]>(size_);
    for (std::size_t have = 0; have < size_;) {
      ssize_t got = ::pread(fd, read_.get() + have, size_ - have, static_cast<off_t>(have));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) throw std::runtime_error(std::string("cannot read an uploaded photo: ") + std::strerror(errno));
      have += static_cast<std::size_t>(got);
    }
  }

  void map(int fd) {
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapped == MAP_FAILED) throw std::runtime_error(std::string("cannot map an uploaded photo: ") + std::strerror(errno));
    mapped_ = static_cast<const std::uint8_t*>(mapped);
  }

  std::size_t size_;
  const std::uint8_t* mapped_ = nullptr;
  std::unique_ptr<std::uint8_t[]> read_;
};

}  // namespace

Result<void> describe_photo(blob::StagedBlob& staged, const domain::PhotoLimits& limits, store::NewImage& image) {
  FileView photo(staged.fd(), staged.size());
  auto header = imaging::read_header(photo.bytes(), limits);
  if (!header) return header.error();
  image.format = imaging::to_string(header->format);
  image.width = header->width;
  image.height = header->height;
  image.byte_count = staged.size();
  image.sha256 = staged.sha256();
  return {};
}

}  // namespace darkroom::api
