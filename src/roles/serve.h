// `darkroom serve`, `web` and `worker`: one process in the foreground, until SIGTERM or SIGINT.
#pragma once

#include "config/config.h"
#include "roles/ground.h"

namespace darkroom::roles {

// Returns the exit status: 0 after a drain, 1 when it could not start (the reason is on standard error).
int serve(const config::Loaded& loaded, Role role);

}  // namespace darkroom::roles
