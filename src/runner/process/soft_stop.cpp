// The handler sets a flag and tells the engine; both are safe in a signal handler.
#include "runner/process/soft_stop.h"

#include <csignal>

namespace darkroom::runner::soft_stop {
namespace {

// A signal handler has no other way to what it acts on than globals.
inference::Engine* engine_to_stop = nullptr;
volatile std::sig_atomic_t stop_requested = 0;

void on_signal(int) {
  stop_requested = 1;
  engine_to_stop->interrupt();
}

}  // namespace

void install(inference::Engine& engine) {
  engine_to_stop = &engine;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGUSR1, &action, nullptr);
}

void clear() {
  stop_requested = 0;
  engine_to_stop->rearm();
}

bool requested() { return stop_requested != 0; }

}  // namespace darkroom::runner::soft_stop
