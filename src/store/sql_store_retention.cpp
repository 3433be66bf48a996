// Retention: what the rules no longer keep goes, a stretch of rows at a time. A stretch is looked at in a read; what shall go is checked once more in
// the transaction that removes it, since an image may have been taken up again in between.
#include "store/sql_batches.h"
#include "store/sql_images.h"
#include "store/sql_intake.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <iterator>

namespace darkroom::store {
namespace {

constexpr int kLookAt = 2000;
constexpr int kMostRemoved = 200;  // in one transaction: some milliseconds of the writer

struct Candidates {
  std::vector<std::int64_t> ids;
  std::vector<std::string> contents;  // of those that are images
  std::optional<std::int64_t> next;
};

// From rows of (id, 1 if it may go, the content if it is an image), in rising order of ids.
Candidates candidates_from(const Rows& rows) {
  Candidates found;
  for (const Row& row : rows) {
    if (row.integer(1) == 0) continue;
    found.ids.push_back(row.integer(0));
    if (row.values.size() > 2) found.contents.push_back(row.text(2));
    if (found.ids.size() == kMostRemoved) break;
  }
  if (found.ids.size() == kMostRemoved) found.next = found.ids.back();
  else if (rows.size() == kLookAt) found.next = rows.back().integer(0);
  return found;
}

#define DARKROOM_SHOWS_NO_RESULT \
  "(COALESCE(image.result_job_id, 0) <> job.id OR NOT EXISTS (SELECT 1 FROM result WHERE result.job_id = job.id))"

// A batch counts its jobs when it completes; until then they stay.
#define DARKROOM_IS_COUNTED "NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = job.batch_id AND batch.completed_at IS NULL)"

constexpr const char* kLookAtHistory =
    "SELECT job.id, CASE WHEN job.finished_at < $2 AND image.job_id <> job.id AND " DARKROOM_SHOWS_NO_RESULT " AND " DARKROOM_IS_COUNTED " THEN 1 ELSE 0 END "
    "FROM job LEFT JOIN image ON image.id = job.image_id WHERE job.id > $1 ORDER BY job.id LIMIT $3";
constexpr const char* kPruneJob =
    "DELETE FROM job WHERE id = $1 AND finished_at < $2 AND EXISTS (SELECT 1 FROM image WHERE image.id = job.image_id AND image.job_id <> job.id "
    "AND " DARKROOM_SHOWS_NO_RESULT ") AND " DARKROOM_IS_COUNTED " RETURNING id";

#define DARKROOM_HAS_NO_JOB "NOT EXISTS (SELECT 1 FROM job WHERE job.batch_id = batch.id)"
constexpr const char* kLookAtBatches =
    "SELECT batch.id, CASE WHEN batch.completed_at < $2 AND " DARKROOM_HAS_NO_JOB " THEN 1 ELSE 0 END FROM batch WHERE batch.id > $1 ORDER BY batch.id LIMIT $3";
// Nothing comes into a batch that is completed.
constexpr const char* kPruneBatch = "DELETE FROM batch WHERE id = $1 AND completed_at < $2 AND " DARKROOM_HAS_NO_JOB " RETURNING id";

constexpr const char* kLookAtImages =
    "SELECT image.id, CASE WHEN job.state = $2 AND job.finished_at < $3 THEN 1 ELSE 0 END, image.sha256 FROM image JOIN job ON job.id = image.job_id "
    "WHERE image.id > $1 ORDER BY image.id LIMIT $4";
constexpr const char* kImageMayGo =
    "SELECT image.id FROM image JOIN job ON job.id = image.job_id WHERE image.id = $1 AND job.state = $2 AND job.finished_at < $3 /*FOR UPDATE*/";

constexpr const char* kOldestEvents = "SELECT id, at FROM event WHERE id > $1 ORDER BY id LIMIT $2";
constexpr const char* kPruneEvents = "DELETE FROM event WHERE id > $1 AND id <= $2 AND at < $3";
constexpr int kMostEvents = 500;

constexpr const char* kFinishedMaintenance =
    "SELECT id, public_id FROM job WHERE queue = $1 AND finished_at IS NOT NULL AND finished_at < $2 ORDER BY finished_at LIMIT $3";
constexpr const char* kPruneEventsOfJob = "DELETE FROM event WHERE job_id = $1 AND image_id IS NULL";
constexpr const char* kPruneMaintenanceJob = "DELETE FROM job WHERE id = $1 AND finished_at IS NOT NULL";
constexpr const char* kPruneSlots = "DELETE FROM schedule_fire WHERE id IN (SELECT id FROM schedule_fire WHERE slot < $1 ORDER BY slot, id LIMIT $2)";

constexpr const char* kImageWithContent = "SELECT id FROM image WHERE sha256 = $1 LIMIT 1";

struct Pruning {
  const char* look;    // at a stretch of rows: which may go
  const char* remove;  // one of them, if it still may
};

Stretch prune_each(Database& database, const Pruning& pruning, std::int64_t after, Time before) {
  Candidates found = database.read([&](Connection& connection) { return candidates_from(connection.execute(pruning.look, {after, before, kLookAt})); });
  if (found.ids.empty()) return {0, found.next};
  return database.write([&](Transaction& transaction) {
    Stretch stretch{0, found.next};
    for (std::int64_t id : found.ids) stretch.count += transaction.execute(pruning.remove, {id, before}).empty() ? 0 : 1;
    return stretch;
  });
}

}  // namespace

Stretch SqlStore::prune_history(std::int64_t after, Time before) { return prune_each(*database_, {kLookAtHistory, kPruneJob}, after, before); }

Stretch SqlStore::prune_batches(std::int64_t after, Time before) { return prune_each(*database_, {kLookAtBatches, kPruneBatch}, after, before); }

Stretch SqlStore::prune_images(std::int64_t after, domain::JobState state, Time before, const Actor& actor, Time now) {
  std::string_view name = domain::to_string(state);
  Candidates found = database_->read([&](Connection& connection) { return candidates_from(connection.execute(kLookAtImages, {after, name, before, kLookAt})); });
  if (found.ids.empty()) return {0, found.next};
  return database_->write([&](Transaction& transaction) {
    std::vector<std::int64_t> may_go;
    lock_contents(transaction, {found.contents.begin(), found.contents.end()});
    for (std::int64_t id : found.ids) {
      if (!transaction.execute(kImageMayGo, {id, name, before}).empty()) may_go.push_back(id);
    }
    return Stretch{delete_held(transaction, may_go, {}, actor, now).count, found.next};  // their jobs have ended
  });
}

// The log is in the order of its times but for wrong clocks. What was written by one that was ahead goes when that time has come and is long past; it keeps
// nothing else meanwhile. What comes after an event of the right age stays, whatever its time: it was written later.
Stretch SqlStore::prune_events(std::int64_t after, Time before, Time now) {
  Rows oldest = database_->read([&](Connection& connection) { return connection.execute(kOldestEvents, {after, kMostEvents}); });
  auto stays = std::ranges::find_if(oldest, [&](const Row& row) { return row.time(1) >= before && row.time(1) <= now; });
  auto count = std::count_if(oldest.begin(), stays, [&](const Row& row) { return row.time(1) < before; });
  bool more = stays == oldest.end() && oldest.size() == kMostEvents;
  if (count == 0) return {0, more ? std::optional(oldest.back().integer(0)) : std::nullopt};
  std::int64_t last = std::prev(stays)->integer(0);
  database_->write([&](Transaction& transaction) { return transaction.execute(kPruneEvents, {after, last, before}); });
  return {count, more ? std::optional(last) : std::nullopt};
}

Stretch SqlStore::prune_maintenance(Time before) {
  return database_->write([&](Transaction& transaction) {
    Rows finished = transaction.execute(kFinishedMaintenance, {domain::kMaintenanceQueue, before, kMostRemoved});
    for (const Row& row : finished) {
      transaction.execute(kPruneEventsOfJob, {row.text(1)});
      transaction.execute(kPruneMaintenanceJob, {row.integer(0)});
    }
    transaction.execute(kPruneSlots, {before, 2 * kMostRemoved});
    bool more = finished.size() == kMostRemoved;
    return Stretch{static_cast<std::int64_t>(finished.size()), more ? std::optional<std::int64_t>(0) : std::nullopt};
  });
}

std::vector<std::string> SqlStore::unused_blobs(const std::vector<std::string>& contents) {
  return database_->read([&](Connection& connection) {
    std::vector<std::string> unused;
    for (const std::string& sha256 : contents) {
      if (connection.execute(kImageWithContent, {sha256}).empty()) unused.push_back(sha256);
    }
    return unused;
  });
}

std::vector<std::string> SqlStore::note_unused_blobs(const std::vector<std::string>& contents, Time now) {
  return database_->write([&](Transaction& transaction) {
    lock_contents(transaction, {contents.begin(), contents.end()});
    return note_unused(transaction, contents, now);
  });
}

std::vector<const char*> retention_statements() { return {kLookAtBatches, kPruneBatch}; }

}  // namespace darkroom::store
