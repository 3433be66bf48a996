#include "models/catalogue.h"

#include "base/hash.h"
#include "domain/error_codes.h"
#include "models/drop_folder.h"
#include "models/durable_files.h"
#include "models/library.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace darkroom::models {
namespace {

domain::Model built_in(const char* name, domain::EngineKind engine, const char* version, const char* title) {
  domain::Model model;
  model.name = name;
  model.engine = engine;
  model.version = version;
  model.title = title;
  return model;
}

std::string sha256_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    hash.update(std::span(buffer.data(), static_cast<std::size_t>(stream.gcount())));
  }
  return hash.finish();
}

// As it lies in the models folder.
Result<domain::Model> model_from(const Drop& drop) {
  auto text = [&](FilePart part) -> std::optional<std::string> {
    auto file = drop.files.find(part);
    return file == drop.files.end() ? std::nullopt : read_text(file->second, static_cast<std::size_t>(largest_bytes(part)));
  };
  ModelFiles files{.labels = text(FilePart::labels), .sidecar = text(FilePart::sidecar)};
  if (auto file = drop.files.find(FilePart::model); file != drop.files.end()) {
    files.path = file->second;
    files.sha256 = sha256_of(file->second);
  }
  return make_model(drop.name, files, drop.place);
}

}  // namespace

Catalogue::Catalogue(const CatalogueConfig& config) {
  built_in_.push_back(std::make_shared<domain::Model>(built_in(kDemoModel, domain::EngineKind::opencv, "hog-haar-1", "demo detector")));
  if (config.null_engine) {
    built_in_.push_back(
        std::make_shared<domain::Model>(built_in(kNullModel, domain::EngineKind::null, "null-1", "null engine (finds nothing; for measuring)")));
  }
  auto take = [this](const std::string& name, Result<domain::Model> model) {
    if (model) {
      models_[name] = std::make_shared<domain::Model>(std::move(*model));
    } else {
      unusable_.push_back({name, model.error()});
    }
  };
  if (!config.library.empty()) {
    Library library(config.library);
    for (const std::string& name : library.names()) {
      if (auto current = library.current(name)) take(name, library.read(name, *current));
    }
  }
  if (config.folder.empty()) return;
  DropFolder folder = look_at(config.folder);
  for (const Drop& drop : folder.drops) {
    if (!models_.contains(drop.name)) take(drop.name, model_from(drop));
  }
  for (const WrongDrop& wrong : folder.wrong) unusable_.push_back({wrong.name, wrong.error});
  std::ranges::stable_sort(unusable_, {}, &Unusable::name);
}

ModelPtr Catalogue::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto built_in = std::ranges::find(built_in_, name, [](const ModelPtr& model) { return model->name; });
  if (built_in != built_in_.end()) return *built_in;
  auto found = models_.find(name);
  return found == models_.end() ? nullptr : found->second;
}

std::vector<ModelPtr> Catalogue::models() const {
  std::lock_guard lock(mutex_);
  std::vector<ModelPtr> all = built_in_;
  for (const auto& [name, model] : models_) all.push_back(model);
  return all;
}

void Catalogue::on_change(std::function<void()> listener) {
  std::lock_guard lock(listener_mutex_);
  listener_ = std::move(listener);
}

bool Catalogue::is_known(const std::string& name) const {
  if (find(name)) return true;
  std::lock_guard lock(mutex_);
  return std::ranges::find(pending_, name) != pending_.end();
}

std::vector<std::string> Catalogue::known() const {
  std::vector<std::string> names;
  for (const ModelPtr& model : models()) names.push_back(model->name);
  std::lock_guard lock(mutex_);
  names.insert(names.end(), pending_.begin(), pending_.end());
  return names;
}

std::vector<Unusable> Catalogue::unusable() const {
  std::lock_guard lock(mutex_);
  return unusable_;
}

std::string Catalogue::names() const {
  std::string names;
  for (const ModelPtr& model : models()) names += (names.empty() ? "" : ", ") + model->name;
  return names;
}

void Catalogue::show(ModelPtr model) {
  {
    std::lock_guard lock(mutex_);
    models_[model->name] = model;
  }
  changed();
}

void Catalogue::withdraw(const std::string& name) {
  {
    std::lock_guard lock(mutex_);
    if (models_.erase(name) == 0) return;
  }
  changed();
}

void Catalogue::set_pending(std::vector<std::string> names) {
  std::lock_guard lock(mutex_);
  pending_ = std::move(names);
}

void Catalogue::set_unusable(std::vector<Unusable> unusable) {
  std::lock_guard lock(mutex_);
  unusable_ = std::move(unusable);
}

void Catalogue::changed() {
  ++generation_;
  std::lock_guard lock(listener_mutex_);
  if (listener_) listener_();
}

}  // namespace darkroom::models
