#include "views/picture_files.h"

#include "base/file_descriptor.h"
#include "base/id.h"
#include "base/log.h"
#include "base/write_all.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace darkroom::views {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHashLength = 64;
constexpr std::string_view kAside = ".part";
constexpr std::time_t kUseIsNotedEvery = 3600;  // seconds: a use is written to the disk no more often, so that looking at pictures does not write
constexpr std::chrono::hours kAsideIsLeftAfter{1};
constexpr std::size_t kMostWaiting = 64;  // pictures to be written: as many times some ten kilobytes

// A file that a power cut left is empty, short or zeros.
bool is_whole(std::string_view jpeg) { return jpeg.starts_with("\xff\xd8\xff") && jpeg.ends_with("\xff\xd9"); }

bool is_picture(std::string_view name) { return name.size() > kHashLength && name.ends_with(".jpg"); }

FileDescriptor create(const std::string& path) { return FileDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)); }

std::optional<std::string> read_all(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    ssize_t got = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

}  // namespace

std::string thumbnail_name(std::string_view sha256) { return std::string(sha256) + ".t.jpg"; }
std::string preview_name(std::string_view sha256) { return std::string(sha256) + ".p.jpg"; }
std::string overlay_name(std::string_view sha256, std::string_view key) { return std::string(sha256) + ".o-" + std::string(key) + ".jpg"; }

PictureFiles::PictureFiles(PictureFilesConfig config, StillWanted still_wanted) : config_(std::move(config)), still_wanted_(std::move(still_wanted)) {
  std::error_code error;
  fs::create_directories(config_.folder, error);
  if (error) throw std::runtime_error("cannot make the folder " + config_.folder + ": " + error.message());
  count_folder();
  make_room();
  writer_ = std::jthread([this](std::stop_token stop) { write_waiting(stop); });
}

// Oldest use first, as far as the disk tells. What a killed process left half written goes.
void PictureFiles::count_folder() {
  std::vector<std::pair<fs::file_time_type, Entry>> found;
  auto left_before = fs::file_time_type::clock::now() - kAsideIsLeftAfter;
  std::error_code gone;  // another process may be tidying too
  for (const auto& entry : fs::recursive_directory_iterator(config_.folder, gone)) {
    std::string name = entry.path().filename();
    auto used = entry.last_write_time(gone);
    if (gone || !entry.is_regular_file(gone)) continue;
    if (name.ends_with(kAside) && used < left_before) fs::remove(entry.path(), gone);
    if (is_picture(name)) found.push_back({used, {name, static_cast<std::int64_t>(entry.file_size(gone))}});
  }
  std::ranges::sort(found, {}, [](const auto& file) { return file.first; });
  for (auto& [used, entry] : found) note(entry.name, entry.size);
}

std::string PictureFiles::path_of(std::string_view name) const {
  return config_.folder + "/" + std::string(name.substr(0, 2)) + "/" + std::string(name);
}

void PictureFiles::note(const std::string& name, std::int64_t size) {
  drop(name);
  by_name_[name] = entries_.insert(entries_.end(), {name, size});
  bytes_ += size;
}

void PictureFiles::drop(const std::string& name) {
  auto found = by_name_.find(name);
  if (found == by_name_.end()) return;
  bytes_ -= found->second->size;
  entries_.erase(found->second);
  by_name_.erase(found);
}

void PictureFiles::make_room() {
  while (bytes_ > config_.budget && !entries_.empty()) {
    std::string oldest = entries_.front().name;
    if (::unlink(path_of(oldest).c_str()) != 0 && errno != ENOENT) {
      log::warning("a picture cannot be removed", {{"picture", oldest}, {"cause", std::strerror(errno)}});
    }
    drop(oldest);
  }
}

