// Nodes: the processes that claim, each with one lease for all that it holds. A lease is judged by one clock, the database's where several nodes share it.
//
// A node whose lease has run out is taken for lost by whoever rescues first: its row becomes `stopped`, its jobs go back into their lines. If it
// was only standing still, it learns from its next beat that it is not known any more and what it has lost; its late results name claims that
// are over, and are refused. Whoever rescues has seen before that the database answers (scheduler/rescue_expired.h): where it was away, nobody could beat.
#include "store/sql_nodes.h"

#include "domain/error_codes.h"
#include "store/sql_endings.h"
#include "store/sql_many.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

namespace darkroom::store {
namespace {

constexpr std::chrono::hours kKept{24};    // rows of nodes that were not seen for longer are removed
constexpr std::chrono::hours kKeptWithPhotos{7 * 24};  // of those that answer HTTP: a machine that is away for some days still has its photos
constexpr std::chrono::hours kListed{1};
constexpr std::chrono::seconds kAhead{1};  // a beat that is written at the same moment is no more ahead than that
constexpr const char* kLost = "its worker stopped answering";

// The models stand in one column, a line each, with the number of places after a tab where it has places of its own: a name holds neither.
std::string lines_of(const NodeRecord& node) {
  std::string lines;
  for (const std::string& name : node.models) {
    auto places = node.places.find(name);
    lines += name + (places == node.places.end() ? "" : "\t" + std::to_string(places->second)) + "\n";
  }
  return lines;
}

void read_models(std::string_view lines, NodeRecord& node) {
  for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
    std::string_view line = lines.substr(0, end), name = line.substr(0, line.find('\t'));
    node.models.emplace_back(name);
    if (name.size() < line.size()) std::from_chars(line.data() + name.size() + 1, line.data() + line.size(), node.places[std::string(name)]);
    lines.remove_prefix(end + 1);
  }
}

NodeState state_from(std::string_view text, bool is_lost) {
  if (is_lost) return NodeState::lost;
  return text == "running" ? NodeState::running : text == "draining" ? NodeState::draining : NodeState::stopped;
}

void tell(Transaction& transaction, std::string type, std::string_view node, const std::string& reason, Time now) {
  append_event(transaction, {.at = now, .type = std::move(type), .image = std::nullopt, .job = std::nullopt, .actor = std::string(node), .reason = reason});
}

}  // namespace

std::string_view to_string(NodeState state) {
  switch (state) {
    case NodeState::running: return "running";
    case NodeState::draining: return "draining";
    case NodeState::stopped: return "stopped";
    case NodeState::lost: return "lost";
  }
  return "";
}

std::string_view without_process(std::string_view name) {
  std::size_t digits = name.find_last_not_of("0123456789") + 1;
  return digits > 0 && digits < name.size() && name[digits - 1] == ':' ? name.substr(0, digits - 1) : name;
}

NodeRecord node_from(const Row& row, Time now) {
  NodeRecord node;
  node.id = row.text(0);
  node.name = row.text(1);
  node.role = row.text(2);
  node.version = row.text(3);
  node.slots = row.small(4);
  read_models(row.text(5), node);
  node.started_at = row.time(7);
  node.seen_at = row.time(8);
  node.lease_until = row.time(9);
  node.given_up = !row.is_null(13);
  node.state = state_from(row.text(6), node.given_up || (row.text(6) != "stopped" && node.lease_until <= now));
  node.running = row.integer(10);
  node.url = row.text(11);
  node.blob_store = row.text(12);
  return node;
}

Time SqlStore::clock(Time now) {
  if (!database_->is_shared()) return now;
  return database_->read([&](Connection& connection) { return connection.clock(now); });
}

constexpr const char* kIsTakenForGone = "SELECT 1 FROM node WHERE id = $1 AND state = 'stopped'";
constexpr const char* kRegister =
    "INSERT INTO node (id, name, role, version, slots, models, state, started_at, seen_at, lease_until, url, blob_store) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, role = excluded.role, version = excluded.version, slots = excluded.slots, models = excluded.models, "
    "state = excluded.state, seen_at = excluded.seen_at, lease_until = excluded.lease_until, url = excluded.url, blob_store = excluded.blob_store, lost_at = NULL";

