// Queues and the processes that serve them: limits of the whole cluster, nodes with their leases, and what can be known of a wait. A part of store.h.
#pragma once

#include "base/result.h"
#include "domain/rate.h"
#include "store/records.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

using domain::RateLimit;

struct QueueSettings {
  std::string name;
  bool paused = false;
  std::string paused_by;
  std::string pause_reason;
  std::optional<RateLimit> rate;              // none: unlimited
  std::optional<int> concurrency;             // running at the same time in the whole cluster; none: unlimited
  std::optional<Duration> ageing;             // every 8th start of a lane takes the level head that waited longest over this; none: off
  std::optional<int> max_retries;             // none: as configured
  std::optional<std::chrono::seconds> first_retry;
};

// What changes; an inner none removes a limit.
struct QueueChange {
  std::optional<bool> paused = {};
  std::optional<std::optional<RateLimit>> rate = {};
  std::optional<std::optional<int>> concurrency = {};
  std::optional<std::optional<Duration>> ageing = {};
  std::optional<std::optional<int>> max_retries = {};
  std::optional<std::optional<std::chrono::seconds>> first_retry = {};
};

struct Spread {  // of the newest 200 finished jobs
  Duration p50{};
  Duration p95{};
};

struct QueueReport {
  QueueSettings settings;
  std::int64_t queued = 0;     // exact to 10,000, then 10,001
  std::int64_t scheduled = 0;  // the same
  std::int64_t running = 0;
  std::optional<Time> oldest;  // since when the longest waiting queued job is due
  std::optional<Duration> oldest_age;  // and how long that is ago, by the clock of the database
  std::int64_t finished_last_minute = 0;
  std::int64_t finished_last_hour = 0;  // exact to 10,000, then 10,001
  std::optional<Spread> wait;  // from due to started; none: nothing has finished
  std::optional<Spread> run;   // from started to finished
};

// Where a job stands and why it is not running.
struct Place {
  domain::JobState state = domain::JobState::queued;
  std::optional<std::int64_t> ahead;  // jobs that start before it, for a queued one; exact to 10,000
  bool over_limit = false;            // more than 10,000 are ahead
  std::optional<Duration> starts_in;  // estimate; none: unknown
  std::optional<Duration> error;      // half-width of the estimate
  std::string code;                   // running, finished, next, in_line, scheduled, retry_wait, paused, rate_limited, concurrency_limited, no_worker, draining
  std::string message;                // one sentence in English that says why, with the numbers
  std::string korean;                 // the same in Korean
};

enum class NodeState { running, draining, stopped, lost };  // lost: not heard of before its lease ran out

struct NodeRecord {
  std::string id;    // UUID, new at each start of a process
  std::string name;  // host and process, for people
  std::string role;  // serve, web, worker
  std::string version;
  int slots = 0;
  std::vector<std::string> models = {};  // that it can run
  std::map<std::string, int> places = {};  // slots for one service's model alone, of those above; the rest is for all other models
  std::string url = {};         // where the others reach it, of those that answer HTTP
  std::string blob_store = {};  // id of the folder in which it keeps photos; equal ids: the same folder
  NodeState state = NodeState::running;
  Time started_at{};
  Time seen_at{};
  Time lease_until{};
  std::int64_t running = 0;  // jobs that it holds
  bool given_up = false;     // whoever rescues has taken it for lost: it was not the database that was away
};

std::string_view to_string(NodeState state);
inline bool is_alive(const NodeRecord& node) { return node.state == NodeState::running || node.state == NodeState::draining; }

// A node's name without the process number that one without a configured name bears at its end ("host:123").
std::string_view without_process(std::string_view name);

// What a node learns from its heartbeat.
struct Beat {
  bool known = true;                        // false: its row is gone or its lease has run out; register anew
  std::vector<domain::Fence> lost = {};     // of those that it says it runs: no longer its own (cancelled, deleted, rescued): to be stopped
};

enum class Begins { now, not_yet, long_ago };  // of a process that is registered: its start is told, will be told when more is known of it, or was told

inline constexpr int kAgeingStride = 8;
inline constexpr std::int64_t kExactPosition = 10'000;

// So late a commit that was not answered can still be made, by a database that stood still.
inline constexpr std::chrono::minutes kLatestCommit{1};

// What is known of a job's model beside what the nodes of now say. One that is gone cannot be had by a retry.
enum class ItsModel { may_run, is_gone };

class Queues {
 public:
  virtual ~Queues() = default;

  // --- queues ---
  virtual std::vector<QueueReport> queues(Time now) = 0;  // by name
  // Acts at the next claim, everywhere. Errors: not_found; precondition_failed.
  virtual Result<QueueSettings> change_queue(std::string_view name, const QueueChange& change, const Actor& actor, Time now, const Expectation<QueueSettings>& as_expected = {}) = 0;
  // Error: not_found.
  virtual Result<Place> place_of(std::string_view public_id, Time now, ItsModel model = ItsModel::may_run) = 0;
  // Of many at one moment, by the job's id; what their queues and lanes share is read once. A job that is not there has none.
  virtual std::map<std::int64_t, Place> places_of(const std::vector<JobId>& jobs, Time now) = 0;

  // --- nodes: each process that claims has one lease for all it holds ---
  // Clocks of nodes may differ: where several share a database, its clock decides about leases, and `now` is only a fallback.
  // That the process begins is told once, with what it can run; that it is back, when it was taken for gone.
  virtual void register_node(const NodeRecord& node, Duration lease, Time now, Begins begins = Begins::now) = 0;
  virtual Beat beat(std::string_view node, NodeState state, const std::vector<domain::Fence>& running, Duration lease, Time now) = 0;
  // The node goes, and says why: what it still holds goes back, refunded.
  virtual void unregister_node(std::string_view node, std::string_view why, Time now) = 0;
  // Of a slot that holds no job as far as it knows, after a claim that was not answered: what it holds all the same goes back, refunded. Returns the number.
  // The commit may come as late as kLatestCommit: who had no answer asks more than once.
  virtual int give_back(std::string_view node, std::string_view worker, Time now) = 0;
  // Nodes whose lease has run out are taken for lost, and running jobs of those end as Interrupted, as do those of nodes that are not known. Returns the number
  // of jobs. Nobody is judged when the store's clock is further than `within` from `now`, which was read from it: it did not answer meanwhile.
  virtual int rescue_expired(const domain::RetryPolicy& policy, Time now, Duration within = Duration::max()) = 0;
  // The same for jobs of nodes that are not known or count as gone already. Judges nobody.
  virtual int rescue_abandoned(const domain::RetryPolicy& policy, Time now) = 0;
  virtual std::vector<NodeRecord> nodes(Time now) = 0;  // those seen in the last hour, running ones first
  // What nodes can run, also those that are away, until they are forgotten: a day after they were seen, a week where they answer HTTP. One that was started
  // anew under its configured name has what it says now.
  virtual std::set<std::string> known_models(Time now) = 0;
  // Where the other processes that answer HTTP are reached, those that live first. One that was not heard of for a week is forgotten: until then photos that
  // lie there may come back.
  virtual std::vector<std::string> peers_of(std::string_view node) = 0;
};

}  // namespace darkroom::store
