// The list of zygotes, and whom they run as.
#include "runner/pool/zygotes_state.h"

#include <pwd.h>
#include <unistd.h>

#include <stdexcept>

namespace darkroom::runner {
namespace {

constexpr const char* kUnprivileged = "nobody";

Account find_account(const PoolConfig& config) {
  if (::geteuid() != 0) return {};
  std::string name = config.run_as.empty() ? kUnprivileged : config.run_as;
  std::vector<char> buffer(16'384);
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    throw std::runtime_error("runners shall run as the user '" + name + "', who does not exist on this machine");
  }
  return Account{entry.pw_uid, entry.pw_gid, name};
}

}  // namespace

Zygotes::State::State(PoolConfig configuration)
    : config(std::move(configuration)), account(find_account(config)), spawner(config.runner_path) {}

Zygote& Zygotes::State::zygote_for(const domain::Model& model) {
  std::lock_guard lock(mutex);
  for (const std::unique_ptr<Zygote>& zygote : zygotes) {
    if (zygote->model().name == model.name && zygote->model().version == model.version) return *zygote;
  }
  for (const std::unique_ptr<Zygote>& zygote : zygotes) {
    if (zygote->model().name == model.name) zygote->retire();
  }
  return *zygotes.emplace_back(std::make_unique<Zygote>(PoolParts{config, account, spawner}, model));
}

Zygotes::Zygotes(PoolConfig config) : state_(std::make_unique<State>(std::move(config))) {}

Zygotes::~Zygotes() = default;

ZygoteStatus Zygotes::warm_up(const domain::Model& model) {
  Zygote& zygote = state_->zygote_for(model);
  Result<void> started = zygote.start(-1);
  ZygoteStatus status = zygote.status();
  if (!started) status.error = started.error();
  return status;
}

std::vector<ZygoteStatus> Zygotes::status() const {
  std::lock_guard lock(state_->mutex);
  std::vector<ZygoteStatus> all;
  for (const std::unique_ptr<Zygote>& zygote : state_->zygotes) {
    if (ZygoteStatus status = zygote->status(); status.pid != 0 || status.error) all.push_back(std::move(status));
  }
  return all;
}

}  // namespace darkroom::runner