std::optional<std::string> PictureFiles::find(const std::string& name) {
  FileDescriptor file(::open(path_of(name).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  std::optional<std::string> bytes;
  if (file && ::fstat(file.get(), &status) == 0) bytes = read_all(file.get(), static_cast<std::size_t>(status.st_size));
  std::lock_guard lock(mutex_);
  if (bytes && !is_whole(*bytes)) {
    log::warning("a picture is damaged and is made again", {{"picture", name}});
    ::unlink(path_of(name).c_str());
    bytes.reset();
  }
  if (!bytes) {
    for (const auto& [waiting, jpeg] : waiting_) {
      if (waiting == name) return jpeg;
    }
    drop(name);
    return std::nullopt;
  }
  if (std::time(nullptr) - status.st_mtim.tv_sec > kUseIsNotedEvery) ::futimens(file.get(), nullptr);
  note(name, status.st_size);
  return bytes;
}

bool PictureFiles::contains(const std::string& name) {
  if (::access(path_of(name).c_str(), F_OK) == 0) return true;
  std::lock_guard lock(mutex_);
  return std::ranges::find(waiting_, name, &std::pair<std::string, std::string>::first) != waiting_.end();
}

bool PictureFiles::keep(const std::string& name, std::string_view jpeg) {
  if (!is_picture(name) || !is_whole(jpeg)) {
    log::warning("a picture is no JPEG and was not kept", {{"picture", name}});
    return false;
  }
  std::string path = path_of(name), aside = path + "." + random_base62(12) + std::string(kAside);
  FileDescriptor file = create(aside);
  if (!file && errno == ENOENT && (::mkdir(path.substr(0, path.rfind('/')).c_str(), 0700) == 0 || errno == EEXIST)) file = create(aside);
  if (!file || !write_all(file.get(), jpeg) || ::rename(aside.c_str(), path.c_str()) != 0) {
    log::warning("a picture cannot be kept", {{"picture", name}, {"cause", std::strerror(errno)}});
    ::unlink(aside.c_str());
    return false;
  }
  {
    std::lock_guard lock(mutex_);
    note(name, static_cast<std::int64_t>(jpeg.size()));
    make_room();
  }
  if (is_still_wanted(name.substr(0, kHashLength))) return true;
  remove_all_of(name.substr(0, kHashLength));
  return false;
}

// A photo that cannot be looked for at the moment may be there: the picture stays, and the sweep tells later.
bool PictureFiles::is_still_wanted(const std::string& sha256) const {
  try {
    return !still_wanted_ || still_wanted_(sha256);
  } catch (const std::exception& error) {
    log::warning("a picture is kept without knowing whether its photo is there", {{"photo", sha256}, {"cause", error.what()}});
    return true;
  }
}

void PictureFiles::keep_soon(const std::string& name, std::string jpeg) {
  {
    std::lock_guard lock(mutex_);
    if (waiting_.size() < kMostWaiting) {
      waiting_.emplace_back(name, std::move(jpeg));
      arrived_.notify_one();
      return;
    }
  }
  keep(name, jpeg);
}

// A picture stays among those that wait until it is in its file, so that find() has it all the time. What still waits at the end is made again when asked for.
void PictureFiles::write_waiting(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (arrived_.wait(lock, stop, [this] { return !waiting_.empty(); }) && !stop.stop_requested()) {
    auto [name, jpeg] = waiting_.front();
    lock.unlock();
    keep(name, jpeg);
    lock.lock();
    if (!waiting_.empty() && waiting_.front().first == name) waiting_.pop_front();
  }
}

void PictureFiles::remove_all_of(std::string_view sha256) {
  std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const auto& picture) { return picture.first.starts_with(sha256); });
  std::error_code none;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(config_.folder + "/" + std::string(sha256.substr(0, 2)), none)) {
    std::string name = entry.path().filename();
    if (is_picture(name) && name.starts_with(sha256)) names.push_back(std::move(name));
  }
  for (const std::string& name : names) {
    ::unlink(path_of(name).c_str());
    drop(name);
  }
}

std::vector<std::string> PictureFiles::contents_after(std::string_view after, std::size_t most) const {
  std::set<std::string> contents;
  std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    std::string content = entry.name.substr(0, kHashLength);
    if (content <= after) continue;
    contents.insert(std::move(content));
    if (contents.size() > most) contents.erase(std::prev(contents.end()));
  }
  return {contents.begin(), contents.end()};
}

std::int64_t PictureFiles::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace darkroom::views
