// How far a child is with its job, for the server, which judges from outside what decoding costs: of a run that takes long it asks, by SIGUSR2, once a
// job, and is answered (Decoded) as soon as the pixels are there. Nothing is said of a job that is quick: to hear it would cost the server more than it
// is worth.
#pragma once

namespace darkroom::runner::progress {

// Installs the handler, once, before the wall; it outlives forks. It answers to `socket`.
void install(int socket);

void begin();      // a job has come: whatever is done from now on counts as decoding
void decoded();    // the pixels are there, or the engine takes none
void answering();  // the answer to the job is on its way: it says all there is to say

}  // namespace darkroom::runner::progress
