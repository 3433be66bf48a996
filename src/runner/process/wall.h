// The wall around untrusted bytes: what a runner may still do once it has opened what it needs. It is built in two steps, since the
// zygote has to fork and its children do not.
//
// Zygote: an unprivileged user when we are root, no_new_privs, an empty Landlock ruleset where the kernel has Landlock (no file, no TCP,
// no signal to the outside), then a seccomp allow-list whose violation kills the process: memory, the descriptors it already holds,
// fork of plain children, and nothing that opens, connects, executes, traces or makes memory executable.
// Child: besides, no fork, no prctl, no more filters, no signal but to itself.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>

namespace darkroom::runner {

struct WallRequest {
  std::int64_t uid = -1;  // to drop to; -1: stay
  std::int64_t gid = -1;
  std::string user;
  bool require_all = false;  // an error when a part is missing
};

// Returns what the wall is made of: "seccomp, landlock 7, uid nobody". Errors: model_unavailable, when a part is missing that is
// required, or the user could not be changed.
Result<std::string> raise_wall(const WallRequest& request);

// For a child of a walled zygote. False when the kernel refused.
bool raise_child_wall();

// Asks the kernel to kill this process when `parent` dies, and ends it when that has happened already. A change of user undoes it.
void die_with_parent(int parent);

}  // namespace darkroom::runner
