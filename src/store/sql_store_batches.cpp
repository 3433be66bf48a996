// Batches: jobs that belong together, with one completion.
//
// The completion is written once: it is an UPDATE of a batch that is sealed and not completed, made while its row is locked. Whoever adds a job
// shares that lock, so that no job slips into a batch that is being sealed or completed.
#include "base/id.h"
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>

namespace darkroom::store {
namespace {

#define DARKROOM_BATCH "SELECT id, public_id, title, owner, created_at, sealed_at, completed_at, jobs_completed, jobs_failed, jobs_cancelled FROM batch "
constexpr const char* kFindBatch = DARKROOM_BATCH "WHERE public_id = $1";
constexpr const char* kBatchById = DARKROOM_BATCH "WHERE id = $1";
constexpr const char* kNewestBatches = DARKROOM_BATCH "WHERE id < $3 AND (CAST($2 AS TEXT) IS NULL OR owner = CAST($2 AS TEXT)) ORDER BY id DESC LIMIT $1";
// Of one that is being completed, once: its counts are kept.
constexpr const char* kCountByState = "SELECT state, COUNT(*) FROM job WHERE batch_id = $1 GROUP BY state";
#define DARKROOM_COUNTED(state) "(SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE batch_id = $1 AND state = '" state "' LIMIT $2) AS counted)"
constexpr const char* kCountInLimits =
    "SELECT " DARKROOM_COUNTED("scheduled") ", " DARKROOM_COUNTED("queued") ", " DARKROOM_COUNTED("running") ", " DARKROOM_COUNTED("completed") ", "
    DARKROOM_COUNTED("failed") ", " DARKROOM_COUNTED("cancelled");

void count(BatchRecord& batch, domain::JobState state, std::int64_t jobs) {
  batch.total += jobs;
  switch (state) {
    case domain::JobState::scheduled:
    case domain::JobState::queued: batch.waiting += jobs; break;
    case domain::JobState::running: batch.running += jobs; break;
    case domain::JobState::completed: batch.completed += jobs; break;
    case domain::JobState::failed: batch.failed += jobs; break;
    case domain::JobState::cancelled: batch.cancelled += jobs; break;
  }
}

// Completed: what its jobs had come to then, whatever became of their images since. Else what they are now, as far as it is counted.
void add_counts(Connection& connection, BatchRecord& batch, const Row& row) {
  if (!row.is_null(7)) {
    batch.completed = row.integer(7);
    batch.failed = row.integer(8);
    batch.cancelled = row.integer(9);
    batch.total = batch.completed + batch.failed + batch.cancelled;
    return;
  }
  Row counts = connection.execute(kCountInLimits, {batch.id, kExactInBatch + 1}).front();
  using enum domain::JobState;
  std::size_t at = 0;
  for (domain::JobState state : {scheduled, queued, running, completed, failed, cancelled}) {
    std::int64_t counted = counts.integer(at++);
    count(batch, state, std::min(counted, kExactInBatch));
    batch.over_limit = batch.over_limit || counted > kExactInBatch;
  }
}

BatchRecord batch_from(Connection& connection, const Row& row) {
  BatchRecord batch;
  batch.id = row.integer(0);
  batch.public_id = row.text(1);
  batch.title = row.text(2);
  batch.owner = row.text(3);
  batch.created_at = row.time(4);
  batch.sealed_at = row.optional_time(5);
  batch.completed_at = row.optional_time(6);
  add_counts(connection, batch, row);
  return batch;
}

std::string counts_json(const BatchRecord& batch) {
  return "{\"batch\":\"" + batch.public_id + "\",\"total\":" + std::to_string(batch.total) + ",\"completed\":" + std::to_string(batch.completed) +
         ",\"failed\":" + std::to_string(batch.failed) + ",\"cancelled\":" + std::to_string(batch.cancelled) + "}";
}

constexpr const char* kOpenJob =
    "SELECT id FROM job WHERE batch_id = $1 AND state IN ('scheduled', 'queued', 'running') LIMIT 1";
// Where another has it, who may add to it or seal it at this moment, nobody waits: complete_batches() looks at it again.
constexpr const char* kLockSealed = "SELECT id FROM batch WHERE id = $1 AND sealed_at IS NOT NULL AND completed_at IS NULL /*SKIP LOCKED*/";
constexpr const char* kComplete =
    "UPDATE batch SET completed_at = $2, jobs_completed = $3, jobs_failed = $4, jobs_cancelled = $5 WHERE id = $1 AND completed_at IS NULL RETURNING id";

bool has_open_job(Connection& connection, std::int64_t batch_id) { return !connection.execute(kOpenJob, {batch_id}).empty(); }

// Looks for open jobs again in a statement after the lock: only that one is sure to see what was added before it.
bool complete_if_done(Transaction& transaction, std::int64_t batch_id, Time now) {
  if (transaction.execute(kLockSealed, {batch_id}).empty() || has_open_job(transaction.connection, batch_id)) return false;
  BatchRecord counted;
  for (const Row& jobs : transaction.execute(kCountByState, {batch_id})) count(counted, domain::parse_job_state(jobs.text(0)).value(), jobs.integer(1));
  if (transaction.execute(kComplete, {batch_id, now, counted.completed, counted.failed, counted.cancelled}).empty()) return false;
  BatchRecord batch = batch_from(transaction.connection, transaction.execute(kBatchById, {batch_id}).front());
  append_event(transaction, {.at = now, .type = "batch.completed", .actor = "system", .data = counts_json(batch)});
  return true;
}

constexpr const char* kInsertBatch = "INSERT INTO batch (public_id, title, owner, created_at, filled_by) VALUES ($1, $2, $3, $4, $5)";
constexpr const char* kSeal = "UPDATE batch SET sealed_at = $2, filled_by = NULL WHERE public_id = $1 AND sealed_at IS NULL RETURNING id";
constexpr const char* kSealedWithoutOpenJob =
    "SELECT id FROM batch WHERE completed_at IS NULL AND sealed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM job WHERE job.batch_id = batch.id "
    "AND job.state IN ('scheduled', 'queued', 'running')) ORDER BY id LIMIT 100";
// A process that stood still for a while comes back and goes on filling; one that stopped in good order does not.
constexpr std::chrono::minutes kComesBack{1};
constexpr const char* kLeftUnsealed =
    "SELECT public_id FROM batch WHERE filled_by IS NOT NULL AND completed_at IS NULL AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = batch.filled_by "
    "AND (node.state <> 'stopped' OR node.lost_at > $1)) ORDER BY id LIMIT 100";

}  // namespace

std::int64_t insert_batch(Transaction& transaction, const std::string& public_id, const NewBatch& batch, const Actor& actor, Time now) {
  std::optional<std::string_view> filler = batch.filled_by.empty() ? std::nullopt : std::optional<std::string_view>(batch.filled_by);
  std::int64_t id = transaction.insert(kInsertBatch, {public_id, batch.title, batch.owner, now, filler});
  append_event(transaction, {.at = now, .type = "batch.created", .actor = actor.name, .reason = actor.reason, .data = "{\"batch\":\"" + public_id + "\"}"});
  return id;
}

void batch_job_ended(Transaction& transaction, std::int64_t batch_id, Time now) {
  // Without a lock first: jobs of one batch that end at the same time do not wait for each other.
  if (!has_open_job(transaction.connection, batch_id)) complete_if_done(transaction, batch_id, now);
}

std::vector<const char*> batch_statements() { return {kOpenJob, kCountByState, kCountInLimits, kSealedWithoutOpenJob}; }

BatchRecord SqlStore::create_batch(std::string_view title, std::string_view owner, const Actor& actor, Time now, std::string_view filled_by) {
  return database_->write([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    BatchRecord batch{.public_id = make_uuid_v7(at), .title = std::string(title), .owner = std::string(owner), .created_at = at};
    batch.id = insert_batch(transaction, batch.public_id, {batch.title, batch.owner, std::string(filled_by)}, actor, at);
    return batch;
  });
}

Result<BatchRecord> SqlStore::seal_batch(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<BatchRecord> {
    Time at = transaction.clock(now);
    Rows sealed = transaction.execute(kSeal, {public_id, at});
    if (!sealed.empty()) {
      append_event(transaction, {.at = at, .type = "batch.sealed", .actor = actor.name, .reason = actor.reason, .data = "{\"batch\":\"" + std::string(public_id) + "\"}"});
      batch_job_ended(transaction, sealed.front().integer(0), at);
    }
    Rows rows = transaction.execute(kFindBatch, {public_id});
    if (rows.empty()) return Error{std::string(domain::code::not_found), "There is no batch " + std::string(public_id) + "."};
    BatchRecord batch = batch_from(transaction.connection, rows.front());
    batch.sealed_now = !sealed.empty();
    return batch;
  });
}

