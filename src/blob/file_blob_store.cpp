#include "blob/file_blob_store.h"

#include "base/clock.h"
#include "base/durable.h"
#include "base/fail_point.h"
#include "base/id.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace darkroom::blob {
namespace {

[[noreturn]] void fail(const std::string& doing) { throw std::runtime_error(doing + ": " + std::strerror(errno)); }

void remove_leftovers(const std::string& incoming, FileBlobStore::Leftovers which) {
  auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(24);
  for (const auto& left : std::filesystem::directory_iterator(incoming)) {
    std::error_code gone;  // another process may be tidying too
    if (which == FileBlobStore::Leftovers::all || left.last_write_time(gone) < old) std::filesystem::remove(left.path(), gone);
  }
}

// Tried, since no question to the system tells it: both steps need the file system, the second one /proc.
StagedBlob::Name name_of_staged(const std::string& incoming) {
  if (!FileDescriptor(::open(incoming.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600))) return StagedBlob::Name::at_once;
  StagedBlob tried(incoming, StagedBlob::Name::later);
  return tried.take_name() ? StagedBlob::Name::later : StagedBlob::Name::at_once;
}

// Whoever comes first makes it, whole or not at all; all read what is there then.
std::string folder_id(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    std::string aside = path + "." + random_base62(12);
    std::ofstream(aside) << make_uuid_v7(SystemClock().now()) << "\n";
    FileDescriptor file(::open(aside.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) fail("cannot write " + aside);
    sync_file(file.get(), aside);
    if (::link(aside.c_str(), path.c_str()) != 0 && errno != EEXIST) fail("cannot make " + path);
    ::unlink(aside.c_str());
  }
  std::string id;
  std::ifstream file(path);
  std::getline(file, id);
  if (!is_uuid(id)) throw std::runtime_error(path + " does not hold the id of a photo folder. Put back what was there, or remove the file to get a new id.");
  return id;
}

}  // namespace

FileBlobStore::FileBlobStore(std::string folder, Leftovers leftovers, std::optional<StagedBlob::Name> staged)
    : folder_(std::move(folder)), incoming_(folder_ + "/incoming") {
  std::filesystem::create_directories(incoming_);
  remove_leftovers(incoming_, leftovers);
  staged_ = staged ? *staged : name_of_staged(incoming_);
  // All 256 folders are made once, so that keep() has one folder to sync and not two.
  static constexpr char kDigits[] = "0123456789abcdef";
  for (int i = 0; i < 256; ++i) {
    std::string path = folder_ + "/" + kDigits[i / 16] + kDigits[i % 16];
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the folder " + path);
  }
  id_ = folder_id(folder_ + "/store.id");
  sync_folder(folder_);
}

std::string FileBlobStore::folder_of(std::string_view sha256) const { return folder_ + "/" + std::string(sha256.substr(0, 2)); }
std::string FileBlobStore::path_of(std::string_view sha256) const { return folder_of(sha256) + "/" + std::string(sha256); }

std::unique_ptr<StagedBlob> FileBlobStore::stage() { return std::make_unique<StagedBlob>(incoming_, staged_); }

void FileBlobStore::keep(StagedBlob& staged) {
  const std::string& sha256 = staged.sha256();
  fail_point("K3");
  sync_file(staged.fd(), "the upload of " + path_of(sha256));
  fail_point("K4");
  if (!staged.take_name()) fail("cannot name an uploaded photo in " + incoming_);
  // A link and not a rename: the staged name stays for confirm(). An equal file that is there already is as good.
  if (::link(staged.path().c_str(), path_of(sha256).c_str()) != 0 && errno != EEXIST) fail("cannot store the photo as " + path_of(sha256));
  fail_point("K5");
  sync_folder(folder_of(sha256));
}

void FileBlobStore::confirm(StagedBlob& staged) {
  if (::access(path_of(staged.sha256()).c_str(), F_OK) != 0) keep(staged);
}

std::optional<FileDescriptor> FileBlobStore::open(std::string_view sha256) {
  FileDescriptor file(::open(path_of(sha256).c_str(), O_RDONLY | O_CLOEXEC));
  if (file) return file;
  if (errno == ENOENT) return std::nullopt;
  fail("cannot open " + path_of(sha256));
}

void FileBlobStore::remove(std::string_view sha256) {
  if (::unlink(path_of(sha256).c_str()) != 0 && errno != ENOENT) fail("cannot remove " + path_of(sha256));
}

std::int64_t FileBlobStore::free_bytes() const {
  struct statvfs space{};
  if (::statvfs(folder_.c_str(), &space) != 0) fail("cannot ask for the free space of " + folder_);
  return static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
}

}  // namespace darkroom::blob
