// Where a job stands, when it may start, and why it is not running: facts are gathered here, the rules are in domain/why_waiting.h and
// domain/start_estimate.h.
#include "domain/error_codes.h"
#include "domain/why_waiting.h"
#include "store/sql_insight.h"
#include "store/sql_limits.h"
#include "store/sql_nodes.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace darkroom::store {
namespace {

constexpr int kNewestOfQueue = 1000;  // finished jobs that are looked through for those of the lane
constexpr std::size_t kNewestOfLane = 200;

constexpr const char* kJobInLine = "SELECT " DARKROOM_JOB_COLUMNS ", job.lane, job.rank FROM job WHERE job.public_id = $1";
constexpr const char* kJobsInLine = "SELECT " DARKROOM_JOB_COLUMNS ", job.lane, job.rank FROM job WHERE job.id " DARKROOM_LISTED("$1");
constexpr const char* kMoreUrgent =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 AND priority > $2 "
    "ORDER BY priority DESC, rank, id LIMIT $3) AS counted";
constexpr const char* kEarlierTurns =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 AND rank < $3 "
    "ORDER BY rank, id LIMIT $4) AS counted";
constexpr const char* kEarlierInTurn =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 AND rank = $3 AND id < $4 "
    "ORDER BY id LIMIT $5) AS counted";
constexpr const char* kBetween =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 AND (rank, id) >= ($3, $4) AND (rank, id) < ($5, $6) "
    "ORDER BY rank, id LIMIT $7) AS counted";
constexpr const char* kOfLevel =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 ORDER BY rank, id LIMIT $3) AS counted";
constexpr const char* kSettings = "SELECT " DARKROOM_QUEUE_COLUMNS ", queue.updated_at FROM queue WHERE queue.name = $1";
constexpr const char* kRunningInQueue = "SELECT COUNT(*) FROM job WHERE state = 'running' AND queue = $1";
constexpr const char* kNodesOfLastHour = "SELECT " DARKROOM_NODE_COLUMNS " FROM node WHERE node.seen_at > $1";
constexpr const char* kHeldSince = "SELECT started_at, model, CASE WHEN image_id IS NULL THEN kind END FROM job WHERE state = 'running' AND node = $1";
constexpr const char* kPast =
    "SELECT lane, run_at, started_at, finished_at, state, error_code FROM job WHERE queue = $1 AND finished_at IS NOT NULL "
    "ORDER BY finished_at DESC LIMIT $2";

struct JobInLine {
  JobRecord job;
  std::string lane;
  std::int64_t rank = 0;
};

JobInLine in_line_from(const Row& row) { return {job_from(row), row.text(kJobColumns), row.integer(kJobColumns + 1)}; }

// How many start before it, or more than 10,000: three ranges of the claim's index, or one where it is known how many start before another of its priority.
std::int64_t ahead_of(Connection& connection, const JobInLine& line, const JobInLine* before, std::int64_t ahead_of_before) {
  constexpr std::int64_t kMost = kExactPosition + 1;
  auto count = [&](const char* sql, Params params) { return connection.execute(sql, params).front().integer(0); };
  int priority = line.job.priority;
  if (before && ahead_of_before >= kMost) return ahead_of_before;
  if (before && before->job.priority == priority) {
    return ahead_of_before + count(kBetween, {line.lane, priority, before->rank, before->job.id.value, line.rank, line.job.id.value, kMost - ahead_of_before});
  }
  std::int64_t found = count(kMoreUrgent, {line.lane, priority, kMost});
  if (found < kMost) found += count(kEarlierTurns, {line.lane, priority, line.rank, kMost - found});
  if (found < kMost) found += count(kEarlierInTurn, {line.lane, priority, line.rank, line.job.id.value, kMost - found});
  return found;
}

// The newest finished runs of the lane. One that was cancelled or has expired says nothing of how long a run takes.
std::vector<domain::PastRun> past_of(Connection& connection, const JobInLine& line) {
  std::vector<domain::PastRun> past;
  for (const Row& row : connection.execute(kPast, {line.job.queue, kNewestOfQueue})) {
    if (past.size() == kNewestOfLane) break;
    if (row.is_null(2) || row.text(0) != line.lane || row.text(4) == "cancelled") continue;
    if (row.optional_text(5) == std::string(domain::code::expired)) continue;
    past.push_back({row.time(1), row.time(2), row.time(3)});
  }
  return past;
}

// The slots of a node that may run the model: the places of its own if it has some, or else those that no model has for itself.
int slots_for(const NodeRecord& node, const std::string& model) {
  if (auto own = node.places.find(model); own != node.places.end()) return own->second;
  if (!model.empty() && std::ranges::find(node.models, model) == node.models.end()) return 0;
  int shared = node.slots;
  for (const auto& [name, places] : node.places) shared -= places;
  return std::max(shared, 0);
}

