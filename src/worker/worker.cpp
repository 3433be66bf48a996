#include "worker/worker.h"

#include "base/fail_point.h"
#include "base/log.h"

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace darkroom::worker {
namespace {

// The wake-up is a hint; looking again after this time is the truth.
constexpr std::chrono::seconds kLookAgain{1};

}  // namespace

bool brings_work(std::string_view event_type) {
  static constexpr std::array kTypes = {"image.created", "job.created", "job.queued", "job.crashed", "job.interrupted", "queue.changed", "queue.resumed"};
  return std::ranges::find(kTypes, event_type) != kTypes.end();
}

Worker::Worker(WorkerConfig config, WorkerParts parts) : config_(std::move(config)), parts_(std::move(parts)) {
  int slots = config_.slots > 0 ? config_.slots : usable_cores();
  for (int i = 1; i <= slots; ++i) add(std::make_unique<Bench>(i, config_.at, parts_.zygotes));
  staff();
  staffing_ = std::make_unique<Loop>("staffing", [this] { return staff(); });
}

Worker::~Worker() { stop(std::chrono::milliseconds(0)); }

void Worker::add(std::unique_ptr<Bench> bench) {
  std::lock_guard lock(mutex_);
  Bench& added = *benches_.emplace_back(std::move(bench));
  added.thread = std::jthread([this, &added](std::stop_token stop) { run_bench(stop, added); });
}

// Benches of services follow the catalogue. One whose place is gone ends by itself, after its job.
Duration Worker::staff() {
  staffed_for_ = parts_.catalogue.generation();
  Benches ended;  // joined when the lock is released
  std::vector<ServicePlace> missing = service_places(parts_.catalogue);
  {
    std::lock_guard lock(mutex_);
    for (auto bench = benches_.begin(); bench != benches_.end();) {
      auto here = bench++;
      if ((*here)->ended) {
        ended.splice(ended.end(), benches_, here);
      } else if ((*here)->place()) {
        std::erase(missing, *(*here)->place());
      }
    }
  }
  for (const ServicePlace& place : missing) add(std::make_unique<Bench>(place, config_.at));
  return kLookAgain;
}

int Worker::slots() const {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count_if(benches_, [](const auto& bench) { return !bench->ended; }));
}

std::map<std::string, int> Worker::places() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, int> places;
  for (const auto& bench : benches_) {
    if (!bench->ended && bench->place()) ++places[bench->place()->model];
  }
  return places;
}

std::vector<std::string> Worker::models() const {
  std::vector<std::string> names;
  for (const models::ModelPtr& model : parts_.catalogue.models()) names.push_back(model->name);
  return names;
}

void Worker::wake() {
  {
    std::lock_guard lock(mutex_);
    ++wakes_;
  }
  woken_.notify_all();
  if (staffed_for_ != parts_.catalogue.generation()) staffing_->wake();
}

void Worker::stop(std::chrono::milliseconds grace) {
  if (staffing_) staffing_->stop();
  {
    std::unique_lock lock(mutex_);
    for (auto& bench : benches_) bench->thread.request_stop();
    ended_.wait_for(lock, grace, [this] { return std::ranges::all_of(benches_, [](const auto& bench) { return bench->ended; }); });
  }
  {
    std::lock_guard lock(mutex_);
    given_up_ = true;
    for (auto& bench : benches_) bench->abandon();
  }
  for (auto& bench : benches_) {
    if (bench->thread.joinable()) bench->thread.join();
  }
}

store::ClaimRequest Worker::request_of(const Bench& bench) const {
  std::vector<std::string> lanes = bench.lanes(parts_.catalogue);
  int count = lanes.empty() ? 0 : 1;
  return {config_.node, bench.name(), std::move(lanes), count};
}

void Worker::run_bench(std::stop_token stop, Bench& bench) {
  std::vector<domain::ClaimedJob> jobs;
  while (true) {
    bench.release_idle(config_.keep_idle);
    if (jobs.empty()) {
      see_stored(stop, bench);
      store::ClaimRequest request = request_of(bench);
      if (bench.place() && request.count == 0) break;  // its service has no such place any more
      jobs = claim_or_wait(stop, bench, request);
    }
    if (jobs.empty() && stop.stop_requested()) break;
    if (jobs.empty()) continue;
    jobs = work_on(stop, jobs.front(), bench);
  }
  std::lock_guard lock(mutex_);
  bench.ended = true;
  ended_.notify_all();
}

// A commit whose answer was lost may have been made: its jobs would count as running here as long as this process lives.
void Worker::give_back_unanswered(Bench& bench) {
  if (!bench.unanswered_since) return;
  int found = parts_.store.give_back(config_.node, bench.name(), parts_.clock.now());
  if (found > 0) log::warning("gave back what a claim without an answer had taken", {{"slot", bench.name()}, {"jobs", found}});
  if (std::chrono::steady_clock::now() - *bench.unanswered_since > store::kLatestCommit) bench.unanswered_since.reset();
}

