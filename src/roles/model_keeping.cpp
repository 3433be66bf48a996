#include "roles/model_keeping.h"

#include "roles/version.h"

#include <filesystem>

namespace darkroom::roles {
namespace {

constexpr Duration kRoundPeriod = std::chrono::seconds(2);

// A service cannot be tried without a photo: it is believed, and its first job tells.
models::Trial try_out(runner::Zygotes& zygotes, const domain::Model& model) {
  if (model.engine == domain::EngineKind::http) return {};
  runner::ZygoteStatus status = zygotes.warm_up(model);
  return {std::move(status.error), std::move(status.candidates), std::move(status.report)};
}

}  // namespace

std::string model_runtime(const config::Config& config) {
  const std::string& runner = config.runner.runner_path;
  std::error_code missing;
  auto size = std::filesystem::file_size(runner, missing);
  if (missing) return kVersion;
  auto made = std::filesystem::last_write_time(runner, missing).time_since_epoch().count();
  return std::string(kVersion) + " " + std::to_string(size) + " " + std::to_string(made);
}

ModelKeeping::ModelKeeping(Ground& ground, Working* working) : ground_(ground), working_(working) {
  if (working) {
    runner::Zygotes& zygotes = working->zygotes();
    ground_.librarian.start([&zygotes](const domain::Model& model) { return try_out(zygotes, model); },
                            [&zygotes](const std::string& model, const std::string& version) { zygotes.retire(model, version); });
    ground_.catalogue.on_change([working] { working->worker().wake(); });
  }
  rounds_ = std::make_unique<Loop>("models", [this] {
    ground_.librarian.look();
    return kRoundPeriod;
  });
}

ModelKeeping::~ModelKeeping() { stop(); }

void ModelKeeping::stop() {
  if (working_) working_->zygotes().stop();
  rounds_->stop();
  ground_.catalogue.on_change(nullptr);
  ground_.librarian.stop();
}

}  // namespace darkroom::roles