void SqlStore::register_node(const NodeRecord& node, Duration lease, Time now, Begins begins) {
  database_->write_apart([&](Transaction& transaction) {
    bool is_back = !transaction.execute(kIsTakenForGone, {node.id}).empty();
    Time at = transaction.clock(now);
    transaction.execute(kRegister, {node.id, node.name, node.role, node.version, node.slots, lines_of(node), to_string(node.state), at, at + lease, node.url, node.blob_store});
    if (begins == Begins::now || is_back) tell(transaction, "node.started", node.name, node.role + " with " + std::to_string(node.slots) + " slots, version " + node.version, at);
    return true;
  });
}

constexpr const char* kBeat = "UPDATE node SET state = $2, seen_at = $3, lease_until = $4 WHERE id = $1 AND lease_until > $3 AND state <> 'stopped' RETURNING id";
constexpr const char* kStillRunning = "SELECT id, claim_no FROM job WHERE state = 'running' AND id IN " DARKROOM_IDS;

namespace {

std::vector<domain::Fence> lost_of(Connection& connection, const std::vector<domain::Fence>& believed) {
  std::set<std::tuple<std::int64_t, std::int64_t>> running;
  for (std::size_t from = 0; from < believed.size(); from += kMany) {
    std::vector<std::int64_t> ids;
    for (std::size_t i = from; i < std::min(from + kMany, believed.size()); ++i) ids.push_back(believed[i].job.value);
    for (const Row& row : execute_many(connection, kStillRunning, ids)) running.emplace(row.integer(0), row.integer(1));
  }
  std::vector<domain::Fence> lost;
  for (const domain::Fence& fence : believed) {
    if (!running.contains({fence.job.value, fence.claim_no})) lost.push_back(fence);
  }
  return lost;
}

}  // namespace

Beat SqlStore::beat(std::string_view node, NodeState state, const std::vector<domain::Fence>& running, Duration lease, Time now) {
  return database_->write_apart([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    Beat beat;
    beat.known = !transaction.execute(kBeat, {node, to_string(state), at, at + lease}).empty();
    beat.lost = lost_of(transaction.connection, running);
    return beat;
  });
}

constexpr const char* kStop = "UPDATE node SET state = 'stopped', seen_at = $2, lease_until = $2 WHERE id = $1 AND state <> 'stopped' RETURNING name";
constexpr const char* kHeldBy = "SELECT " DARKROOM_HELD_COLUMNS "WHERE job.state = 'running' AND job.node = $1 ORDER BY job.id /*FOR UPDATE OF JOB*/";

void SqlStore::unregister_node(std::string_view node, std::string_view why, Time now) {
  database_->write([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    Rows stopped = transaction.execute(kStop, {node, at});
    for (const Row& row : transaction.execute(kHeldBy, {node})) interrupt(transaction, held_from(row), "its worker was stopped", at);
    if (!stopped.empty()) tell(transaction, "node.stopped", stopped.front().text(0), std::string(why), at);
    return true;
  });
}

constexpr const char* kSlotHolds = "SELECT 1 FROM job WHERE state = 'running' AND node = $1 AND worker = $2 LIMIT 1";
constexpr const char* kHeldBySlot = "SELECT " DARKROOM_HELD_COLUMNS "WHERE job.state = 'running' AND job.node = $1 AND job.worker = $2 ORDER BY job.id /*FOR UPDATE OF JOB*/";

int SqlStore::give_back(std::string_view node, std::string_view worker, Time now) {
  if (database_->read([&](Connection& connection) { return connection.execute(kSlotHolds, {node, worker}); }).empty()) return 0;
  return database_->write([&](Transaction& transaction) {
    Rows held = transaction.execute(kHeldBySlot, {node, worker});
    for (const Row& row : held) interrupt(transaction, held_from(row), "its claim was not answered", transaction.clock(now));
    return static_cast<int>(held.size());
  });
}

constexpr const char* kDoubtful = "SELECT id, name, seen_at, lease_until FROM node WHERE state <> 'stopped' AND (lease_until <= $1 OR seen_at > $2) ORDER BY id /*SKIP LOCKED*/";
constexpr const char* kMarkLost = "UPDATE node SET state = 'stopped', lost_at = $2 WHERE id = $1";
constexpr const char* kSeenNow = "UPDATE node SET seen_at = $2, lease_until = $3 WHERE id = $1";
constexpr const char* kAbandoned =
    "SELECT " DARKROOM_HELD_COLUMNS
    "WHERE job.state = 'running' AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = job.node AND node.state <> 'stopped') ORDER BY job.id /*OF JOB SKIP LOCKED*/";
