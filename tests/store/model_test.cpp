// Histories that nobody would think of, on the store and on the model at the same time: after each step both must say the same of every job, image,
// batch and count. A history that fails is made as short as possible before it is shown.
//
// DARKROOM_TEST_SEED gives the histories of an earlier run, DARKROOM_MODEL_HISTORIES their number.
#include "store/conformance.h"
#include "store/model.h"

#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <random>

namespace darkroom::store {

using domain::JobState;
using model::Position;
using model::Run;

enum class Verb {
  submit, claim, finish, finish_stale, cancel, reprioritise, retry, reprocess, remove, blob_removed, pass_time, promote, expire,
  pause, resume, limit_rate, limit_running, unlimit, beat, register_node, unregister, rescue, create_batch, seal_batch, release, act_on_many,
};

constexpr std::array kVerbNames = {
    "submit", "claim", "finish", "finish_stale", "cancel", "reprioritise", "retry", "reprocess", "remove", "blob_removed", "pass_time", "promote", "expire",
    "pause", "resume", "limit_rate", "limit_running", "unlimit", "beat", "register_node", "unregister", "rescue", "create_batch", "seal_batch", "release", "act_on_many",
};

// One step: a verb and four numbers that it takes as it can, as a choice among what there is. So a step keeps a meaning when others are left out.
struct Step {
  Verb verb = Verb::submit;
  int a = 0, b = 0, c = 0, d = 0;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << kVerbNames[static_cast<std::size_t>(step.verb)] << '(' << step.a << ", " << step.b << ", " << step.c << ", " << step.d << ')';
}

rc::Gen<Step> any_step() {
  auto verb = rc::gen::weightedElement<Verb>({
      {24, Verb::submit},    {20, Verb::claim},        {18, Verb::finish},    {4, Verb::finish_stale}, {5, Verb::cancel},       {5, Verb::reprioritise}, {4, Verb::retry},
      {4, Verb::reprocess},  {3, Verb::remove},        {2, Verb::blob_removed}, {8, Verb::pass_time},  {5, Verb::promote},      {3, Verb::expire},       {1, Verb::pause},
      {3, Verb::resume},     {1, Verb::limit_rate},    {1, Verb::limit_running}, {2, Verb::unlimit},   {4, Verb::beat},         {2, Verb::register_node}, {1, Verb::unregister},
      {4, Verb::rescue},     {2, Verb::create_batch},  {2, Verb::seal_batch}, {1, Verb::release},      {3, Verb::act_on_many},
  });
  auto number = rc::gen::resize(100, rc::gen::inRange(0, 1'000));
  return rc::gen::construct<Step>(verb, number, number, number, number);
}

constexpr std::array kModels = {"demo", "other"};
constexpr std::array kOwners = {"minji", "jun", "sora"};
constexpr std::array kNodes = {"01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"};
constexpr Duration kLease = std::chrono::milliseconds(10'500);  // times in a history are whole seconds: nothing hangs on the last microsecond
const Actor kActor{"admin", "a history"};

void expect(bool holds, const std::string& what) {
  if (!holds) RC_FAIL(what);
}

template <class A, class B>
void expect_same(const A& store, const B& model, const std::string& what) {
  if (store == model) return;
  std::ostringstream text;
  text << what << ": the store says " << store << ", the model " << model;
  RC_FAIL(text.str());
}

class History {
 public:
  explicit History(Store& store) : store_(store) {
    for (const char* node : kNodes) register_node(node);
  }

  void take(const Step& step);
  void compare();
  void compare_logs();

 private:
  struct Handed {  // a claim as its worker has it
    Position job = 0;
    domain::Fence fence;
    int claim = 0;
    std::string node;
  };

  std::string content(int number) const { return std::string(63, 'a') + static_cast<char>('0' + number % 6); }
  Position job_at(int number) const { return static_cast<Position>(number) % model_.jobs.size(); }
  std::optional<Position> open_batch(int number) const {
    return model_.batches.empty() || number % 3 != 0 ? std::nullopt : std::optional(static_cast<Position>(number / 3) % model_.batches.size());
  }

  void submit(const Step& step);
  void claim(const Step& step);
  void finish(const Step& step, Handed handed);
  void note_claims(const std::vector<domain::ClaimedJob>& claimed, const std::vector<Position>& expected, const std::string& node);
  void note_new_job(const Result<ImageRecord>& made, const std::string& refused, const std::string& verb);
  void reprocess(const Step& step);
  void act_on_many(const Step& step);
  void change_queue(const QueueChange& change);
  void beat(const std::string& node);
  void register_node(const std::string& node);
  void compare_job(const JobRecord& record, Position at);

  Store& store_;
  model::Model model_;
  std::vector<std::string> public_ids_;  // of jobs
  std::vector<ImageId> image_ids_;
  std::vector<std::string> batch_ids_;
  std::map<std::string, Position> positions_;  // of jobs, by public id
  std::vector<Handed> handed_;                 // the newest claims last, ended ones included
  domain::RetryPolicy policy_{.max_retries = 3, .first_delay = std::chrono::seconds(4), .factor = 2.0, .jitter = 0.0, .longest_delay = std::chrono::seconds(3600)};
};

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

void History::submit(const Step& step) {
  model::Submission photo{.owner = kOwners[static_cast<std::size_t>(step.a) % kOwners.size()], .priority = step.b % 4 - 1, .model = kModels[static_cast<std::size_t>(step.b / 4) % kModels.size()], .content = content(step.c)};
  if (step.d % 5 == 1) photo.delay = std::chrono::seconds(step.d % 11 + 1);
  if (step.d % 5 == 2) photo.expiry = std::chrono::seconds(step.d % 13 + 1);
  photo.batch = open_batch(step.d / 5);
  NewImage image{.title = "a", .owner = photo.owner, .sha256 = photo.content, .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = photo.model, .priority = photo.priority, .max_attempts = 3};
  if (photo.delay) image.run_at = model_.now + *photo.delay;
  if (photo.expiry) image.expires_at = model_.now + *photo.expiry;
  if (photo.batch) image.batch = batch_ids_[*photo.batch];
  auto made = store_.create_image(image, kActor, model_.now);
  std::string refused = model_.submit(photo);
  if (made && refused.empty()) image_ids_.push_back(made->id);
  note_new_job(made, refused, "submit");
}

void History::note_new_job(const Result<ImageRecord>& made, const std::string& refused, const std::string& verb) {
  expect_same(code_of(made), refused, verb);
  if (!made) return;
  positions_[made->job.public_id] = public_ids_.size();
  public_ids_.push_back(made->job.public_id);
}

void History::claim(const Step& step) {
  std::vector<std::string> models, lanes;
  for (std::size_t i = 0; i < kModels.size(); ++i) {
    if (step.a % 4 == 3 && i == 1) continue;
    models.push_back(kModels[i]);
    lanes.push_back(domain::lane_of(domain::kProcessQueue, kModels[i]));
  }
  std::string node = kNodes[static_cast<std::size_t>(step.b) % kNodes.size()];
  int count = step.c % 4 + 1;
  auto claimed = store_.claim({node, "slot-1", lanes, count}, model_.now);
  note_claims(claimed, model_.claim(node, models, count), node);
}

void History::note_claims(const std::vector<domain::ClaimedJob>& claimed, const std::vector<Position>& expected, const std::string& node) {
  std::ostringstream store, model;
  for (const auto& job : claimed) store << ' ' << positions_.at(job.public_id);
  for (Position at : expected) model << ' ' << at;
  expect_same(store.str(), model.str(), "jobs in the order of the claim");
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const model::Job& job = model_.jobs[expected[i]];
    expect_same(claimed[i].attempt, job.attempt, "attempt of job " + std::to_string(expected[i]));
    for (const Handed& earlier : handed_) {
      expect(earlier.job != expected[i] || earlier.fence.claim_no < claimed[i].fence.claim_no, "the claim number of job " + std::to_string(expected[i]) + " does not rise");
    }
    handed_.push_back({expected[i], claimed[i].fence, job.claims, node});
  }
}

domain::Ending ending_of(Run run, Position job) {
  switch (run) {
    case Run::succeeds: return domain::Succeeded{{}, "{\"job\":" + std::to_string(job) + "}"};
    case Run::fails_for_now: return domain::Failed{{"model_unavailable", "not ready"}, domain::Failed::Kind::transient};
    case Run::fails_for_good: return domain::Failed{{"corrupt", "damaged"}, domain::Failed::Kind::permanent};
    case Run::crashes: return domain::Crashed{{"decoder_crash", "SIGSEGV"}};
    case Run::is_interrupted: return domain::Interrupted{"killed"};
  }
  return domain::Interrupted{""};
}

void History::finish(const Step& step, Handed handed) {
  Run run = static_cast<Run>(step.b % 5);
  std::vector<std::string> models, lanes;
  int count = step.c % 2;
  if (count == 1) models = {kModels.begin(), kModels.end()};
  for (const std::string& name : models) lanes.push_back(domain::lane_of(domain::kProcessQueue, name));
  auto finished = store_.finish({handed.fence, ending_of(run, handed.job), "slot-1", "v1"}, {handed.node, "slot-1", lanes, count}, policy_, model_.now);
  finished.stored.get();
  bool applied = model_.finish(handed.job, handed.claim, run, policy_.first_delay);
  expect_same(finished.applied, applied, "whether a result of job " + std::to_string(handed.job) + " is taken");
  note_claims(finished.next, model_.claim(handed.node, models, count), handed.node);
}

void History::reprocess(const Step& step) {
  Position image = static_cast<Position>(step.a) % image_ids_.size();
  Reprocess how;
  if (step.b % 3 == 1) how.model = kModels[static_cast<std::size_t>(step.b / 3) % kModels.size()];
  if (step.c % 3 == 1) how.priority = step.c % 4 - 1;
  auto batch = open_batch(step.d);
  if (batch) how.batch = batch_ids_[*batch];
  auto made = store_.reprocess_image(image_ids_[image], how, kActor, model_.now);
  note_new_job(made, model_.reprocess(image, how.model, how.priority, batch), "reprocess");
}

// Which jobs an action means, and what it does to them, in the words of the verbs for one job.
void History::act_on_many(const Step& step) {
  JobFilter filter;
  filter.owner = kOwners[static_cast<std::size_t>(step.b) % kOwners.size()];
  if (step.c % 2 == 1) filter.states = {JobState::queued, JobState::failed, JobState::running};
  int priority = step.d % 4 - 1;
  BulkAction action = step.a % 3 == 0 ? BulkAction(Cancel{}) : step.a % 3 == 1 ? BulkAction(Reprioritise{priority}) : BulkAction(Retry{});
  std::vector<Position> matching;
  for (Position at = 0; at < model_.jobs.size(); ++at) {
    const model::Job& job = model_.jobs[at];
    bool wanted = filter.states.empty() || std::ranges::find(filter.states, job.state) != filter.states.end();
    if (!job.deleted && model_.images[job.image].job == at && job.owner == *filter.owner && wanted) matching.push_back(at);
  }
  // Owner and lane by lane in a move, state by state in a retry: the order in which they get their new places.
  std::ranges::stable_sort(matching, {}, [&](Position at) { return std::holds_alternative<Reprioritise>(action) ? model_.jobs[at].model : ""; });
  if (std::holds_alternative<Retry>(action)) std::ranges::stable_sort(matching, {}, [&](Position at) { return model_.jobs[at].state; });

  BulkResult counted = store_.act_on_jobs(filter, action, true, kActor, model_.now);
  BulkResult done = store_.act_on_jobs(filter, action, false, kActor, model_.now);
  std::int64_t changed = 0;
  for (Position at : matching) {
    bool moves = model_.jobs[at].priority != priority;
    if (std::holds_alternative<Cancel>(action)) changed += model_.cancel(at).empty();
    if (std::holds_alternative<Reprioritise>(action)) changed += model_.reprioritise(at, priority).empty() && moves;
    if (std::holds_alternative<Retry>(action)) changed += model_.retry(at).empty();
  }
  expect_same(counted.matched, static_cast<std::int64_t>(matching.size()), "jobs that match");
  expect_same(done.changed, changed, "jobs that are changed");
  expect_same(counted.changed, changed, "jobs that the dry run counts");
  for (Position at = public_ids_.size(); at < model_.jobs.size(); ++at) {
    auto image = store_.find_image(image_ids_[model_.jobs[at].image]);
    expect(image.has_value(), "an image is lost");
    positions_[image->job.public_id] = public_ids_.size();
    public_ids_.push_back(image->job.public_id);
  }
}

void History::change_queue(const QueueChange& change) {
  if (change.paused) model_.queue.paused = *change.paused;
  if (change.rate) model_.queue.rate = *change.rate;
  if (change.concurrency) model_.queue.concurrency = *change.concurrency;
  expect(store_.change_queue(domain::kProcessQueue, change, kActor, model_.now).has_value(), "the queue is not found");
}

void History::register_node(const std::string& node) {
  NodeRecord record{.id = node, .name = "host", .role = "worker", .version = "0", .slots = 4, .models = {kModels.begin(), kModels.end()}};
  record.started_at = record.seen_at = model_.now;
  store_.register_node(record, kLease, model_.now);
  model_.register_node(node, kLease);
}

void History::beat(const std::string& node) {
  std::vector<domain::Fence> says;
  std::set<std::pair<std::int64_t, std::int64_t>> lost, expected;
  for (const Handed& handed : handed_) {
    if (handed.node != node) continue;
    const model::Job& job = model_.jobs[handed.job];
    bool ours = !job.deleted && job.state == JobState::running && job.claims == handed.claim;
    says.push_back(handed.fence);
    if (!ours) expected.insert({handed.fence.job.value, handed.fence.claim_no});
  }
  Beat beat = store_.beat(node, NodeState::running, says, kLease, model_.now);
  bool known = model_.beat(node, kLease);
  expect_same(beat.known, known, "whether the lease of " + node + " holds");
  for (const domain::Fence& fence : beat.lost) lost.insert({fence.job.value, fence.claim_no});
  if (known) expect(lost == expected, "a node is told wrongly which of its claims are lost");
}

void History::take(const Step& step) {
  const Time& now = model_.now;
  std::string node = kNodes[static_cast<std::size_t>(step.a) % kNodes.size()];
  bool jobs = !model_.jobs.empty();
  Position job = jobs ? job_at(step.a) : 0;
  switch (step.verb) {
    case Verb::submit: return submit(step);
    case Verb::claim: return claim(step);
    case Verb::finish:  // mostly one of the newest claims
      if (!handed_.empty()) finish(step, handed_[handed_.size() - 1 - static_cast<std::size_t>(step.a) % std::min<std::size_t>(handed_.size(), 4)]);
      return;
    case Verb::finish_stale:
      if (!handed_.empty()) finish(step, handed_[static_cast<std::size_t>(step.a) % handed_.size()]);
      return;
    case Verb::cancel:
      if (jobs) expect_same(code_of(store_.cancel_job(public_ids_[job], kActor, now)), model_.cancel(job), "cancel");
      return;
    case Verb::reprioritise:
      if (jobs) expect_same(code_of(store_.reprioritise_job(public_ids_[job], step.b % 4 - 1, kActor, now)), model_.reprioritise(job, step.b % 4 - 1), "reprioritise");
      return;
    case Verb::retry:
      if (jobs) note_new_job(store_.retry_job(public_ids_[job], kActor, now), model_.retry(job), "retry");
      return;
    case Verb::reprocess:
      if (jobs) reprocess(step);
      return;
    case Verb::remove:
      if (jobs) expect_same(code_of(store_.delete_image(image_ids_[model_.jobs[job].image], kActor, now)), model_.remove(model_.jobs[job].image), "remove");
      return;
    case Verb::blob_removed:
      if (model_.being_removed.erase(content(step.a)) > 0) store_.remove_content(content(step.a), "folder", [] {});
      return;
    case Verb::pass_time: model_.now += std::chrono::seconds(step.a % 8 + 1); return;
    case Verb::promote: return expect_same(store_.promote_due(1'000, now).count, model_.promote(), "promoted");
    case Verb::expire: return expect_same(store_.expire_due(1'000, now).count, model_.expire(), "expired");
    case Verb::pause: return change_queue({.paused = true});
    case Verb::resume: return change_queue({.paused = false});
    case Verb::limit_rate: return change_queue({.rate = RateLimit{step.a % 4 + 1, std::chrono::milliseconds(1'500 + 1'000 * (step.b % 10))}});
    case Verb::limit_running: return change_queue({.concurrency = step.a % 4 + 1});
    case Verb::unlimit: return change_queue({.rate = std::optional<RateLimit>(), .concurrency = std::optional<int>()});
    case Verb::beat: return beat(node);
    case Verb::register_node: return register_node(node);
    case Verb::unregister:
      store_.unregister_node(node, "in good order", now);
      return model_.unregister_node(node);
    case Verb::rescue: return expect_same(store_.rescue_expired(policy_, now), model_.rescue(), "rescued");
    case Verb::create_batch:
      batch_ids_.push_back(store_.create_batch("a", "minji", kActor, now).public_id);
      model_.batches.emplace_back();
      return;
    case Verb::seal_batch:
      if (batch_ids_.empty()) return;
      expect(store_.seal_batch(batch_ids_[static_cast<std::size_t>(step.a) % batch_ids_.size()], kActor, now).has_value(), "a batch is not found");
      return model_.seal(static_cast<Position>(step.a) % batch_ids_.size());
    case Verb::release: return expect_same(code_of(store_.release_quarantine(content(step.a), kActor, now)), model_.release(content(step.a)), "release");
    case Verb::act_on_many: return act_on_many(step);
  }
}

void History::compare_job(const JobRecord& record, Position at) {
  const model::Job& job = model_.jobs[at];
  std::string name = " of job " + std::to_string(at);
  expect_same(domain::to_string(record.state), domain::to_string(job.state), "state" + name);
  expect_same(record.attempt, job.attempt, "attempts" + name);
  expect_same(record.crashes, job.crashes, "crashes" + name);
  expect_same(record.interruptions, job.interruptions, "interruptions" + name);
  expect_same(record.priority, job.priority, "priority" + name);
  expect_same(record.model, job.model, "model" + name);
  expect_same(record.owner, job.owner, "owner" + name);
  expect_same(record.node.value_or(""), job.node, "node" + name);
  expect_same(record.error ? record.error->code : "", job.error, "error" + name);
  expect_same(record.retry_of.value_or(""), job.retry_of ? public_ids_[*job.retry_of] : "", "predecessor" + name);
  expect_same(record.batch.value_or(""), job.batch ? batch_ids_[*job.batch] : "", "batch" + name);
  expect_same(record.finished_at.has_value(), domain::is_final(job.state), "the end" + name);
  if (job.state == JobState::scheduled) expect_same(to_micros(record.run_at), to_micros(job.run_at), "due time" + name);
}

void History::compare() {
  std::map<JobState, std::int64_t> counts;
  std::size_t living = 0;
  for (const model::Job& job : model_.jobs) {
    if (job.deleted) continue;
    ++counts[job.state];
    ++living;
  }
  auto records = store_.find_jobs({.limit = 1'000}).jobs;
  expect_same(records.size(), living, "number of jobs");
  for (const FoundJob& record : records) compare_job(record.job, positions_.at(record.job.public_id));
  JobCounts counted = store_.count_jobs();
  expect_same(counted.scheduled, counts[JobState::scheduled], "scheduled jobs");
  expect_same(counted.queued, counts[JobState::queued], "queued jobs");
  expect_same(counted.running, counts[JobState::running], "running jobs");
}

// What a history leaves behind: attempts, events, results, batches.
void History::compare_logs() {
  std::map<std::string, std::string> told;
  std::int64_t last = 0, completed_batches = 0;
  for (std::int64_t after = 0;; after = last) {
    auto events = store_.events(after, std::nullopt, 1'000);
    if (events.empty()) break;
    for (const Event& event : events) {
      expect(event.id > last, "events are not in order");
      last = event.id;
      if (event.job) told[*event.job] += event.type + " ";
      completed_batches += event.type == "batch.completed";
    }
  }
  for (Position at = 0; at < model_.jobs.size(); ++at) {
    const model::Job& job = model_.jobs[at];
    std::string events, runs, expected;
    for (const std::string& event : job.events) events += event + " ";
    expect_same(told[public_ids_[at]], events, "events of job " + std::to_string(at));
    if (job.deleted) continue;
    for (const AttemptRecord& attempt : store_.attempts_of(store_.find_job(public_ids_[at])->id)) runs += attempt.ending.value_or("") + " ";
    for (const std::string& ending : job.attempts) expected += ending + " ";
    expect_same(runs, expected, "attempts of job " + std::to_string(at));
  }
  for (Position at = 0; at < model_.images.size(); ++at) {
    auto image = store_.find_image(image_ids_[at]);
    const model::Image& expected = model_.images[at];
    expect_same(image.has_value(), !expected.deleted, "presence of image " + std::to_string(at));
    if (!image) continue;
    expect_same(image->job.public_id, public_ids_[expected.job], "newest job of image " + std::to_string(at));
    expect_same(image->document.value_or(""), expected.result ? "{\"job\":" + std::to_string(*expected.result) + "}" : "", "result of image " + std::to_string(at));
  }
  for (Position at = 0; at < model_.batches.size(); ++at) {
    std::map<JobState, std::int64_t> counts = model_.batches[at].counts;
    for (const model::Job& job : model_.jobs) counts[job.state] += !model_.batches[at].completed && !job.deleted && job.batch == at;
    BatchRecord batch = store_.find_batch(batch_ids_[at]).value();
    std::string name = " of batch " + std::to_string(at);
    expect_same(batch.waiting, counts[JobState::scheduled] + counts[JobState::queued], "waiting jobs" + name);
    expect_same(batch.running, counts[JobState::running], "running jobs" + name);
    expect_same(batch.completed, counts[JobState::completed], "completed jobs" + name);
    expect_same(batch.failed, counts[JobState::failed], "failed jobs" + name);
    expect_same(batch.cancelled, counts[JobState::cancelled], "cancelled jobs" + name);
    expect_same(batch.completed_at.has_value(), model_.batches[at].completed, "completion" + name);
    completed_batches -= model_.batches[at].completed;
  }
  expect_same(completed_batches, 0, "completion events beyond the completed batches");
}

namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST_P(StoreConformance, AgreesWithTheModelInHistoriesOfAnyKind) {
  rc::detail::TestParams params;
  params.seed = number_from("DARKROOM_TEST_SEED", std::random_device{}());
  params.maxSuccess = static_cast<int>(number_from("DARKROOM_MODEL_HISTORIES", GetParam().name == "sqlite" ? 60 : 25));
  params.maxSize = 150;  // steps
  ::setenv("RC_PARAMS", ("seed=" + std::to_string(params.seed)).c_str(), 0);  // which the library tells, too
  std::cout << "histories: " << params.maxSuccess << ", DARKROOM_TEST_SEED=" << params.seed << "\n";
  std::size_t steps = 0;
  auto result = rc::detail::checkTestable(
      [&] {
        auto history = *rc::gen::container<std::vector<Step>>(any_step());
        store_.reset();
        store_ = GetParam().open(true);
        History run(*store_);
        for (const Step& step : history) {
          run.take(step);
          run.compare();
        }
        run.compare_logs();
        steps += history.size();
      },
      rc::detail::TestMetadata{GetParam().name, "the store agrees with the model"}, params);
  std::ostringstream told;
  rc::detail::printResultMessage(result, told);
  EXPECT_TRUE(result.is<rc::detail::SuccessResult>()) << told.str();
  std::cout << "steps: " << steps << "\n";
}

}  // namespace
}  // namespace darkroom::store
