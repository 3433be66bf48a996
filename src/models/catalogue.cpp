#include "models/catalogue.h"

#include "base/hash.h"
#include "domain/error_codes.h"
#include "models/sidecar.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

namespace darkroom::models {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestModel = 4ULL * 1024 * 1024 * 1024;

domain::Model demo_detector() {
  domain::Model model;
  model.name = kDemoModel;
  model.engine = domain::EngineKind::opencv;
  model.version = "hog-haar-1";
  model.title = "demo detector";
  return model;
}

domain::Model null_model() {
  domain::Model model;
  model.name = kNullModel;
  model.engine = domain::EngineKind::null;
  model.version = "null-1";
  model.title = "null engine (finds nothing; for measuring)";
  return model;
}

bool is_model_name(const std::string& name) {
  auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; };
  return !name.empty() && name.size() <= 64 && name.front() != '.' && name.front() != '-' && name.front() != '_' && std::ranges::all_of(name, allowed);
}

Error unusable(const std::string& message) { return {std::string(domain::code::model_unavailable), message}; }

Result<std::string> content_hash(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return unusable("Cannot read " + file.string() + ". Check its permissions.");
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    hash.update(std::span(buffer.data(), static_cast<std::size_t>(stream.gcount())));
  }
  return hash.finish();
}

// One name a line, by class index; carriage returns and an empty last line do not count.
std::vector<std::string> read_labels(const fs::path& file) {
  std::vector<std::string> labels;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    labels.push_back(line);
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  return labels;
}

Result<domain::Model> read_model(const fs::path& folder) {
  domain::Model model;
  model.name = folder.filename().string();
  if (!is_model_name(model.name) || model.name == kDemoModel || model.name == kNullModel) {
    return unusable("A model's folder is named with a-z, 0-9, '_', '-' and '.', up to 64 characters, and not demo or null. Rename " + folder.string() + ".");
  }
  fs::path file = folder / "model.onnx";
  if (fs::file_size(file) > kLargestModel) return unusable(file.string() + " is larger than 4 GiB.");
  auto hash = content_hash(file);
  if (!hash) return hash.error();
  model.engine = domain::EngineKind::onnx;
  model.version = hash->substr(0, 12);
  model.file_hash = *hash;
  model.title = model.name;
  model.file = file.string();
  if (fs::exists(folder / "labels.txt")) model.labels = read_labels(folder / "labels.txt");
  if (fs::exists(folder / "model.toml")) {
    auto recipe = read_sidecar((folder / "model.toml").string());
    if (!recipe) return recipe.error();
    model.recipe = *recipe;
  }
  return model;
}

}  // namespace

Catalogue::Catalogue(const CatalogueConfig& config) {
  models_.push_back(std::make_shared<domain::Model>(demo_detector()));
  if (config.null_engine) models_.push_back(std::make_shared<domain::Model>(null_model()));
  if (!fs::is_directory(config.folder)) return;
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(config.folder)) {
    if (entry.is_directory() && fs::exists(entry.path() / "model.onnx")) folders.push_back(entry.path());
  }
  std::ranges::sort(folders);
  for (const fs::path& folder : folders) {
    auto model = read_model(folder);
    if (model) {
      models_.push_back(std::make_shared<domain::Model>(std::move(*model)));
    } else {
      unusable_.push_back({folder.filename().string(), model.error()});
    }
  }
}

ModelPtr Catalogue::find(const std::string& name) const {
  auto found = std::ranges::find(models_, name, [](const ModelPtr& model) { return model->name; });
  return found == models_.end() ? nullptr : *found;
}

std::string Catalogue::names() const {
  std::string names;
  for (const ModelPtr& model : models_) names += (names.empty() ? "" : ", ") + model->name;
  return names;
}

}  // namespace darkroom::models
