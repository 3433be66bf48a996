// The pool's zygotes, one for each model and version that has been asked for, and what they share.
#pragma once

#include "runner/pool/pool.h"
#include "runner/pool/zygote.h"

#include <memory>
#include <mutex>
#include <vector>

namespace darkroom::runner {

struct Zygotes::State {
  explicit State(PoolConfig configuration);  // throws when the user to run as does not exist

  // Another version of the same model is retired. The zygote stays as long as the pool.
  Zygote& zygote_for(const domain::Model& model);

  const PoolConfig config;
  const Account account;
  Spawner spawner;
  std::mutex mutex;  // of the list
  std::vector<std::unique_ptr<Zygote>> zygotes;
};

}  // namespace darkroom::runner
