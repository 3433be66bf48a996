// The life of a model's process: it opens what needs files, raises the wall, loads the model once, then forks a child for each slot
// on request and reports how children ended. It has one thread, runs no photo itself, and dies with the server.
#pragma once

namespace darkroom::runner {

// `control` is the socket to the server, `parent` the server's pid. Returns the exit status, in the zygote and in its children.
int run_zygote(int control, int parent);

}  // namespace darkroom::runner
