// Acting on jobs: cancel, move in priority, and these or a new run of many jobs at once.
//
// Many jobs are changed in chunks. A chunk is one transaction: it locks those of its jobs that the action still fits, then works on exactly these by
// a list of their ids, so that each changed job has its event, and none has one without a change.
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

namespace darkroom::store {
namespace {

namespace code = domain::code;
using domain::JobState;

struct LockedJob {
  std::int64_t id = 0;
  std::string public_id;
  std::optional<ImageId> image;
  JobState state = JobState::queued;
  std::optional<std::int64_t> batch;
  std::string lane;
  std::string owner;
};

#define DARKROOM_LOCK "SELECT id, public_id, image_id, state, batch_id, lane, owner FROM job WHERE id " DARKROOM_LISTED("$1")
constexpr const char* kLockOpen = DARKROOM_LOCK " AND state IN ('scheduled', 'queued', 'running') ORDER BY id /*FOR UPDATE*/";
constexpr const char* kLockWaiting = DARKROOM_LOCK " AND state IN ('scheduled', 'queued') AND priority <> $2 ORDER BY id /*FOR UPDATE*/";

std::vector<LockedJob> locked_from(const Rows& rows) {
  std::vector<LockedJob> jobs;
  for (const Row& row : rows) {
    LockedJob job;
    job.id = row.integer(0);
    job.public_id = row.text(1);
    if (!row.is_null(2)) job.image = ImageId{row.integer(2)};
    job.state = domain::parse_job_state(row.text(3)).value();
    if (!row.is_null(4)) job.batch = row.integer(4);
    job.lane = row.text(5);
    job.owner = row.text(6);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::string list_of(const std::vector<LockedJob>& jobs) {
  std::vector<std::int64_t> ids;
  for (const LockedJob& job : jobs) ids.push_back(job.id);
  return json_list(ids);
}

enum class Told { each, last };

// The listener hears what the log has just got. Event ids rise as job ids do, since both were written in that order.
void tell(Transaction& transaction, const std::vector<LockedJob>& jobs, const Rows& written, Event event, Told told) {
  std::vector<std::int64_t> ids;
  for (const Row& row : written) ids.push_back(row.integer(0));
  std::ranges::sort(ids);
  for (std::size_t i = told == Told::each ? 0 : jobs.size() - 1; i < jobs.size(); ++i) {
    event.id = ids.at(i);
    event.image = jobs[i].image;
    event.job = jobs[i].public_id;
    transaction.events.push_back(event);
  }
}

constexpr const char* kTellCancelled =
    "INSERT INTO event (at, type, image_id, job_id, actor, reason, data) SELECT $2, 'job.cancelled', image_id, public_id, $3, $4, "
    "'{\"from\":\"' || state || '\"}' FROM job WHERE id " DARKROOM_LISTED("$1") " ORDER BY id RETURNING id";
constexpr const char* kCancel =
    "UPDATE job SET state = 'cancelled', finished_at = $2, updated_at = $2, node = NULL, worker = NULL, error_code = NULL, error_message = NULL WHERE id " DARKROOM_LISTED("$1");
constexpr const char* kCancelAttempts =
    "UPDATE attempt SET finished_at = $2, ending = 'cancelled' WHERE job_id " DARKROOM_LISTED("$1") " AND finished_at IS NULL";

// Each cancelled job is told on its own: a worker frees its slot by it, and whoever waits for the job is answered.
std::size_t cancel_chunk(Transaction& transaction, const std::string& list, const Actor& actor, Time now) {
  std::vector<LockedJob> jobs = locked_from(transaction.execute(kLockOpen, {list}));
  if (jobs.empty()) return 0;
  std::string held = list_of(jobs);
  Rows written = transaction.execute(kTellCancelled, {held, now, actor.name, actor.reason});
  tell(transaction, jobs, written, {.at = now, .type = "job.cancelled", .actor = actor.name, .reason = actor.reason}, Told::each);
  transaction.execute(kCancel, {held, now});
  if (std::ranges::find(jobs, JobState::running, &LockedJob::state) != jobs.end()) transaction.execute(kCancelAttempts, {held, now});
  std::set<std::int64_t> batches;
  for (const LockedJob& job : jobs) {
    if (job.batch) batches.insert(*job.batch);
  }
  for (std::int64_t batch : batches) batch_job_ended(transaction, batch, now);
  return jobs.size();
}

constexpr const char* kTellMoved =
    "INSERT INTO event (at, type, image_id, job_id, actor, reason, data) SELECT $2, 'job.reprioritised', image_id, public_id, $3, $4, "
    "'{\"from\":' || CAST(priority AS TEXT) || ',\"to\":' || CAST($5 AS TEXT) || '}' FROM job WHERE id " DARKROOM_LISTED("$1") " ORDER BY id RETURNING id";
constexpr const char* kMoveScheduled =
    "UPDATE job SET priority = $2, updated_at = $3 WHERE state = 'scheduled' AND id " DARKROOM_LISTED("$1");
constexpr const char* kMoveQueued =
    "WITH moved AS MATERIALIZED (SELECT id, CAST($4 AS BIGINT) + ROW_NUMBER() OVER (ORDER BY id) - 1 AS rank FROM job WHERE id " DARKROOM_LISTED("$1") ") "
    "UPDATE job SET priority = $2, rank = moved.rank, updated_at = $3 FROM moved WHERE job.id = moved.id";

// Each owner's jobs join the turns of their new priority as if they had just arrived there, in their old order.
std::size_t move_chunk(Transaction& transaction, const std::string& list, int priority, const Actor& actor, Time now) {
  std::vector<LockedJob> jobs = locked_from(transaction.execute(kLockWaiting, {list, priority}));
  if (jobs.empty()) return 0;
  std::string held = list_of(jobs);
  Rows written = transaction.execute(kTellMoved, {held, now, actor.name, actor.reason, std::to_string(priority)});
  tell(transaction, jobs, written, {.at = now, .type = "job.reprioritised", .actor = actor.name, .reason = actor.reason}, Told::last);
  std::map<std::pair<std::string, std::string>, std::vector<std::int64_t>> lines;
  for (const LockedJob& job : jobs) {
    if (job.state == JobState::queued) lines[{job.lane, job.owner}].push_back(job.id);
  }
  bool any_scheduled = std::ranges::find(jobs, JobState::scheduled, &LockedJob::state) != jobs.end();
  if (any_scheduled) transaction.execute(kMoveScheduled, {held, priority, now});
  for (const auto& [line, ids] : lines) {
    std::int64_t first = next_rank(transaction.connection, line.first, priority, line.second);
    transaction.execute(kMoveQueued, {json_list(ids), priority, now, first});
  }
  return jobs.size();
}

constexpr const char* kImagesOfJobs = "SELECT image_id, public_id, max_attempts FROM job WHERE image_id IS NOT NULL AND id " DARKROOM_LISTED("$1") " ORDER BY id";

// `how` of a retry is what the job had before, and the new job takes the old one's place in its batch.
std::size_t again_chunk(Transaction& transaction, const std::string& list, const std::optional<Reprocess>& how, const Actor& actor, Time now) {
  std::size_t changed = 0;
  for (const Row& row : transaction.execute(kImagesOfJobs, {list})) {
    Reprocess as_before{.max_attempts = row.small(2)};
    auto made = replace_job(transaction, ImageId{row.integer(0)}, row.text(1), how.value_or(as_before), how ? InBatch::stays_out : InBatch::takes_place, actor, now);
    if (made) ++changed;
  }
  return changed;
}

struct Act {
  Transaction& transaction;
  const std::string& list;
  const Actor& actor;
  Time now;

  std::size_t operator()(const Cancel&) const { return cancel_chunk(transaction, list, actor, now); }
  std::size_t operator()(const Reprioritise& move) const { return move_chunk(transaction, list, move.priority, actor, now); }
  std::size_t operator()(const Retry&) const { return again_chunk(transaction, list, std::nullopt, actor, now); }
  std::size_t operator()(const Reprocess& how) const { return again_chunk(transaction, list, how, actor, now); }
};

// So many that a chunk holds the writer for some milliseconds.
std::size_t chunk_size(const BulkAction& action) {
  return std::holds_alternative<Cancel>(action) || std::holds_alternative<Reprioritise>(action) ? 500 : 50;
}

constexpr const char* kFindJob = "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE public_id = $1";

}  // namespace

Result<JobRecord> SqlStore::cancel_job(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<JobRecord> {
    Rows found = transaction.execute(kFindJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    std::size_t changed = cancel_chunk(transaction, json_list({found.front().integer(0)}), actor, now);
    JobRecord job = job_from(transaction.execute(kFindJob, {public_id}).front());
    if (changed == 0) return Error{std::string(code::conflict), "Job " + std::string(public_id) + " is already " + std::string(domain::to_string(job.state)) + ", so there is nothing to cancel."};
    return job;
  });
}

Result<JobRecord> SqlStore::reprioritise_job(std::string_view public_id, int priority, const Actor& actor, Time now) {
  if (priority < domain::kLowestPriority || priority > domain::kHighestPriority) {
    return Error{std::string(code::invalid_field), "priority must be a whole number from -100 to 100."};
  }
  return database_->write([&](Transaction& transaction) -> Result<JobRecord> {
    Rows found = transaction.execute(kFindJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    move_chunk(transaction, json_list({found.front().integer(0)}), priority, actor, now);
    JobRecord job = job_from(transaction.execute(kFindJob, {public_id}).front());
    if (job.state != JobState::scheduled && job.state != JobState::queued) {
      return Error{std::string(code::conflict), "Job " + std::string(public_id) + " is " + std::string(domain::to_string(job.state)) + ". Only a job that waits can change its priority."};
    }
    return job;
  });
}

BulkResult SqlStore::act_on_jobs(const JobFilter& filter, const BulkAction& action, bool dry_run, const Actor& actor, Time now) {
  auto [selection, result] = database_->read([&](Connection& connection) {
    Selection chosen(connection, filter, action);
    BulkResult counted = chosen.count(connection);
    return std::pair(std::move(chosen), counted);
  });
  if (dry_run || result.changed == 0) return result;
  result.changed = 0;
  auto look = [&](Connection& connection) { return selection.next_page(connection); };
  for (auto page = database_->read(look); !page.empty(); page = database_->read(look)) {
    for (std::size_t at = 0; at < page.size(); at += chunk_size(action)) {
      std::size_t count = std::min(chunk_size(action), page.size() - at);
      std::string list = json_list({page.begin() + static_cast<std::ptrdiff_t>(at), page.begin() + static_cast<std::ptrdiff_t>(at + count)});
      result.changed += static_cast<std::int64_t>(database_->write([&](Transaction& transaction) { return std::visit(Act{transaction, list, actor, now}, action); }));
    }
  }
  return result;
}

}  // namespace darkroom::store
