#include "worker/worker.h"

#include "base/fail_point.h"
#include "base/log.h"
#include "worker/process_job.h"

#include <exception>
#include <future>
#include <optional>
#include <utility>

namespace darkroom::worker {
namespace {

// The wake-up is a hint; looking again after this time is the truth.
constexpr std::chrono::seconds kLookAgain{1};

}  // namespace

// An ending that the store has, or will have, but that is not known to be durable.
struct Worker::Unstored {
  store::Finish finish;
  std::future<void> stored = {};  // not valid: it has to be offered
};

struct Worker::Bench {
  explicit Bench(std::string the_name, runner::Zygotes& zygotes) : name(std::move(the_name)), slot(zygotes) {}
  std::string name;
  runner::Slot slot;
  std::optional<Unstored> last = {};
  struct InProgress {
    domain::Fence fence;
    std::string public_id;
  };
  std::optional<InProgress> job = {};  // guarded by the worker's mutex
};

Worker::Worker(WorkerConfig config, WorkerParts parts) : config_(std::move(config)), parts_(parts) {
  for (const models::ModelPtr& model : parts_.catalogue.models()) lanes_.push_back(domain::lane_of(domain::kProcessQueue, model->name));
  int slots = config_.slots > 0 ? config_.slots : usable_cores();
  running_ = slots;
  for (int i = 1; i <= slots; ++i) benches_.push_back(std::make_unique<Bench>("slot-" + std::to_string(i), parts_.zygotes));
  for (auto& bench : benches_) {
    threads_.emplace_back([this, &bench](std::stop_token stop) { run_slot(stop, *bench); });
  }
}

Worker::~Worker() { stop(std::chrono::milliseconds(0)); }

void Worker::wake() {
  {
    std::lock_guard lock(mutex_);
    ++wakes_;
  }
  woken_.notify_all();
}

void Worker::stop(std::chrono::milliseconds grace) {
  for (auto& thread : threads_) thread.request_stop();
  {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, grace, [this] { return running_ == 0; });
  }
  {
    std::lock_guard lock(mutex_);
    given_up_ = true;
    for (auto& bench : benches_) bench->slot.abandon();
  }
  threads_.clear();
}

void Worker::run_slot(std::stop_token stop, Bench& bench) {
  std::vector<domain::ClaimedJob> jobs;
  while (true) {
    if (jobs.empty()) {
      see_stored(stop, bench);
      jobs = claim_or_wait(stop, {config_.node, bench.name, lanes_, 1});
    }
    if (jobs.empty() && stop.stop_requested()) break;
    if (jobs.empty()) continue;
    jobs = work_on(stop, jobs.front(), bench);
  }
  std::lock_guard lock(mutex_);
  --running_;
  ended_.notify_all();
}

std::vector<domain::ClaimedJob> Worker::claim_or_wait(std::stop_token stop, const store::ClaimRequest& request) {
  if (stop.stop_requested()) return {};
  std::uint64_t seen = 0;
  {
    std::lock_guard lock(mutex_);
    seen = wakes_;
  }
  try {
    auto jobs = is_held() ? std::vector<domain::ClaimedJob>() : parts_.store.claim(request, parts_.clock.now());
    if (!jobs.empty()) return jobs;
  } catch (const std::exception& error) {
    log::error("claim failed, trying again", {{"slot", request.worker}, {"cause", error.what()}});
  }
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, kLookAgain, [&] { return wakes_ != seen; });
  return {};
}

std::vector<domain::Fence> Worker::running() const {
  std::lock_guard lock(mutex_);
  std::vector<domain::Fence> fences;
  for (const auto& bench : benches_) {
    if (bench->job) fences.push_back(bench->job->fence);
  }
  return fences;
}

void Worker::call_off(const domain::Fence& fence) {
  std::lock_guard lock(mutex_);
  for (auto& bench : benches_) {
    if (bench->job && bench->job->fence == fence) bench->slot.abandon();
  }
}

void Worker::call_off(std::string_view public_id) {
  std::lock_guard lock(mutex_);
  for (auto& bench : benches_) {
    if (bench->job && bench->job->public_id == public_id) bench->slot.abandon();
  }
}

bool Worker::hold(bool held) {
  std::lock_guard lock(mutex_);
  if (held) {
    for (auto& bench : benches_) bench->slot.abandon();
  }
  return std::exchange(held_, held);
}

bool Worker::is_held() const {
  std::lock_guard lock(mutex_);
  return held_;
}

// From here on call_off() finds the job, and what was called off before it no longer counts.
void Worker::begin(Bench& bench, const domain::ClaimedJob& job) {
  std::lock_guard lock(mutex_);
  if (!given_up_ && !held_) bench.slot.rearm();
  bench.job = {job.fence, job.public_id};
}

void Worker::end(Bench& bench) {
  std::lock_guard lock(mutex_);
  bench.job.reset();
}

// Runs the job, hands its ending in and takes the next job, which is begun while the ending is being made durable.
std::vector<domain::ClaimedJob> Worker::work_on(std::stop_token stop, const domain::ClaimedJob& job, Bench& bench) {
  begin(bench, job);
  Attempt attempt = process_job(job, {parts_.blobs, parts_.catalogue, bench.slot});
  end(bench);
  Unstored ended{{job.fence, std::move(attempt.ending), bench.name, std::move(attempt.model_version)}};
  std::vector<domain::ClaimedJob> next;
  try {
    store::Finished finished = parts_.store.finish(ended.finish, {config_.node, bench.name, lanes_, stop.stop_requested() || is_held() ? 0 : 1}, config_.retry, parts_.clock.now());
    if (!finished.applied) log::warning("late result discarded", {{"job", job.public_id}, {"claim", job.fence.claim_no}});
    ended.stored = std::move(finished.stored);
    next = std::move(finished.next);
  } catch (const std::exception& error) {
    log::error("result not taken, offering it again", {{"job", job.public_id}, {"cause", error.what()}});
  }
  see_stored(stop, bench);
  bench.last = std::move(ended);
  return next;
}

// Waits until the bench's last ending is durable. While the store refuses, the ending is kept and offered again: the work is done, and losing its
// result would do it twice.
void Worker::see_stored(std::stop_token stop, Bench& bench) {
  std::optional<Unstored> last = std::exchange(bench.last, std::nullopt);
  while (last) {
    try {
      if (!last->stored.valid()) last->stored = parts_.store.finish(last->finish, {config_.node, bench.name, {}, 0}, config_.retry, parts_.clock.now()).stored;
      last->stored.get();
      fail_point("K13");
      return;
    } catch (const std::exception& error) {
      log::error("result not stored yet, trying again", {{"slot", bench.name}, {"cause", error.what()}});
    }
    if (stop.stop_requested()) return;  // the next start gives the job back
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, kLookAgain, [] { return false; });
  }
}

}  // namespace darkroom::worker
