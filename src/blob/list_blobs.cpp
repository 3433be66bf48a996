// Going through the folders of a file blob store: for the sweep of what no image has.
#include "blob/file_blob_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace darkroom::blob {
namespace {

constexpr std::size_t kNameLength = 64;

// None when the file has gone in between.
std::optional<Time> modified_at(const std::string& path) {
  struct stat file{};
  if (::stat(path.c_str(), &file) == 0) return Time{std::chrono::seconds(file.st_mtim.tv_sec) + std::chrono::microseconds(file.st_mtim.tv_nsec / 1000)};
  if (errno == ENOENT) return std::nullopt;
  throw std::runtime_error("cannot look at " + path + ": " + std::strerror(errno));
}

std::vector<std::string> names_after(const std::string& folder, std::string_view after) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string name = entry.path().filename();
    if (name.size() == kNameLength && name > after) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

std::vector<StoredBlob> FileBlobStore::list(std::string_view after, int most) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<StoredBlob> page;
  for (std::size_t i = 0; i < 256; ++i) {
    std::string prefix = {kDigits[i / 16], kDigits[i % 16]};
    if (prefix < after.substr(0, 2)) continue;
    std::string folder = folder_of(prefix);
    for (std::string& name : names_after(folder, after)) {
      if (static_cast<int>(page.size()) == most) return page;
      if (auto modified = modified_at(folder + "/" + name)) page.push_back({std::move(name), *modified});
    }
  }
  return page;
}

int FileBlobStore::remove_stale_uploads(Time before) {
  int count = 0;
  for (const auto& left : std::filesystem::directory_iterator(incoming_)) {
    auto modified = modified_at(left.path());
    if (modified && *modified < before && std::filesystem::remove(left.path())) ++count;
  }
  return count;
}

}  // namespace darkroom::blob
