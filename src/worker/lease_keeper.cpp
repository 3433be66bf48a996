#include "worker/lease_keeper.h"

#include "base/log.h"

#include <exception>

namespace darkroom::worker {

LeaseKeeper::LeaseKeeper(LeaseConfig config, store::Store& store, Worker* worker, store::NodeRecord node, const Clock& clock)
    : config_(config),
      store_(store),
      worker_(worker),
      node_(std::move(node)),
      clock_(clock),
      last_beat_(std::chrono::steady_clock::now()),
      loop_("lease", [this, first = true]() mutable -> Duration {
        // The node was registered a moment ago, below.
        if (std::exchange(first, false)) return config_.beat;
        return beat_once();
      }) {
  store_.register_node(node_, config_.lease, clock_.now());
}

LeaseKeeper::~LeaseKeeper() { loop_.stop(); }

void LeaseKeeper::drain() {
  draining_ = true;
  loop_.wake();
}

void LeaseKeeper::leave(const domain::RetryPolicy& policy) {
  loop_.stop();
  try {
    store_.unregister_node(node_.id, policy, clock_.now());
  } catch (const store::StoreUnavailable& error) {
    // The lease runs out by itself, and then others take over.
    log::warning("could not sign off", {{"node", node_.id}, {"cause", error.what()}});
  }
}

Duration LeaseKeeper::beat_once() {
  std::vector<domain::Fence> running = worker_ ? worker_->running() : std::vector<domain::Fence>();
  auto asked = std::chrono::steady_clock::now();
  try {
    react(store_.beat(node_.id, draining_ ? store::NodeState::draining : store::NodeState::running, running, config_.lease, clock_.now()));
    last_beat_ = asked;
    if (worker_) worker_->hold(false);
  } catch (const store::StoreUnavailable& error) {
    log::warning("heartbeat failed", {{"cause", error.what()}});
    bool late = std::chrono::steady_clock::now() - last_beat_ >= config_.lease - config_.beat;
    if (late && worker_ && !worker_->hold(true)) log::error("no heartbeat for nearly a lease: others may have our jobs, so all of them are called off");
  }
  return config_.beat / (running.empty() ? 1 : 2);
}

void LeaseKeeper::react(const store::Beat& beat) {
  if (!beat.known) {
    log::warning("our lease had run out, registering again", {{"node", node_.id}});
    store_.register_node(node_, config_.lease, clock_.now());
  }
  for (const domain::Fence& fence : beat.lost) worker_->call_off(fence);
}

}  // namespace darkroom::worker
