// The models that this process can run at this moment: the built-in ones, and of each model of the library the version that is current and passed its
// probe. All functions may be called from any thread.
#pragma once

#include "base/result.h"
#include "domain/model.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace darkroom::models {

inline constexpr const char* kDemoModel = "demo";
inline constexpr const char* kNullModel = "null";

// A model as it was at one moment: whoever holds it goes on with that version, whatever becomes of the catalogue.
using ModelPtr = std::shared_ptr<const domain::Model>;

struct CatalogueConfig {
  // For a look without a server, read once and without any probe: what lies in the models folder, and what is current in the library. A server leaves
  // both empty and has a Librarian.
  std::string folder;
  bool null_engine = false;  // the engine that only measures: present in test mode alone
  std::string library = "";
};

struct Unusable {
  std::string name;
  Error error;  // model_unavailable or model_ambiguous, with what is wrong and how to mend it
};

class Catalogue {
 public:
  explicit Catalogue(const CatalogueConfig& config);

  ModelPtr find(const std::string& name) const;  // none: there is no such model, or none of its versions can be used
  std::vector<ModelPtr> models() const;          // the built-in ones, then by name
  // Rises with every change of models(): who has made something of them (lanes, a row in the registry) makes it again when it differs.
  std::uint64_t generation() const { return generation_; }
  // Called after each change of models(), on the thread that made it: must be quick. One listener; an empty one removes it, and when that returns it
  // is not called any more.
  void on_change(std::function<void()> listener);

  // Whether jobs may be queued for it: it can be run, or is being tried and will probably be.
  bool is_known(const std::string& name) const;
  std::vector<std::string> known() const;
  // Models of which nothing can be used, and of which a newer version was refused.
  std::vector<Unusable> unusable() const;
  // "demo, yolox_nano": for messages.
  std::string names() const;

  // --- for the librarian ---
  void show(ModelPtr model);           // from now on this version, in place of another of its name
  void withdraw(const std::string& name);  // not run any more
  void set_pending(std::vector<std::string> names);
  void set_unusable(std::vector<Unusable> unusable);

 private:
  void changed();

  mutable std::mutex mutex_;  // of all below
  std::vector<ModelPtr> built_in_;
  std::map<std::string, ModelPtr> models_;
  std::vector<std::string> pending_;
  std::vector<Unusable> unusable_;
  std::atomic<std::uint64_t> generation_ = 1;
  std::mutex listener_mutex_;
  std::function<void()> listener_;
};

}  // namespace darkroom::models
