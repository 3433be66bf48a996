#include "scheduler/prune_finished.h"

#include "scheduler/counts.h"

namespace darkroom::scheduler {
namespace {

// Goes on from stretch to stretch until the end; each is a transaction of its own, and others write in between.
template <class Prune>
std::int64_t prune_all(std::chrono::days age, const std::stop_token& stop, const Prune& prune) {
  std::int64_t count = 0;
  std::optional<std::int64_t> cursor = age.count() > 0 ? std::optional<std::int64_t>(0) : std::nullopt;
  while (cursor && !stop.stop_requested()) {
    store::Stretch stretch = prune(*cursor);
    count += stretch.count;
    cursor = stretch.next;
  }
  return count;
}

}  // namespace

std::int64_t PruneFinished::prune_images(domain::JobState state, std::chrono::days age, Time now, const std::stop_token& stop) {
  store::Actor actor{"prune", std::string(domain::to_string(state)) + " more than " + std::to_string(age.count()) + " days ago"};
  return prune_all(age, stop, [&](std::int64_t after) { return store_.prune_images(after, state, now - age, actor, now); });
}

Result<std::string> PruneFinished::run(Time now, std::stop_token stop) {
  using domain::JobState;
  std::int64_t images = prune_images(JobState::completed, config_.completed_images, now, stop) + prune_images(JobState::failed, config_.failed_images, now, stop) +
                        prune_images(JobState::cancelled, config_.cancelled_images, now, stop);
  int blobs = images > 0 ? remove_blobs_.run_once() : 0;
  std::int64_t history = prune_all(config_.history, stop, [&](std::int64_t after) { return store_.prune_history(after, now - config_.history); });
  std::int64_t batches = prune_all(config_.history, stop, [&](std::int64_t after) { return store_.prune_batches(after, now - config_.history); });
  std::int64_t events = prune_all(config_.events, stop, [&](std::int64_t after) { return store_.prune_events(after, now - config_.events, now); });
  std::int64_t own = prune_all(config_.maintenance, stop, [&](std::int64_t) { return store_.prune_maintenance(now - config_.maintenance); });
  return counts_json({{"images", images}, {"blobs", blobs}, {"jobs", history}, {"batches", batches}, {"events", events}, {"maintenance_jobs", own}});
}

}  // namespace darkroom::scheduler