std::optional<BatchRecord> SqlStore::find_batch(std::string_view public_id) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kFindBatch, {public_id});
    return rows.empty() ? std::nullopt : std::optional(batch_from(connection, rows.front()));
  });
}

std::vector<BatchRecord> SqlStore::list_batches(int limit, const std::optional<std::string>& owner, const std::optional<std::int64_t>& before) {
  return database_->read([&](Connection& connection) {
    std::vector<BatchRecord> batches;
    for (const Row& row : connection.execute(kNewestBatches, {limit, owner, before.value_or(std::numeric_limits<std::int64_t>::max())})) batches.push_back(batch_from(connection, row));
    return batches;
  });
}

// Looks in a read first, since it is called each second and there is nearly never anything to do.
int SqlStore::complete_batches(Time now) {
  auto [left, done] = database_->read([&](Connection& connection) {
    return std::pair(connection.execute(kLeftUnsealed, {now - kComesBack}), connection.execute(kSealedWithoutOpenJob));
  });
  for (const Row& row : left) (void)seal_batch(row.text(0), {"system", "the process that filled it is gone"}, now);
  int completed = 0;
  for (const Row& row : done) {
    completed += database_->write([&](Transaction& transaction) { return complete_if_done(transaction, row.integer(0), now) ? 1 : 0; });
  }
  return completed;
}

}  // namespace darkroom::store
