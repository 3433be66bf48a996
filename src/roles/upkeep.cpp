#include "roles/upkeep.h"

#include "domain/maintenance.h"
#include "scheduler/builtin_schedules.h"
#include "scheduler/expire_due.h"
#include "scheduler/promote_due.h"
#include "scheduler/rescue_expired.h"

#include <stdexcept>
#include <utility>

namespace darkroom::roles {
namespace {

// A deletion removes its blob at once; this is for one that a full disk or a crash cut short.
constexpr Duration kRemovalPeriod = std::chrono::minutes(1);
constexpr Duration kBatchPeriod = std::chrono::seconds(1);
constexpr Duration kOursPeriod = std::chrono::seconds(1);
// What a minute had is written down some seconds after it; much that was missed is caught up a stretch at a time.
constexpr Duration kMinute = std::chrono::minutes(1);
constexpr Duration kAfterMinute = std::chrono::seconds(6);
constexpr Duration kBetweenStretches = std::chrono::milliseconds(20);
// A deletion takes the pictures along where the photo lies; this is for those that a crash left behind, and for those made beside photos of other machines.
constexpr Duration kPictureSweepPeriod = std::chrono::hours(1);
constexpr std::size_t kPicturePage = 500;

void sweep_pictures(Ground& ground) {
  std::vector<std::string> page;
  for (std::string after; !(page = ground.pictures.contents_after(after, kPicturePage)).empty(); after = page.back()) {
    for (const std::string& sha256 : ground.store.unused_blobs(page)) ground.pictures.remove_all_of(sha256);
  }
}

scheduler::WatchConfig watch_config(const Ground& ground) {
  scheduler::WatchConfig watch = ground.config.watch;
  watch.data_dir = ground.config.data_dir;
  if (!ground.store.is_shared()) watch.log_file = ground.config.data_dir + "/darkroom.db-wal";
  return watch;
}

}  // namespace

Upkeep::Upkeep(Ground& ground, metrics::Counters& counters)
    : ground_(ground),
      remove_blobs_(ground.store, ground.blobs, [&ground](const std::string& sha256) { ground.pictures.remove_all_of(sha256); }),
      prune_(ground.config.retention, ground.store, remove_blobs_),
      sweep_(ground.config.sweep, ground.store, ground.blobs, remove_blobs_),
      clean_up_({.retry = ground.config.worker.retry, .default_model = ground.config.default_model}, ground.store),
      watch_machine_(watch_config(ground), ground.store, ground.node().name),
      watch_(watch_config(ground), ground.store) {
  store::Store& store = ground.store;
  const domain::RetryPolicy& retry = ground.config.worker.retry;
  // The one clock of the installation: what falls due by the wrong clock of one machine falls due for all.
  auto now = [&store, &clock = ground.clock] { return store.clock(clock.now()); };
  if (auto made = scheduler::ensure_builtin_schedules(store, ground.config.time_zone, now()); !made) throw std::runtime_error("time_zone: " + made.error().message);
  promote_ = add("promote_due", [now, task = scheduler::PromoteDue({.retry = retry}, store)]() mutable { return task.run_once(now()); });
  expire_ = add("expire_due", [now, task = scheduler::ExpireDue({}, store)]() mutable { return task.run_once(now()); });
  fire_ = add("fire_schedules", [now, task = scheduler::FireSchedules(retry, {.has_others = store.is_shared()}, store)]() mutable { return task.run_once(now()); });
  add("complete_batches", [&store, now] {
    store.complete_batches(now());
    return kBatchPeriod;
  });
  add("note_minutes", [&store, now] {
    Time at = now();
    return store.note_minutes(at) ? kBetweenStretches : kMinute - (at - kAfterMinute).time_since_epoch() % kMinute;
  });
  add("watch_machine", [this, now] {
    watch_machine_.run_once(now());
    return kMinute;
  });
  if (store.is_shared()) {
    auto count = [&counters](int rescued) { counters.add(metrics::kRescues, {"lease_expired"}, rescued); };
    add("rescue", [now, task = scheduler::RescueExpired({.retry = retry, .lease = ground.config.lease}, store, count)]() mutable { return task.run_once(now()); });
  }
  // Only where photos are taken in do the blobs lie.
  if (ground.role != Role::worker) add_maintenance();
}

Upkeep::~Upkeep() { stop(); }

void Upkeep::add_maintenance() {
  add("sweep_pictures", [this] {
    sweep_pictures(ground_);
    return kPictureSweepPeriod;
  });
  // The job of the sweep may always go to other processes, which sweep folders of their own.
  if (ground_.store.is_shared()) {
    add("sweep_own_blobs", [this] { return own_sweep_.stop_requested() ? kPictureSweepPeriod : sweep_.run_if_overdue(ground_.clock.now(), own_sweep_.get_token()); });
  }
  add("remove_blobs", [this] {
    remove_blobs_.run_once();
    return kRemovalPeriod;
  });
  const std::vector<scheduler::MaintenanceTask> tasks = {
      {domain::kind::prune, [this](const std::string&, Time now, std::stop_token stop) { return prune_.run(now, stop); }},
      // How old a file is, is said by the clock that has written it.
      {domain::kind::sweep_blobs, [this](const std::string&, Time, std::stop_token stop) { return sweep_.run(ground_.clock.now(), stop); }},
      {domain::kind::cleanup, [this](const std::string&, Time now, std::stop_token stop) { return clean_up_.run(now, stop); }},
      {domain::kind::watch_resources, [this](const std::string&, Time now, std::stop_token stop) { return watch_.run(now, stop); }},
  };
  scheduler::RunMaintenanceConfig config{.node = ground_.node_id, .at = ground_.at_node(), .retry = ground_.config.worker.retry};
  for (const scheduler::MaintenanceTask& task : tasks) {
    scheduler::RunMaintenance& place = *maintenance_.emplace_back(std::make_unique<scheduler::RunMaintenance>(config, ground_.store, ground_.clock, task));
    maintain_.push_back(add(std::string(task.kind), [&place] { return place.run_once(); }));
  }
  add("maintenance_ours", [this] {
    for (auto& place : maintenance_) place->look_whether_ours();
    return kOursPeriod;
  });
}

Loop* Upkeep::add(std::string name, std::function<Duration()> step) {
  loops_.push_back(std::make_unique<Loop>(std::move(name), std::move(step)));
  return loops_.back().get();
}

void Upkeep::hear(const std::vector<store::Event>& events) {
  for (const store::Event& event : events) {
    if (event.type == "job.retry_scheduled") promote_->wake();
    // A new job that waits for a time, or that may run out of it, says so in its event.
    if (event.type == "image.created" || event.type == "job.created") {
      if (event.data.find("run_at") != std::string::npos) promote_->wake();
      if (event.data.find("expires_at") != std::string::npos) expire_->wake();
      if (!event.image) wake_maintenance();
    }
    bool goes_back = event.type == "job.queued" || event.type == "job.interrupted" || event.type == "job.crashed";
    if ((goes_back && !event.image) || event.type == "queue.resumed" || event.type == "queue.changed") wake_maintenance();
    if (event.type == "job.cancelled" && event.job) {
      for (auto& place : maintenance_) place->call_off(*event.job);
    }
    if (event.type.starts_with("schedule.")) fire_->wake();
  }
}

void Upkeep::wake_maintenance() {
  for (Loop* loop : maintain_) loop->wake();
}

void Upkeep::stop_maintenance() {
  own_sweep_.request_stop();
  for (auto& place : maintenance_) place->stop();
  for (Loop* loop : maintain_) loop->stop();
}

void Upkeep::stop() {
  stop_maintenance();
  for (auto& loop : loops_) loop->stop();
}

}  // namespace darkroom::roles
