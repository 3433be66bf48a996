// The null engine is built in; the others come out of their modules.
#include "base/module_path.h"
#include "inference/engine_module.h"
#include "inference/null_engine.h"

#include <dlfcn.h>

#include <filesystem>
#include <stdexcept>

namespace darkroom::inference {
namespace {

std::unique_ptr<Engine> make_from_module(const domain::Model& model) {
  std::filesystem::path path = module_path("libdarkroom_engine_" + std::string(domain::to_string(model.engine)) + ".so");
  // Never closed: the engine's code has to stay as long as the process.
  void* module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) throw std::runtime_error(::dlerror());
  auto entry = reinterpret_cast<ModuleEntry>(::dlsym(module, kModuleEntry));
  Engine* engine = entry == nullptr ? nullptr : entry(model);
  if (engine == nullptr) throw std::runtime_error(path.string() + " gives no engine");
  return std::unique_ptr<Engine>(engine);
}

}  // namespace

std::unique_ptr<Engine> make_engine(const domain::Model& model) {
  switch (model.engine) {
    case domain::EngineKind::null: return std::make_unique<NullEngine>();
    case domain::EngineKind::onnx:
    case domain::EngineKind::opencv: return make_from_module(model);
    case domain::EngineKind::preview: return std::make_unique<NullEngine>();
    case domain::EngineKind::http: throw std::logic_error("a model of engine http runs in no runner");
  }
  throw std::logic_error("an engine that is not in the enumeration");
}

}  // namespace darkroom::inference