// Whether a job of one model takes a slot that one of the other could have had.
bool share_slots(const NodeRecord& node, const std::string& one, const std::string& other) {
  return one == other || (!node.places.contains(one) && !node.places.contains(other));
}

// Maintenance takes no slot: each process that takes photos in has a place for each kind of it.
bool is_maintenance(const JobRecord& job) { return job.queue == domain::kMaintenanceQueue; }

int slots_for(const NodeRecord& node, const JobRecord& job) {
  if (!is_maintenance(job)) return slots_for(node, job.model);
  return node.role == "worker" ? 0 : 1;
}

// Reads kHeldSince: whether that takes what the job could have had.
bool takes_slot_of(const NodeRecord& node, const Row& held, const JobRecord& job) {
  if (is_maintenance(job)) return held.optional_text(2) == job.kind;
  return held.is_null(2) && share_slots(node, held.text(1), job.model);
}

// What nodes bear on the job: those that live, the slots that are busy, and since when it has been so.
struct Servers {
  std::vector<domain::Server> alive;
  std::vector<Time> busy;
  Time steady_since{};
};

Servers servers_of(Connection& connection, const std::vector<NodeRecord>& nodes, const JobRecord& job) {
  Servers servers;
  for (const NodeRecord& node : nodes) {
    int slots = slots_for(node, job);
    bool has_model = slots > 0;
    bool alive = is_alive(node);
    if (has_model) servers.steady_since = std::max(servers.steady_since, alive ? node.started_at : node.seen_at);
    if (!alive || (is_maintenance(job) ? slots : node.slots) == 0) continue;
    bool draining = node.state == NodeState::draining;
    servers.alive.push_back({node.name, slots, has_model, draining});
    if (!has_model || draining) continue;
    for (const Row& held : connection.execute(kHeldSince, {node.id})) {
      if (takes_slot_of(node, held, job)) servers.busy.push_back(held.time(0));
    }
  }
  return servers;
}

domain::Situation situation_of(const JobRecord& job) {
  domain::Situation s;
  s.state = job.state;
  s.queue = job.queue;
  s.model = job.model;
  s.image = job.image.value;
  s.attempt = job.attempt;
  s.max_attempts = job.max_attempts;
  s.error = job.error;
  s.run_at = job.run_at;
  s.started_at = job.started_at;
  s.finished_at = job.finished_at;
  s.worker = job.worker.value_or("");
  return s;
}

// Where jobs stand at one moment. What those of a queue or of a lane share is read once, and a lane is walked and played through once, however many of its
// jobs are asked about.
class Looking {
 public:
  Looking(Connection& connection, Time now, ItsModel model) : connection_(connection), now_(connection.clock(now)), model_(model) {}

  // In the order in which they are given.
  std::vector<Place> at(std::vector<JobInLine> lines) {
    for (JobInLine& line : lines) {
      situations_.push_back(situation_of(line.job));
      situations_.back().can_run = model_ == ItsModel::may_run;
      if (line.job.state == domain::JobState::queued || line.job.state == domain::JobState::scheduled) look(situations_.back(), line);
    }
    for (auto& [name, lane] : lanes_) see_ahead(lane, lines);
    for (auto& [name, lane] : lanes_) estimate(lane);
    std::vector<Place> places;
    for (const domain::Situation& situation : situations_) places.push_back(place_from(situation, domain::why_waiting(situation, now_)));
    return places;
  }

 private:
  struct Queue {
    QueueSettings settings;
    Time settled_at{};         // the settings, at the latest
    std::vector<Time> starts;  // newest first
    std::int64_t running = 0;
  };

  // Of other lanes whose jobs take the same slots.
  struct Others {
    std::int64_t more_urgent = 0;
    std::int64_t equal = 0;
  };

  struct Lane {
    const Queue* queue = nullptr;
    Servers servers;
    std::vector<domain::PastRun> past;
    std::vector<std::string> rivals = {};   // lanes with queued jobs that take the same slots
    std::map<int, Others> others = {};      // by priority
    std::vector<std::size_t> waiting = {};  // those of its jobs that are asked about
  };

  const Queue& queue_of(const std::string& name);
  Lane& lane_of(const JobInLine& line);
  const std::vector<NodeRecord>& nodes();
  bool share(const std::string& one, const std::string& other);
  std::vector<std::string> rivals_of(const JobInLine& line);
  const Others& others_of(Lane& lane, int priority);
  void look(domain::Situation& situation, JobInLine& line);
  void see_ahead(Lane& lane, const std::vector<JobInLine>& lines);
  void estimate(const Lane& lane);
  static void add_queue(domain::Situation& s, const Queue& queue);
  static Place place_from(const domain::Situation& s, const domain::Reason& reason);

