// What store.h promises, as the plainest program that keeps the promise: lists in memory, looked through from end to end. The store is held
// against it, step by step, in model_test.cpp.
//
// Jobs and batches are named by their place in the order of arrival. A verb that may be refused returns the error's code, empty for success.
#pragma once

#include "domain/job.h"
#include "store/store.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace darkroom::store::model {

using domain::JobState;
using Position = std::size_t;

enum class Run { succeeds, fails_for_now, fails_for_good, crashes, is_interrupted };

struct Job {
  Position image = 0;
  std::string model;
  std::string owner;
  int priority = 0;
  std::int64_t rank = 0;
  JobState state = JobState::queued;
  Time run_at{};
  std::optional<Time> expires_at = {};
  std::optional<Position> batch = {};
  int attempt = 0;
  int max_attempts = 0;
  int crashes = 0;
  int interruptions = 0;
  int claims = 0;
  std::string node = {};
  std::string error = {};
  std::optional<Position> retry_of = {};
  bool deleted = false;
  std::vector<std::string> events = {};
  std::vector<std::string> attempts = {};  // how each run ended, empty while it runs
};

struct Image {
  std::string content;
  std::string owner;
  Position job = 0;  // the newest
  std::optional<Position> result = {};
  bool deleted = false;
};

struct Batch {
  bool sealed = false;
  bool completed = false;
  std::map<JobState, std::int64_t> counts = {};  // when it was completed
};

struct Queue {
  bool paused = false;
  std::optional<RateLimit> rate = {};
  std::optional<int> concurrency = {};
};

// While it lasts a model goes before others of the same priority.
struct Stretch {
  std::string model;
  Time from{};
  Time until{};
  bool has_ended_one = false;
};

struct Submission {
  std::string owner;
  int priority = 0;
  std::string model;
  std::string content;
  std::optional<Duration> delay = {};
  std::optional<Duration> expiry = {};
  std::optional<Position> batch = {};
};

class Model {
 public:
  std::string submit(const Submission& photo);
  std::vector<Position> claim(const std::string& node, const std::vector<std::string>& models, int count);
  // False: the claim is stale and nothing changes. A failure is tried again after first_retry * 2^(attempt - 1).
  bool finish(Position job, int claim, Run run, Duration first_retry);
  std::string cancel(Position job);
  std::string reprioritise(Position job, int priority);
  std::string retry(Position job);
  std::string reprocess(Position image, const std::optional<std::string>& model, std::optional<int> priority, std::optional<Position> batch);
  std::string remove(Position image);
  int promote();
  int expire();
  int rescue();
  void register_node(const std::string& node, Duration lease) { leases[node] = now + lease; }
  bool beat(const std::string& node, Duration lease);  // false: its lease has run out
  void unregister_node(const std::string& node);
  void seal(Position batch);
  std::string release(const std::string& content);

  Time now = from_micros(1'700'000'000'000'000);
  std::vector<Job> jobs;
  std::vector<Image> images;
  std::vector<Batch> batches;
  std::map<std::string, int> crashes;     // by content
  std::set<std::string> being_removed;    // contents
  std::map<std::string, Time> leases;     // by node
  Queue queue;
  std::vector<Time> starts;
  std::map<std::string, Time> last_starts;  // by model
  Stretch stretch;

 private:
  bool is_newest(Position job) const { return images[jobs[job].image].job == job; }
  std::int64_t next_rank(const Job& job) const;
  void enqueue(Job& job);
  void go_back(Position position, const std::string& error, const std::string& event);
  Position add(Job job);
  std::string replace(Position image, Job job);
  void end(Position job, JobState state, const std::string& error, const std::string& event);
  void end_run(Position job, Run run, Duration first_retry);
  void interrupt(Position job);
  void complete_if_done(std::optional<Position> batch);
  bool is_quarantined(const Job& job) const;
  std::optional<Position> first_of(const std::string& model) const;
  Time waits_since(Position job) const;
  bool has_stretch(Position job) const;
  std::optional<Position> head(const std::vector<std::string>& models) const;
  void note_end(const std::string& model);
  void give_stretch(const std::vector<std::string>& models, Position next);
  int room() const;
};

}  // namespace darkroom::store::model
