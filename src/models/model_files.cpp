#include "models/model_files.h"

#include "base/hash.h"
#include "domain/error_codes.h"
#include "models/catalogue.h"
#include "models/sidecar.h"

#include <algorithm>

namespace darkroom::models {
namespace {

constexpr std::size_t kVersionLength = 12;

Error unusable(const std::string& message) { return {std::string(domain::code::model_unavailable), message}; }

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Result<void> take_labels(domain::Model& model, const Sidecar& sidecar, const ModelFiles& files, const std::string& folder) {
  model.labels = sidecar.labels;
  if (!files.labels) return {};
  if (!sidecar.labels.empty()) return unusable(folder + " has labels.txt and labels in model.toml. Keep one of them.");
  auto labels = read_labels(*files.labels, folder + "/labels.txt");
  if (!labels) return labels.error();
  model.labels = std::move(*labels);
  return {};
}

}  // namespace

std::string_view file_name(FilePart part) {
  switch (part) {
    case FilePart::model: return "model.onnx";
    case FilePart::labels: return "labels.txt";
    case FilePart::sidecar: return "model.toml";
  }
  return "";
}

std::int64_t largest_bytes(FilePart part) {
  switch (part) {
    case FilePart::model: return std::int64_t{4} * 1024 * 1024 * 1024;
    case FilePart::labels: return 20 * 1024 * 1024;
    case FilePart::sidecar: return 256 * 1024;
  }
  return 0;
}

Result<void> check_model_name(std::string_view name) {
  auto inner = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; };
  bool first = !name.empty() && name.front() != '.' && name.front() != '-' && name.front() != '_';
  bool taken = name == kDemoModel || name == kNullModel;
  if (first && name.size() <= 64 && std::ranges::all_of(name, inner) && !taken) return {};
  return Error{std::string(domain::code::invalid_field),
               "A model's name has a-z, 0-9, '_', '-' and '.', begins with a letter or digit, has up to 64 characters, and is not demo or null."};
}

bool is_version(std::string_view text) { return text.size() == kVersionLength && is_hex(text); }

std::string version_of(const ModelFiles& files) {
  if (!files.labels && !files.sidecar) return files.sha256.substr(0, kVersionLength);
  std::string all;
  if (!files.sha256.empty()) all += "model " + files.sha256 + "\n";
  if (files.labels) all += "labels " + sha256_hex(*files.labels) + "\n";
  if (files.sidecar) all += "sidecar " + sha256_hex(*files.sidecar) + "\n";
  return sha256_hex(all).substr(0, kVersionLength);
}

Result<domain::Model> make_model(const std::string& name, const ModelFiles& files, const std::string& folder) {
  Sidecar sidecar;
  if (files.sidecar) {
    auto read = read_sidecar(*files.sidecar, folder + "/model.toml");
    if (!read) return read.error();
    sidecar = std::move(*read);
  }
  bool remote = sidecar.engine == domain::EngineKind::http;
  if (remote && !files.path.empty()) {
    return unusable(folder + "/model.toml says engine = \"http\", which needs no model.onnx. Remove one of the two.");
  }
  if (!remote && files.path.empty()) return unusable(folder + " has no model.onnx. Only a model.toml with engine = \"http\" stands alone.");
  domain::Model model;
  model.name = name;
  model.engine = sidecar.engine;
  model.version = version_of(files);
  model.title = sidecar.title.empty() ? name : sidecar.title;
  model.file = files.path;
  model.file_hash = files.sha256;
  model.licence = sidecar.licence;
  model.recipe = sidecar.recipe;
  model.remote = sidecar.remote;
  if (auto labels = take_labels(model, sidecar, files, folder); !labels) return labels.error();
  return model;
}

}  // namespace darkroom::models
