// An empty Landlock ruleset: whatever this kernel's Landlock can deny is denied, to this process and its children.
#pragma once

namespace darkroom::runner {

// The version of Landlock's interface that was used, 0 when the kernel has none. Needs no_new_privs.
int restrict_with_landlock();

}  // namespace darkroom::runner
