#include "store/model.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace darkroom::store::model {
namespace {

bool is_open(JobState state) { return !domain::is_final(state); }
bool is_waiting(const Job& job) { return !job.deleted && (job.state == JobState::queued || job.state == JobState::scheduled); }

}  // namespace

// The rule of turns: after the owner's last job of this lane and priority, and not before the one at its head, or where there is none, the last that went.
std::int64_t Model::next_rank(const Job& job) const {
  std::optional<std::int64_t> head;
  std::int64_t after_own = 0, begun = 0;
  for (const Job& other : jobs) {
    if (&other == &job || other.deleted || other.model != job.model || other.priority != job.priority) continue;
    if (other.claims > 0 && (other.state == JobState::running || domain::is_final(other.state))) begun = std::max(begun, other.rank);
    if (other.state != JobState::queued) continue;
    head = std::min(head.value_or(other.rank), other.rank);
    if (other.owner == job.owner) after_own = std::max(after_own, other.rank + 1);
  }
  return head ? std::max(*head, after_own) : begun;
}

// It was at the head when it started, and is there again.
void Model::go_back(Position position, const std::string& error, const std::string& event) {
  Job& job = jobs[position];
  for (const Job& other : jobs) {
    if (!other.deleted && other.state == JobState::queued && other.model == job.model && other.priority == job.priority) job.rank = std::min(job.rank, other.rank);
  }
  end(position, JobState::queued, error, event);
}

void Model::enqueue(Job& job) {
  job.rank = next_rank(job);
  job.state = JobState::queued;
}

Position Model::add(Job job) {
  jobs.push_back(std::move(job));
  images[jobs.back().image].job = jobs.size() - 1;
  return jobs.size() - 1;
}

std::string Model::submit(const Submission& photo) {
  if (being_removed.contains(photo.content)) return "conflict";
  if (photo.batch && batches[*photo.batch].sealed) return "conflict";
  images.push_back({photo.content, photo.owner});
  Job job{.image = images.size() - 1, .model = photo.model, .owner = photo.owner, .priority = photo.priority};
  job.run_at = now + photo.delay.value_or(Duration(0));
  if (photo.expiry) job.expires_at = now + *photo.expiry;
  job.batch = photo.batch;
  job.max_attempts = 3;
  job.events = {"image.created"};
  bool quarantined = crashes[photo.content] >= 2;
  if (!quarantined && job.run_at > now) job.state = JobState::scheduled;
  if (!quarantined && job.run_at <= now) enqueue(job);
  Position made = add(std::move(job));
  if (quarantined) end(made, JobState::failed, "quarantined", "job.failed");
  return "";
}

void Model::end(Position position, JobState state, const std::string& error, const std::string& event) {
  Job& job = jobs[position];
  job.state = state;
  job.error = error;
  job.node.clear();
  job.events.push_back(event);
  complete_if_done(job.batch);
}

void Model::complete_if_done(std::optional<Position> batch) {
  if (!batch || !batches[*batch].sealed) return;
  bool open = std::ranges::any_of(jobs, [&](const Job& job) { return !job.deleted && job.batch == batch && is_open(job.state); });
  if (open || batches[*batch].completed) return;
  batches[*batch].completed = true;
  for (const Job& job : jobs) {
    if (!job.deleted && job.batch == batch) ++batches[*batch].counts[job.state];
  }
}

bool Model::is_quarantined(const Job& job) const {
  auto found = crashes.find(images[job.image].content);
  return found != crashes.end() && found->second >= 2;
}

// The head of a lane: by priority, turn and arrival.
std::optional<Position> Model::first_of(const std::string& model) const {
  std::optional<Position> first;
  auto key = [&](Position at) { return std::tuple(-jobs[at].priority, jobs[at].rank, at); };
  for (Position at = 0; at < jobs.size(); ++at) {
    if (!jobs[at].deleted && jobs[at].state == JobState::queued && jobs[at].model == model && (!first || key(at) < key(*first))) first = at;
  }
  return first;
}

Time Model::waits_since(Position job) const {
  auto last = last_starts.find(jobs[job].model);
  return last == last_starts.end() ? jobs[job].run_at : std::max(jobs[job].run_at, last->second);
}

bool Model::has_stretch(Position job) const { return stretch.model == jobs[job].model && stretch.from <= now && now < stretch.until; }

// Of the heads of all lanes the most urgent, then the one whose lane has a stretch, then the one whose lane has waited longest for a start, if that is more
// than a second, then the one that came first.
std::optional<Position> Model::head(const std::vector<std::string>& models) const {
  auto place = [&](Position at) {
    Time since = waits_since(at);
    return std::tuple(-jobs[at].priority, has_stretch(at) ? 0 : 1, now - since > std::chrono::seconds(1) ? since : Time::max(), at);
  };
  std::optional<Position> best;
  for (const std::string& model : models) {
    auto first = first_of(model);
    if (first && (!best || place(*first) < place(*best))) best = first;
  }
  return best;
}