  Connection& connection_;
  Time now_;
  ItsModel model_;
  std::vector<domain::Situation> situations_;
  std::map<std::string, Queue> queues_;
  std::map<std::string, Lane> lanes_;
  std::optional<std::vector<NodeRecord>> nodes_;              // of the last hour
  std::optional<std::vector<std::string>> lanes_with_queued_;
};

const Looking::Queue& Looking::queue_of(const std::string& name) {
  if (auto known = queues_.find(name); known != queues_.end()) return known->second;
  Rows found = connection_.execute(kSettings, {name});
  if (found.empty()) throw StoreUnavailable("the queue " + name + " of a job is not in the table of queues");
  Queue queue{.settings = queue_settings_from(found.front()), .settled_at = found.front().time(kQueueColumns), .starts = {}};
  if (queue.settings.rate) queue.starts = noted_starts(connection_, name, *queue.settings.rate, now_);
  queue.running = connection_.execute(kRunningInQueue, {name}).front().integer(0);
  return queues_.emplace(name, std::move(queue)).first->second;
}

Looking::Lane& Looking::lane_of(const JobInLine& line) {
  if (auto known = lanes_.find(line.lane); known != lanes_.end()) return known->second;
  Lane lane{&queue_of(line.job.queue), servers_of(connection_, nodes(), line.job), past_of(connection_, line)};
  lane.rivals = rivals_of(line);
  return lanes_.emplace(line.lane, std::move(lane)).first->second;
}

const std::vector<NodeRecord>& Looking::nodes() {
  if (nodes_) return *nodes_;
  nodes_.emplace();
  for (const Row& row : connection_.execute(kNodesOfLastHour, {now_ - std::chrono::hours(1)})) nodes_->push_back(node_from(row, now_));
  return *nodes_;
}

bool Looking::share(const std::string& one, const std::string& other) {
  return std::ranges::any_of(nodes(), [&](const NodeRecord& node) {
    bool takes_work = is_alive(node) && node.state != NodeState::draining;
    return takes_work && slots_for(node, one) > 0 && slots_for(node, other) > 0 && share_slots(node, one, other);
  });
}

// A queue that is paused holds nobody up.
std::vector<std::string> Looking::rivals_of(const JobInLine& line) {
  if (is_maintenance(line.job)) return {};
  if (!lanes_with_queued_) lanes_with_queued_ = queued_lanes(connection_);
  std::vector<std::string> rivals;
  for (const std::string& lane : *lanes_with_queued_) {
    std::size_t end = lane.find('/');
    std::string queue = lane.substr(0, end), model = lane.substr(end + 1);
    if (lane == line.lane || queue == domain::kMaintenanceQueue || !share(line.job.model, model)) continue;
    if (!queue_of(queue).settings.paused) rivals.push_back(lane);
  }
  return rivals;
}

const Looking::Others& Looking::others_of(Lane& lane, int priority) {
  if (auto known = lane.others.find(priority); known != lane.others.end()) return known->second;
  constexpr std::int64_t kMost = kExactPosition + 1;
  Others others;
  auto count = [&](const char* sql, const std::string& rival) { return connection_.execute(sql, {rival, priority, kMost}).front().integer(0); };
  for (const std::string& rival : lane.rivals) {
    others.more_urgent += count(kMoreUrgent, rival);
    others.equal += count(kOfLevel, rival);
    if (others.more_urgent >= kMost) break;
  }
  return lane.others.emplace(priority, others).first->second;
}

void Looking::add_queue(domain::Situation& s, const Queue& queue) {
  const QueueSettings& settings = queue.settings;
  s.paused = settings.paused;
  s.paused_by = settings.paused_by;
  s.pause_reason = settings.pause_reason;
  s.concurrency = settings.concurrency;
  s.rate = settings.rate;
  s.running = queue.running;
  s.starts = static_cast<std::int64_t>(queue.starts.size());
  if (s.rate && s.starts >= s.rate->starts) s.next_start = queue.starts[static_cast<std::size_t>(s.rate->starts) - 1] + s.rate->window;
}

