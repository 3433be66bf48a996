#include "models/durable_files.h"

#include "base/durable.h"
#include "base/file_descriptor.h"
#include "base/id.h"
#include "base/write_all.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace darkroom::models {
namespace {

[[noreturn]] void fail(const std::string& doing) { throw std::runtime_error(doing + ": " + std::strerror(errno)); }

}  // namespace

void write_durably(const std::string& path, std::string_view text) {
  std::string aside = path + "." + random_base62(10);
  FileDescriptor file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) fail("cannot write " + aside);
  try {
    if (!write_all(file.get(), text)) fail("cannot write " + aside);
    sync_file(file.get(), aside);
    if (::rename(aside.c_str(), path.c_str()) != 0) fail("cannot make " + path);
  } catch (...) {
    ::unlink(aside.c_str());
    throw;
  }
  sync_folder(std::filesystem::path(path).parent_path());
}

std::optional<std::string> read_text(const std::string& path, std::size_t longest) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file) fail("cannot read " + path);
  std::string text;
  std::array<char, 16'384> part;
  ssize_t got;
  while ((got = ::read(file.get(), part.data(), part.size())) > 0 && text.size() <= longest) text.append(part.data(), static_cast<std::size_t>(got));
  if (got < 0) fail("cannot read " + path);
  return text.size() <= longest ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace darkroom::models