// One that goes first because it has waited goes on doing so until a second after its first end, for 5 seconds at the longest.
void Model::give_stretch(const std::vector<std::string>& models, Position next) {
  if (has_stretch(next) || now - waits_since(next) <= std::chrono::seconds(1)) return;
  bool tied = std::ranges::any_of(models, [&](const std::string& model) {
    auto first = first_of(model);
    return first && *first != next && jobs[*first].priority == jobs[next].priority;
  });
  if (tied) stretch = {jobs[next].model, now, now + std::chrono::seconds(5)};
}

void Model::note_end(const std::string& model) {
  if (stretch.model != model || stretch.has_ended_one || now < stretch.from) return;
  stretch.has_ended_one = true;
  stretch.until = std::min(stretch.until, now + std::chrono::seconds(1));
}

// How many more jobs the queue lets start at this moment.
int Model::room() const {
  if (queue.paused) return 0;
  int room = std::numeric_limits<int>::max();
  if (queue.rate) {
    auto recent = std::ranges::count_if(starts, [&](Time start) { return start > now - queue.rate->window; });
    room = std::min(room, queue.rate->starts - static_cast<int>(recent));
  }
  if (queue.concurrency) {
    auto running = std::ranges::count_if(jobs, [](const Job& job) { return !job.deleted && job.state == JobState::running; });
    room = std::min(room, *queue.concurrency - static_cast<int>(running));
  }
  return std::max(room, 0);
}

std::vector<Position> Model::claim(const std::string& node, const std::vector<std::string>& models, int count) {
  std::vector<Position> claimed;
  count = std::min(count, room());
  while (static_cast<int>(claimed.size()) < count) {
    auto next = head(models);
    if (!next) break;
    Job& job = jobs[*next];
    if (job.claims == 0 && job.expires_at && *job.expires_at <= now) {
      end(*next, JobState::failed, "expired", "job.failed");
      continue;
    }
    if (is_quarantined(job)) {
      end(*next, JobState::failed, "quarantined", "job.failed");
      continue;
    }
    give_stretch(models, *next);
    job.state = JobState::running;
    job.node = node;
    job.error.clear();
    ++job.attempt;
    ++job.claims;
    job.attempts.push_back("");
    job.events.push_back("job.started");
    starts.push_back(now);
    last_starts[job.model] = now;
    claimed.push_back(*next);
  }
  return claimed;
}

bool Model::finish(Position position, int claim, Run run, Duration first_retry) {
  Job& job = jobs[position];
  if (job.deleted || job.state != JobState::running || job.claims != claim) return false;
  note_end(job.model);
  end_run(position, run, first_retry);
  return true;
}

void Model::end_run(Position position, Run run, Duration first_retry) {
  Job& job = jobs[position];
  std::string& ending = job.attempts.back();
  bool tries_left = job.attempt < job.max_attempts;
  switch (run) {
    case Run::succeeds:
      ending = "completed";
      images[job.image].result = std::max(images[job.image].result.value_or(position), position);
      return end(position, JobState::completed, "", "job.completed");
    case Run::fails_for_good: ending = "failed"; return end(position, JobState::failed, "corrupt", "job.failed");
    case Run::fails_for_now:
      ending = "failed";
      if (!tries_left) return end(position, JobState::failed, "model_unavailable", "job.failed");
      job.run_at = now + first_retry * (1 << (job.attempt - 1));
      return end(position, JobState::scheduled, "model_unavailable", "job.retry_scheduled");
    case Run::crashes: {
      ending = "crashed";
      ++job.crashes;
      ++crashes[images[job.image].content];
      bool poison = is_quarantined(job);
      if (poison || !tries_left) end(position, JobState::failed, "decoder_crash", "job.failed");
      for (Position at = 0; poison && at < jobs.size(); ++at) {
        if (is_waiting(jobs[at]) && images[jobs[at].image].content == images[job.image].content) end(at, JobState::failed, "quarantined", "job.failed");
      }
      if (poison || !tries_left) return;
      return go_back(position, "decoder_crash", "job.crashed");
    }
    case Run::is_interrupted: return interrupt(position);
  }
}

// Not the photo's fault: the attempt is given back, five times.
void Model::interrupt(Position position) {
  Job& job = jobs[position];
  job.attempts.back() = "interrupted";
  if (++job.interruptions > 5) return end(position, JobState::failed, "interrupted", "job.failed");
  --job.attempt;
  go_back(position, "interrupted", "job.interrupted");
}

