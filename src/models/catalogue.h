// The models that this machine has: the built-in demo detector, and one for each folder NAME with a model.onnx in the models folder.
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <memory>
#include <string>
#include <vector>

namespace darkroom::models {

inline constexpr const char* kDemoModel = "demo";
inline constexpr const char* kNullModel = "null";

// A model as it was at one moment: whoever holds it goes on with that version, whatever becomes of the catalogue.
using ModelPtr = std::shared_ptr<const domain::Model>;

struct CatalogueConfig {
  std::string folder;        // NAME/model.onnx, NAME/labels.txt, NAME/model.toml; a folder that does not exist holds no model
  bool null_engine = false;  // the engine that only measures: present in test mode alone
};

struct Unusable {
  std::string name;
  Error error;  // model_unavailable, with what is wrong and how to mend it
};

class Catalogue {
 public:
  // Reads the folder once. Half of a model (a bad sidecar, an unreadable file) is listed as unusable and hinders no other.
  explicit Catalogue(const CatalogueConfig& config);

  ModelPtr find(const std::string& name) const;  // none: there is no such model
  const std::vector<ModelPtr>& models() const { return models_; }
  const std::vector<Unusable>& unusable() const { return unusable_; }
  // "demo, yolox_nano": for messages.
  std::string names() const;

 private:
  std::vector<ModelPtr> models_;
  std::vector<Unusable> unusable_;
};

}  // namespace darkroom::models
