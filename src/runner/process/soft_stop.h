// The soft limit inside a runner: SIGUSR1 asks the engine to stop what it is doing.
#pragma once

#include "inference/engine.h"

namespace darkroom::runner::soft_stop {

// Installs the handler, once, before the wall; it outlives forks. The engine must stay alive.
void install(inference::Engine& engine);
// Forgets a request that came for an earlier job.
void clear();
bool requested();

}  // namespace darkroom::runner::soft_stop
