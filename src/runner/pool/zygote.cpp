// When a process is started, replaced, left alone, and ended.
#include "runner/pool/zygote.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "runner/pool/memory_use.h"

#include <csignal>

namespace darkroom::runner {
namespace {

constexpr int kMostDeaths = 3;  // in a row, before the model is left alone for a while

}  // namespace

Zygote::Zygote(const PoolParts& parts, domain::Model model) : parts_(parts), model_(std::move(model)) {
  status_.model = model_.name;
  status_.version = model_.version;
}

// What hindered it a while ago may have passed: a trial that is asked for says how it stands now.
Result<void> Zygote::start_afresh(int call_off) {
  std::lock_guard lock(mutex_);
  pause_ = {};
  Result<void> started = start_locked(call_off);
  drop_if_done();  // retired just before
  return started;
}

Result<void> Zygote::start_locked(int call_off) {
  if (process_ && process_->is_alive()) return {};
  if (process_) drop_process({std::string(domain::code::model_unavailable), "The model's process keeps dying."});
  if (std::optional<Error> refusal = pause_.refusal(SteadyClock::now())) return *refusal;

  Started started = ZygoteProcess::start(parts_, model_, call_off);
  if (started.process) {
    pause_.worked();
    process_ = std::move(started.process);
    publish();
    return {};
  }
  if (started.error.code != kCalledOff) note_failure(started);
  return started.error;
}

void Zygote::note_failure(Started& failed) {
  log::error("model not loaded", {{"model", model_.name}, {"version", model_.version}, {"reason", failed.error.message}});
  pause_.failed(SteadyClock::now(), failed.error);
  if (retired_) return;
  std::lock_guard status_lock(status_mutex_);
  status_.error = failed.error;
  status_.candidates = std::move(failed.candidates);
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
    publish();
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
  publish();
  drop_if_done();
}

bool Zygote::is_current(const Child& child) const {
  std::lock_guard lock(status_mutex_);
  return generation_ == child.generation;
}

void Zygote::drop_if_done() {
  if (!retired_ || !process_ || process_->children() != 0) return;
  log::info("retired version ended", {{"model", model_.name}, {"version", model_.version}, {"pid", process_->process().pid()}});
  process_.reset();
  publish();
}

void Zygote::retire() {
  std::lock_guard lock(mutex_);
  retired_ = true;
  drop_if_done();
  std::lock_guard status_lock(status_mutex_);
  status_.error.reset();
  status_.candidates.clear();
}

bool Zygote::end_if_idle() {
  std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || !process_ || process_->children() != 0) return false;
  process_.reset();
  publish();
  return true;
}

SteadyClock::time_point Zygote::last_used() const {
  std::lock_guard lock(status_mutex_);
  return last_used_;
}

ZygoteStatus Zygote::status() const {
  std::lock_guard lock(status_mutex_);
  return status_;
}

std::int64_t Zygote::memory_bytes() const {
  std::unique_lock lock(status_mutex_);
  std::vector<int> family = family_;
  lock.unlock();
  return memory_of(family);
}

void Zygote::publish() {
  std::lock_guard lock(status_mutex_);
  status_.sandbox = process_ ? process_->sandbox() : "";
  status_.pid = process_ ? process_->process().pid() : 0;
  bool is_new = process_ && generation_ != process_->generation();
  if (is_new) {
    status_.error.reset();
    status_.candidates.clear();
    status_.report = process_->report();
  }
  family_ = process_ ? process_->family() : std::vector<int>{};
  generation_ = process_ ? process_->generation() : 0;
  last_used_ = SteadyClock::now();
}

}  // namespace darkroom::runner