std::string Model::cancel(Position position) {
  Job& job = jobs[position];
  if (job.deleted) return "not_found";
  if (!is_open(job.state)) return "conflict";
  if (job.state == JobState::running) job.attempts.back() = "cancelled";
  end(position, JobState::cancelled, "", "job.cancelled");
  return "";
}

std::string Model::reprioritise(Position position, int priority) {
  Job& job = jobs[position];
  if (job.deleted) return "not_found";
  if (!is_waiting(job)) return "conflict";
  if (job.priority == priority) return "";
  job.priority = priority;
  if (job.state == JobState::queued) job.rank = next_rank(job);
  job.events.push_back("job.reprioritised");
  return "";
}

std::string Model::retry(Position position) {
  Job& old = jobs[position];
  if (old.deleted) return "not_found";
  if (!is_newest(position) || is_open(old.state)) return "conflict";
  if (crashes[images[old.image].content] >= 2) return "quarantined";
  Job job{.image = old.image, .model = old.model, .owner = images[old.image].owner, .priority = old.priority};
  job.max_attempts = old.max_attempts;
  if (old.batch && !batches[*old.batch].completed) job.batch = std::exchange(old.batch, std::nullopt);
  return replace(old.image, std::move(job));
}

std::string Model::reprocess(Position image, const std::optional<std::string>& model, std::optional<int> priority, std::optional<Position> batch) {
  if (images[image].deleted) return "not_found";
  const Job& old = jobs[images[image].job];
  if (is_open(old.state)) return "conflict";
  if (crashes[images[image].content] >= 2) return "quarantined";
  if (batch && batches[*batch].sealed) return "conflict";
  Job job{.image = image, .model = model.value_or(old.model), .owner = images[image].owner, .priority = priority.value_or(old.priority)};
  job.max_attempts = 4;
  job.batch = batch;
  return replace(image, std::move(job));
}

std::string Model::replace(Position image, Job job) {
  job.run_at = now;
  job.retry_of = images[image].job;
  job.events = {"job.created"};
  enqueue(job);
  add(std::move(job));
  return "";
}

std::string Model::remove(Position image) {
  if (images[image].deleted) return "not_found";
  images[image].deleted = true;
  std::set<Position> touched;
  for (Job& job : jobs) {
    if (job.image != image) continue;
    job.deleted = true;
    if (!is_open(job.state)) continue;
    job.events.push_back("image.deleted");
    if (job.batch) touched.insert(*job.batch);
  }
  for (Position batch : touched) complete_if_done(batch);
  const std::string& content = images[image].content;
  if (std::ranges::none_of(images, [&](const Image& other) { return !other.deleted && other.content == content; })) being_removed.insert(content);
  return "";
}

int Model::promote() {
  std::vector<Position> due;
  for (Position at = 0; at < jobs.size(); ++at) {
    if (!jobs[at].deleted && jobs[at].state == JobState::scheduled && jobs[at].run_at <= now) due.push_back(at);
  }
  std::ranges::stable_sort(due, {}, [&](Position at) { return jobs[at].run_at; });
  for (Position at : due) {
    enqueue(jobs[at]);
    jobs[at].events.push_back("job.queued");
  }
  return static_cast<int>(due.size());
}

int Model::expire() {
  int count = 0;
  for (Position at = 0; at < jobs.size(); ++at) {
    if (!is_waiting(jobs[at]) || jobs[at].claims > 0 || !jobs[at].expires_at || *jobs[at].expires_at > now) continue;
    end(at, JobState::failed, "expired", "job.failed");
    ++count;
  }
  return count;
}

int Model::rescue() {
  int count = 0;
  for (Position at = 0; at < jobs.size(); ++at) {
    const Job& job = jobs[at];
    bool held = leases.contains(job.node) && leases[job.node] >= now;
    if (job.deleted || job.state != JobState::running || held) continue;
    interrupt(at);
    ++count;
  }
  return count;
}

bool Model::beat(const std::string& node, Duration lease) {
  auto found = leases.find(node);
  if (found == leases.end() || found->second < now) return false;
  found->second = now + lease;
  return true;
}

void Model::unregister_node(const std::string& node) {
  leases.erase(node);
  for (Position at = 0; at < jobs.size(); ++at) {
    if (!jobs[at].deleted && jobs[at].state == JobState::running && jobs[at].node == node) interrupt(at);
  }
}

void Model::seal(Position batch) {
  batches[batch].sealed = true;
  complete_if_done(batch);
}

std::string Model::release(const std::string& content) {
  if (crashes[content] < 2) return "not_found";
  crashes.erase(content);
  return "";
}

}  // namespace darkroom::store::model
