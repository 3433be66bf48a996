#include "models/drop_folder.h"

#include "domain/error_codes.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace darkroom::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModelEnding = ".onnx";

std::chrono::nanoseconds since_epoch(const timespec& time) { return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec); }

// Adds the file if it is there.
void add(Drop& drop, FilePart part, const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return;
  drop.files[part] = path;
  auto modified = since_epoch(about.st_mtim), changed = since_epoch(about.st_ctim);
  drop.changed = std::max({drop.changed, modified, changed});
  drop.fingerprint += std::string(file_name(part)) + " " + std::to_string(about.st_size) + " " + std::to_string(modified.count()) + "\n";
}

// A folder is a model when it has a file of one, or a sidecar that may stand for one.
std::optional<Drop> drop_of(const fs::path& path) {
  Drop drop{.name = path.filename(), .place = path};
  if (fs::is_directory(path)) {
    for (FilePart part : kFileParts) add(drop, part, path / file_name(part));
    if (!drop.files.contains(FilePart::model) && !drop.files.contains(FilePart::sidecar)) return std::nullopt;
    return drop;
  }
  if (path.extension() != kModelEnding) return std::nullopt;
  drop.name = path.stem();
  add(drop, FilePart::model, path);
  return drop.files.empty() ? std::nullopt : std::optional(drop);
}

WrongDrop wrong(const std::string& name, const std::string& message) { return {name, {std::string(domain::code::model_unavailable), message}}; }

}  // namespace

DropFolder look_at(const std::string& folder) {
  DropFolder found;
  std::error_code gone;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, gone)) {
    if (!entry.path().filename().string().starts_with(".")) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  for (const fs::path& path : paths) {
    auto drop = drop_of(path);
    if (!drop) continue;
    if (auto name = check_model_name(drop->name); !name) {
      found.wrong.push_back(wrong(drop->name, path.string() + " cannot be used: " + name.error().message + " Rename it."));
    } else if (std::ranges::find(found.drops, drop->name, &Drop::name) != found.drops.end()) {
      found.wrong.push_back(
          wrong(drop->name, path.string() + " is not used: the model '" + drop->name + "' is there as a folder, too. Remove one of the two."));
    } else {
      found.drops.push_back(std::move(*drop));
    }
  }
  return found;
}

}  // namespace darkroom::models
