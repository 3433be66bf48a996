// When a process is started, replaced, left alone, and ended.
#include "runner/pool/zygote.h"

#include "base/log.h"
#include "domain/error_codes.h"

#include <csignal>

namespace darkroom::runner {
namespace {

constexpr int kMostDeaths = 3;  // in a row, before the model is left alone for a while

}  // namespace

Zygote::Zygote(const PoolParts& parts, domain::Model model) : parts_(parts), model_(std::move(model)) { status_.model = model_.name; }

Result<void> Zygote::start(int call_off) {
  std::lock_guard lock(mutex_);
  return start_locked(call_off);
}

Result<void> Zygote::start_locked(int call_off) {
  if (process_ && process_->is_alive()) return {};
  if (process_) drop_process({std::string(domain::code::model_unavailable), "The model's process keeps dying."});
  if (std::optional<Error> refusal = pause_.refusal(SteadyClock::now())) return *refusal;

  Result<std::unique_ptr<ZygoteProcess>> started = ZygoteProcess::start(parts_, model_, call_off);
  if (started) {
    pause_.worked();
    process_ = std::move(*started);
    publish();
    return {};
  }
  Error error = started.error();
  if (error.code != kCalledOff) {
    log::error("model not loaded", {{"model", model_.name}, {"reason", error.message}});
    pause_.failed(SteadyClock::now(), error);
    std::lock_guard status_lock(status_mutex_);
    status_.error = error;
  }
  return error;
}

void Zygote::drop_process(const Error& why) {
  log::warning("model's process replaced", {{"model", model_.name}, {"pid", process_->process().pid()}});
  process_.reset();
  publish();
  if (++deaths_ >= kMostDeaths) pause_.failed(SteadyClock::now(), why);
}

Result<Child> Zygote::fork(int call_off) {
  std::lock_guard lock(mutex_);
  Error error;
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (Result<void> started = start_locked(call_off); !started) return started.error();
    Result<Child> child = process_->fork();
    if (child) return child;
    error = child.error();
    drop_process(error);
  }
  return error;
}

std::optional<int> Zygote::exit_status(const Child& child) {
  std::lock_guard lock(mutex_);
  if (!process_ || process_->generation() != child.generation) return std::nullopt;
  std::optional<int> status = process_->exit_status(child.process.pid());
  // A zygote that is gone, or that reaps no more, takes its other children with it.
  if (!status) drop_process({std::string(domain::code::model_unavailable), "The model's process does not answer."});
  return status;
}

void Zygote::dismiss(Child child) {
  child.process.signal(SIGKILL);
  std::lock_guard lock(mutex_);
  if (!process_ || process_->generation() != child.generation) return;
  process_->forget(child.process.pid());
  if (retired_ && process_->children() == 0) {
    process_.reset();
    publish();
  }
}

bool Zygote::is_current(const Child& child) const {
  std::lock_guard lock(status_mutex_);
  return generation_ == child.generation;
}

void Zygote::retire() {
  std::lock_guard lock(mutex_);
  retired_ = true;
  if (process_ && process_->children() == 0) {
    process_.reset();
    publish();
  }
}

ZygoteStatus Zygote::status() const {
  std::lock_guard lock(status_mutex_);
  return status_;
}

void Zygote::publish() {
  std::lock_guard lock(status_mutex_);
  status_.sandbox = process_ ? process_->sandbox() : "";
  status_.pid = process_ ? process_->process().pid() : 0;
  if (process_) status_.error.reset();
  generation_ = process_ ? process_->generation() : 0;
}

}  // namespace darkroom::runner
