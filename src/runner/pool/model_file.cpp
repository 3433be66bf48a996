// Opens a model's file and checks that it is still the one that was registered.
#include "runner/pool/model_file.h"

#include "base/hash.h"
#include "domain/error_codes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace darkroom::runner {
namespace {

Error unavailable(const domain::Model& model, const std::string& why) {
  return Error{std::string(domain::code::model_unavailable), "The file of the model '" + model.name + "' " + why + "."};
}

Result<std::string> hash_of(int file) {
  Sha256 hash;
  std::array<char, 65536> part;
  off_t offset = 0;
  ssize_t got;
  while ((got = ::pread(file, part.data(), part.size(), offset)) > 0) {
    hash.update(std::span(part.data(), static_cast<std::size_t>(got)));
    offset += got;
  }
  if (got < 0) return Error{"", std::strerror(errno)};
  return hash.finish();
}

}  // namespace

Result<ModelFile> open_model_file(const domain::Model& model) {
  if (model.file.empty()) return ModelFile{};
  FileDescriptor file(::open(model.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) return unavailable(model, "cannot be opened: " + std::string(std::strerror(errno)));
  if (!S_ISREG(about.st_mode)) return unavailable(model, "is not a regular file");
  Result<std::string> hash = hash_of(file.get());
  if (!hash) return unavailable(model, "cannot be read: " + hash.error().message);
  if (*hash != model.file_hash) {
    return unavailable(model, "has changed since it was added; add it again");
  }
  return ModelFile{std::move(file), about.st_size};
}

}  // namespace darkroom::runner
