// The pool's zygotes, one for each model and version that has been asked for, and what they share.
#pragma once

#include "runner/pool/call_off.h"
#include "runner/pool/pool.h"
#include "runner/pool/zygote.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace darkroom::runner {

enum class Part { as_it_is, active };  // active: a retired version takes part again

struct Zygotes::State {
  explicit State(PoolConfig configuration);  // throws when the user to run as does not exist

  // The zygote stays as long as the pool.
  Zygote& zygote_for(const domain::Model& model, Part part = Part::as_it_is);
  void retire(const std::string& model, const std::string& version);
  std::vector<Zygote*> all();

  const PoolConfig config;
  const Account account;
  Spawner spawner;
  CallOff stopping;                // of every trial, from stop() on
  std::atomic<bool> tight = false;  // more memory than allowed was in use at the last look

 private:
  Zygote* find(const std::string& model, const std::string& version);

  std::mutex mutex_;  // of the list and the set
  std::vector<std::unique_ptr<Zygote>> zygotes_;
  std::set<std::pair<std::string, std::string>> retired_;  // model, version; also those that never ran here
};

}  // namespace darkroom::runner