constexpr const char* kForgetNodes =
    "DELETE FROM node WHERE id IN (SELECT id FROM node WHERE lease_until <= $1 AND seen_at <= CASE WHEN url = '' THEN CAST($2 AS BIGINT) ELSE $3 END /*SKIP LOCKED*/) "
    "RETURNING id";
// Of folders that nobody has any more; one that comes back after all is swept.
constexpr const char* kForgetRemovals = "DELETE FROM blob_removal_elsewhere WHERE folder NOT IN (SELECT blob_store FROM node)";

void forget_nodes(Transaction& transaction, Time at) {
  if (!transaction.execute(kForgetNodes, {at, at - kKept, at - kKeptWithPhotos}).empty()) transaction.execute(kForgetRemovals);
}

namespace {

// A node whose row another session holds is passed over, and its jobs with it: its beat may be on its way, and the jobs of the others do not wait for it.
// One that was seen in a time that is yet to come, by a clock that has been put back since, has as long from now as its lease was: it may be dead.
void look_at_leases(Transaction& transaction, Time at) {
  for (const Row& row : transaction.execute(kDoubtful, {at, at + kAhead})) {
    if (row.time(3) > at) {
      transaction.execute(kSeenNow, {row.text(0), at, at + (row.time(3) - row.time(2))});
      continue;
    }
    transaction.execute(kMarkLost, {row.text(0), at});
    tell(transaction, "node.lost", row.text(1), "its lease ran out", at);
  }
}

int give_back_abandoned(Transaction& transaction, Time at) {
  Rows abandoned = transaction.execute(kAbandoned);
  for (const Row& row : abandoned) interrupt(transaction, held_from(row), kLost, at);
  return static_cast<int>(abandoned.size());
}

}  // namespace

int SqlStore::rescue_expired(const domain::RetryPolicy&, Time now, Duration within) {
  return database_->write_apart([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    if (at - now > within) return 0;
    look_at_leases(transaction, at);
    int rescued = give_back_abandoned(transaction, at);
    forget_nodes(transaction, at);
    return rescued;
  });
}

int SqlStore::rescue_abandoned(const domain::RetryPolicy&, Time now) {
  return database_->write_apart([&](Transaction& transaction) { return give_back_abandoned(transaction, transaction.clock(now)); });
}

constexpr const char* kNodes = "SELECT " DARKROOM_NODE_COLUMNS " FROM node WHERE node.seen_at > $1";

namespace {

std::vector<NodeRecord> nodes_seen_since(Connection& connection, Time since, Time now) {
  std::vector<NodeRecord> nodes;
  for (const Row& row : connection.execute(kNodes, {since})) nodes.push_back(node_from(row, now));
  return nodes;
}

}  // namespace

std::vector<NodeRecord> SqlStore::nodes(Time now) {
  return database_->read([&](Connection& connection) {
    Time at = connection.clock(now);
    auto nodes = nodes_seen_since(connection, at - kListed, at);
    std::sort(nodes.begin(), nodes.end(), [](const NodeRecord& a, const NodeRecord& b) { return std::tie(a.state, a.name, a.id) < std::tie(b.state, b.name, b.id); });
    return nodes;
  });
}

namespace {

// Only a configured name tells: of two processes on one host that have none, neither is the other one started anew.
bool is_started_anew(const NodeRecord& node, const std::vector<NodeRecord>& nodes) {
  auto is_it = [&](const NodeRecord& other) { return other.name == node.name && other.role == node.role && other.started_at > node.started_at; };
  return without_process(node.name) == node.name && std::ranges::any_of(nodes, is_it);
}

}  // namespace

std::set<std::string> SqlStore::known_models(Time now) {
  std::vector<NodeRecord> nodes = database_->read([&](Connection& connection) { return nodes_seen_since(connection, Time{}, connection.clock(now)); });
  std::set<std::string> models;
  for (const NodeRecord& node : nodes) {
    if (is_alive(node) || !is_started_anew(node, nodes)) models.insert(node.models.begin(), node.models.end());
  }
  return models;
}

constexpr const char* kPeers = "SELECT url FROM node WHERE url <> '' AND id <> $1 GROUP BY url ORDER BY MIN(CASE state WHEN 'stopped' THEN 1 ELSE 0 END), MAX(seen_at) DESC";

std::vector<std::string> SqlStore::peers_of(std::string_view node) {
  return database_->read([&](Connection& connection) {
    std::vector<std::string> urls;
    for (const Row& row : connection.execute(kPeers, {node})) urls.push_back(row.text(0));
    return urls;
  });
}

}  // namespace darkroom::store
