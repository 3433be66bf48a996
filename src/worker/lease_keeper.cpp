#include "worker/lease_keeper.h"

#include "base/log.h"

#include <algorithm>
#include <exception>

namespace darkroom::worker {
namespace {

constexpr std::chrono::seconds kLookAtWorker{1};

}  // namespace

LeaseKeeper::LeaseKeeper(LeaseConfig config, store::Store& store, Worker* worker, store::NodeRecord node, const Clock& clock)
    : config_(config),
      store_(store),
      worker_(worker),
      node_(std::move(node)),
      clock_(clock),
      last_beat_(std::chrono::steady_clock::now()),
      next_beat_(last_beat_ + config_.beat) {
  follow_worker();
  store_.register_node(node_, config_.lease, clock_.now());
  told_ = true;
  loop_.emplace("lease", [this] { return step(); });
  if (worker_) watch_.emplace("lease_time", [this] { return look_at_time(); });
}

LeaseKeeper::~LeaseKeeper() {
  if (watch_) watch_->stop();
  loop_->stop();
}

void LeaseKeeper::wake() {
  asked_ = true;
  loop_->wake();
}

void LeaseKeeper::drain() {
  draining_ = true;
  wake();
}

void LeaseKeeper::leave() {
  if (watch_) watch_->stop();
  loop_->stop();
  try {
    store_.unregister_node(node_.id, "in good order", clock_.now());
  } catch (const store::StoreUnavailable& error) {
    // The lease runs out by itself, and then others take over.
    log::warning("could not sign off", {{"node", node_.id}, {"cause", error.what()}});
  }
}

Duration LeaseKeeper::step() {
  follow_worker();
  auto now = std::chrono::steady_clock::now();
  if (asked_.exchange(false) || !told_ || now >= next_beat_) next_beat_ = now + beat_once();
  return std::min<Duration>(std::chrono::ceil<Duration>(next_beat_ - now), kLookAtWorker);
}

// Models come and go while the process runs, and with those of services the places for their jobs.
void LeaseKeeper::follow_worker() {
  if (!worker_) return;
  store::NodeRecord now = node_;
  now.slots = worker_->slots();
  now.models = worker_->models();
  now.places = worker_->places();
  if (now.slots == node_.slots && now.models == node_.models && now.places == node_.places) return;
  node_ = std::move(now);
  told_ = false;
}

Duration LeaseKeeper::beat_once() {
  std::vector<domain::Fence> running = worker_ ? worker_->running() : std::vector<domain::Fence>();
  auto asked = std::chrono::steady_clock::now();
  try {
    if (!told_) store_.register_node(node_, config_.lease, clock_.now(), store::Begins::long_ago);
    told_ = true;
    react(store_.beat(node_.id, draining_ ? store::NodeState::draining : store::NodeState::running, running, config_.lease, clock_.now()));
    came_through(asked);
  } catch (const store::StoreUnavailable& error) {
    log::warning("heartbeat failed", {{"cause", error.what()}});
  }
  return config_.beat / (running.empty() ? 1 : 2);
}

void LeaseKeeper::came_through(std::chrono::steady_clock::time_point asked) {
  std::lock_guard lock(mutex_);
  last_beat_ = asked;
  if (worker_) worker_->hold(false);
}

Duration LeaseKeeper::look_at_time() {
  std::lock_guard lock(mutex_);
  auto left = last_beat_ + config_.lease - config_.beat - std::chrono::steady_clock::now();
  if (left > left.zero()) return std::chrono::ceil<Duration>(left);
  if (!worker_->hold(true)) log::error("no heartbeat for nearly a lease: others may have our jobs, so all of them are called off");
  return config_.beat;
}

void LeaseKeeper::react(const store::Beat& beat) {
  if (!beat.known) {
    log::warning("our lease had run out, registering again", {{"node", node_.id}});
    store_.register_node(node_, config_.lease, clock_.now(), store::Begins::long_ago);
  }
  for (const domain::Fence& fence : beat.lost) worker_->call_off(fence);
}

}  // namespace darkroom::worker