// One that is scheduled is looked at as if it got in line now, and not before its time.
void Looking::look(domain::Situation& s, JobInLine& line) {
  Lane& lane = lane_of(line);
  add_queue(s, *lane.queue);
  s.servers = lane.servers.alive;
  s.busy_slots = static_cast<std::int64_t>(lane.servers.busy.size());
  lane.waiting.push_back(situations_.size() - 1);
  if (s.state != domain::JobState::scheduled) return;
  line.rank = next_rank(connection_, line.lane, line.job.priority, line.job.owner);
  line.job.id.value = std::numeric_limits<std::int64_t>::max();
}

// In the order of the line, so that each counts from the one before it.
void Looking::see_ahead(Lane& lane, const std::vector<JobInLine>& lines) {
  auto place = [&](std::size_t at) { return std::tuple(-lines[at].job.priority, lines[at].rank, lines[at].job.id.value); };
  std::ranges::sort(lane.waiting, {}, place);
  const JobInLine* before = nullptr;
  std::int64_t ahead = 0;
  for (std::size_t at : lane.waiting) {
    ahead = ahead_of(connection_, lines[at], before, ahead);
    before = &lines[at];
    const Others& others = others_of(lane, lines[at].job.priority);
    std::int64_t of_all = ahead + others.more_urgent;
    situations_[at].ahead = std::min(of_all, kExactPosition);
    situations_[at].over_limit = of_all > kExactPosition;
    situations_[at].beside = others.equal;
    situations_[at].shares_line = others.more_urgent + others.equal > 0;
  }
}

void Looking::estimate(const Lane& lane) {
  std::vector<std::size_t> estimated;
  std::vector<domain::InLine> jobs;
  for (std::size_t at : lane.waiting) {
    const domain::Situation& s = situations_[at];
    if (s.paused || s.over_limit || s.shares_line) continue;
    estimated.push_back(at);
    jobs.push_back({s.ahead, s.state == domain::JobState::scheduled ? std::optional(s.run_at) : std::nullopt});
  }
  if (jobs.empty()) return;
  const Queue& queue = *lane.queue;
  int slots = domain::open_slots(situations_[estimated.front()]);
  domain::Line line{.slots = queue.settings.concurrency ? std::min(slots, *queue.settings.concurrency) : slots,
                    .busy = lane.servers.busy,
                    .rate = queue.settings.rate,
                    .starts = {queue.starts.rbegin(), queue.starts.rend()},
                    .past = lane.past,
                    .steady_since = std::max(lane.servers.steady_since, queue.settled_at)};
  auto estimates = domain::estimate_starts(line, jobs, now_);
  for (std::size_t i = 0; i < estimated.size(); ++i) situations_[estimated[i]].estimate = estimates[i];
}

Place Looking::place_from(const domain::Situation& s, const domain::Reason& reason) {
  Place place{.state = s.state, .code = std::string(reason.code), .message = reason.message, .korean = reason.korean};
  if (s.state == domain::JobState::queued) {
    place.ahead = s.ahead;
    place.over_limit = s.over_limit;
  }
  if (reason.code == domain::why::next) {
    place.starts_in = Duration{};
    place.error = std::chrono::seconds(1);
  } else if (s.estimate && s.estimate->sharp) {
    place.starts_in = s.estimate->starts_in;
    place.error = s.estimate->error;
  }
  return place;
}

}  // namespace

std::vector<const char*> place_statements() {
  return {kJobInLine, kJobsInLine, kMoreUrgent, kEarlierTurns, kEarlierInTurn, kBetween, kOfLevel, kSettings, kRunningInQueue, kHeldSince, kPast};
}

Result<Place> SqlStore::place_of(std::string_view public_id, Time now, ItsModel model) {
  return database_->read([&](Connection& connection) -> Result<Place> {
    Rows found = connection.execute(kJobInLine, {public_id});
    if (found.empty()) return Error{std::string(domain::code::not_found), "There is no job '" + std::string(public_id) + "'."};
    return Looking(connection, now, model).at({in_line_from(found.front())}).front();
  });
}

std::map<std::int64_t, Place> SqlStore::places_of(const std::vector<JobId>& jobs, Time now) {
  if (jobs.empty()) return {};
  std::vector<std::int64_t> ids;
  for (JobId job : jobs) ids.push_back(job.value);
  return database_->read([&](Connection& connection) {
    std::vector<JobInLine> lines;
    std::vector<std::int64_t> found;
    for (const Row& row : connection.execute(kJobsInLine, {json_list(ids)})) found.push_back(lines.emplace_back(in_line_from(row)).job.id.value);
    std::vector<Place> seen = Looking(connection, now, ItsModel::may_run).at(std::move(lines));
    std::map<std::int64_t, Place> places;
    for (std::size_t i = 0; i < seen.size(); ++i) places.emplace(found[i], std::move(seen[i]));
    return places;
  });
}

}  // namespace darkroom::store
