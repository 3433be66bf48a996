// The list of zygotes, and whom they run as.
#include "runner/pool/zygotes_state.h"

#include "base/log.h"
#include "domain/error_codes.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
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

Zygote* Zygotes::State::find(const std::string& model, const std::string& version) {
  auto is_it = [&](const auto& zygote) { return zygote->model().name == model && zygote->model().version == version; };
  auto found = std::ranges::find_if(zygotes_, is_it);
  return found == zygotes_.end() ? nullptr : found->get();
}

Zygote& Zygotes::State::zygote_for(const domain::Model& model, Part part) {
  std::lock_guard lock(mutex_);
  std::pair<std::string, std::string> key(model.name, model.version);
  if (part == Part::active) retired_.erase(key);
  Zygote* zygote = find(model.name, model.version);
  if (zygote == nullptr) {
    zygote = zygotes_.emplace_back(std::make_unique<Zygote>(PoolParts{config, account, spawner}, model)).get();
    if (retired_.contains(key)) zygote->retire();
  }
  if (part == Part::active) zygote->revive();
  return *zygote;
}

void Zygotes::State::retire(const std::string& model, const std::string& version) {
  Zygote* zygote = nullptr;
  {
    std::lock_guard lock(mutex_);
    retired_.emplace(model, version);
    zygote = find(model, version);
  }
  if (zygote != nullptr) zygote->retire();
}

std::vector<Zygote*> Zygotes::State::all() {
  std::lock_guard lock(mutex_);
  std::vector<Zygote*> all;
  for (const std::unique_ptr<Zygote>& zygote : zygotes_) all.push_back(zygote.get());
  return all;
}

Zygotes::Zygotes(PoolConfig config) : state_(std::make_unique<State>(std::move(config))) {}

Zygotes::~Zygotes() = default;

ZygoteStatus Zygotes::warm_up(const domain::Model& model) {
  Zygote& zygote = state_->zygote_for(model, Part::active);
  Result<void> started = zygote.start_afresh(state_->stopping.descriptor());
  ZygoteStatus status = zygote.status();
  if (!started) status.error = started.error().code == kCalledOff ? Error{std::string(domain::code::unavailable), "The server is stopping."} : started.error();
  return status;
}

void Zygotes::stop() { state_->stopping.request(); }

void Zygotes::retire(const std::string& model, const std::string& version) { state_->retire(model, version); }

std::vector<ZygoteStatus> Zygotes::status() const {
  std::vector<ZygoteStatus> all;
  for (const Zygote* zygote : state_->all()) {
    if (ZygoteStatus status = zygote->status(); status.pid != 0 || status.error) all.push_back(std::move(status));
  }
  return all;
}

std::int64_t Zygotes::memory_bytes() const {
  std::int64_t sum = 0;
  for (const Zygote* zygote : state_->all()) sum += zygote->memory_bytes();
  return sum;
}

int Zygotes::trim(std::int64_t budget_bytes, const std::string& kept_model) {
  struct Use {
    Zygote* zygote;
    std::int64_t bytes;
    SteadyClock::time_point last;
  };
  std::vector<Use> uses;
  std::int64_t sum = 0;
  for (Zygote* zygote : state_->all()) {
    Use& use = uses.emplace_back(Use{zygote, zygote->memory_bytes(), zygote->last_used()});
    sum += use.bytes;
  }
  std::ranges::sort(uses, {}, &Use::last);
  int ended = 0;
  for (const Use& use : uses) {
    if (sum <= budget_bytes) break;
    if (use.zygote->model().name == kept_model || !use.zygote->end_if_idle()) continue;
    log::info("idle model's process ended", {{"model", use.zygote->model().name}, {"version", use.zygote->model().version}, {"bytes", use.bytes}});
    sum -= use.bytes;
    ++ended;
  }
  state_->tight = budget_bytes > 0 && sum > budget_bytes;
  return ended;
}

bool Zygotes::is_tight() const { return state_->tight; }

}  // namespace darkroom::runner