std::vector<domain::ClaimedJob> Worker::claim_or_wait(std::stop_token stop, Bench& bench, const store::ClaimRequest& request) {
  if (stop.stop_requested()) return {};
  std::uint64_t seen = 0;
  {
    std::lock_guard lock(mutex_);
    seen = wakes_;
  }
  try {
    give_back_unanswered(bench);
    auto jobs = is_held() || request.count == 0 ? std::vector<domain::ClaimedJob>() : parts_.store.claim(request, parts_.clock.now());
    if (!jobs.empty()) return jobs;
  } catch (const std::exception& error) {
    bench.unanswered_since = std::chrono::steady_clock::now();
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
    if (bench->job && bench->job->fence == fence) bench->abandon();
  }
}

void Worker::call_off(std::string_view public_id) { call_off_gone(std::string(public_id)); }

void Worker::call_off(domain::ImageId image) { call_off_gone(image); }

void Worker::call_off_gone(Gone gone) {
  std::lock_guard lock(mutex_);
  for (auto& bench : benches_) {
    if (bench->job && (gone == Gone(bench->job->public_id) || gone == Gone(bench->job->image))) bench->abandon();
  }
  gone_.add(std::move(gone));
}

bool Worker::hold(bool held) {
  std::lock_guard lock(mutex_);
  if (held) {
    for (auto& bench : benches_) bench->abandon();
  }
  return std::exchange(held_, held);
}

bool Worker::is_held() const {
  std::lock_guard lock(mutex_);
  return held_;
}

// From here on call_off() finds the job, and of what was called off before only the job itself counts: what is cancelled or deleted never comes back.
void Worker::begin(Bench& bench, const domain::ClaimedJob& job) {
  std::lock_guard lock(mutex_);
  if (!given_up_ && !held_) bench.rearm();
  bench.job = {job.fence, job.public_id, job.image};
  if (gone_.has(job.public_id) || gone_.has(job.image)) bench.abandon();
}

void Worker::end(Bench& bench) {
  std::lock_guard lock(mutex_);
  bench.job.reset();
}

// Runs the job, hands its ending in and takes the next job, which is begun while the ending is being made durable. While a claim is without an answer it takes
// none with it: what that claim may have taken is looked for first.
std::vector<domain::ClaimedJob> Worker::work_on(std::stop_token stop, const domain::ClaimedJob& job, Bench& bench) {
  begin(bench, job);
  Workshop workshop{parts_.blobs, parts_.catalogue, bench.tool(), bench.stop(), parts_.keep_thumbnail, config_.refuse_truncated};
  Attempt attempt = process_job(job, workshop);
  end(bench);
  Bench::Unstored ended{{job.fence, std::move(attempt.ending), bench.name(), std::move(attempt.model_version)}};
  std::vector<domain::ClaimedJob> next;
  try {
    store::ClaimRequest request = request_of(bench);
    if (stop.stop_requested() || is_held() || bench.unanswered_since) request.count = 0;
    store::Finished finished = parts_.store.finish(ended.finish, request, config_.retry, parts_.clock.now());
    if (parts_.on_ended) parts_.on_ended(job, ended.finish.ending, finished.applied);
    if (!finished.applied) log::warning("late result discarded", {{"job", job.public_id}, {"claim", job.fence.claim_no}});
    ended.stored = std::move(finished.stored);
    next = std::move(finished.next);
  } catch (const std::exception& error) {
    bench.unanswered_since = std::chrono::steady_clock::now();
    log::error("result not taken, offering it again", {{"job", job.public_id}, {"cause", error.what()}});
  }
  keep_thumbnail_of(job, workshop);
  see_stored(stop, bench);
  bench.last = std::move(ended);
  return next;
}

// Waits until the bench's last ending is durable. While the store refuses, the ending is kept and offered again: the work is done, and losing its
// result would do it twice.
void Worker::see_stored(std::stop_token stop, Bench& bench) {
  std::optional<Bench::Unstored> last = std::exchange(bench.last, std::nullopt);
  while (last) {
    try {
      if (!last->stored.valid())
        last->stored = parts_.store.finish(last->finish, {config_.node, bench.name(), {}, 0}, config_.retry, parts_.clock.now()).stored;
      std::exchange(last->stored, {}).get();
      fail_point("K13");
      return;
    } catch (const std::exception& error) {
      log::error("result not stored yet, trying again", {{"slot", bench.name()}, {"cause", error.what()}});
    }
    if (stop.stop_requested()) return;  // the next start gives the job back
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, kLookAgain, [] { return false; });
  }
}

}  // namespace darkroom::worker
