// Acting on jobs: cancel, move in priority, and these or a new run of many jobs at once.
//
// Many jobs are changed in chunks. A chunk is one transaction: it locks those of its jobs that the action still fits, then works on exactly these, so that
// each changed job has its event, and none has one without a change.
#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_deliveries.h"
#include "store/sql_many.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>
#include <set>
#include <span>

namespace darkroom::store {
namespace {

namespace code = domain::code;
using domain::JobState;

using Changed = std::vector<std::int64_t>;  // ids of jobs

struct LockedJob {
  std::int64_t id = 0;
  std::string public_id;
  std::optional<ImageId> image;
  JobState state = JobState::queued;
  std::optional<std::int64_t> batch;
  std::string lane;
  std::string owner;
  int priority = 0;
  std::optional<std::string> error_code;
};

#define DARKROOM_LOCKED "SELECT id, public_id, image_id, state, batch_id, lane, owner, priority, error_code FROM job "
constexpr const char* kLockOpen =
    DARKROOM_LOCKED "WHERE id " DARKROOM_LISTED("$1") " AND state IN ('scheduled', 'queued', 'running') ORDER BY id /*FOR UPDATE*/";
constexpr RowSql kLockWaiting{
    DARKROOM_LOCKED "/*, GIVEN*/ WHERE id = $1 AND state IN ('scheduled', 'queued') AND priority <> $2 /*FOR UPDATE OF JOB*/", "ii"};

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
    job.priority = row.small(7);
    job.error_code = row.optional_text(8);
    jobs.push_back(std::move(job));
  }
  std::ranges::sort(jobs, {}, &LockedJob::id);
  return jobs;
}

// Leaves those out that no longer meet what a job can cease to meet; all else of a job that is not final is as it was when it was selected.
void keep_meeting(std::vector<LockedJob>& jobs, const JobFilter& filter) {
  std::erase_if(jobs, [&](const LockedJob& job) {
    bool in_state = filter.states.empty() || std::ranges::find(filter.states, job.state) != filter.states.end();
    return !in_state || (filter.error_code && job.error_code != filter.error_code);
  });
}

Changed ids_of(const std::vector<LockedJob>& jobs) {
  Changed ids;
  for (const LockedJob& job : jobs) ids.push_back(job.id);
  return ids;
}

// The listener hears what the log has just got. Event ids rise as job ids do, since both were written in that order.
void tell(Transaction& transaction, const std::vector<LockedJob>& jobs, const Rows& written, Event event) {
  std::vector<std::int64_t> ids;
  for (const Row& row : written) ids.push_back(row.integer(0));
  std::ranges::sort(ids);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
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
    "INSERT INTO attempt (job_id, claim_no, number, worker, started_at, finished_at, ending) "
    "SELECT id, claim_no, attempt, worker, started_at, CAST($2 AS BIGINT), 'cancelled' FROM job WHERE state = 'running' AND id " DARKROOM_LISTED("$1");

// Each cancelled job is told on its own: a worker frees its slot by it, and whoever waits for the job is answered.
Changed cancel_chunk(Transaction& transaction, std::span<const std::int64_t> ids, const JobFilter& filter, const Actor& actor, Time now) {
  std::vector<LockedJob> jobs = locked_from(transaction.execute(kLockOpen, {json_list({ids.begin(), ids.end()})}));
  keep_meeting(jobs, filter);
  if (jobs.empty()) return {};
  std::string held = json_list(ids_of(jobs));
  Rows written = transaction.execute(kTellCancelled, {held, now, actor.name, actor.reason});
  tell(transaction, jobs, written, {.at = now, .type = "job.cancelled", .actor = actor.name, .reason = actor.reason});
  if (std::ranges::find(jobs, JobState::running, &LockedJob::state) != jobs.end()) transaction.execute(kCancelAttempts, {held, now});
  transaction.execute(kCancel, {held, now});
  write_deliveries(transaction, std::span(transaction.events).last(jobs.size()));
  std::set<std::int64_t> batches;
  for (const LockedJob& job : jobs) {
    if (job.batch) batches.insert(*job.batch);
  }
  for (std::int64_t batch : batches) batch_job_ended(transaction, batch, now);
  return ids_of(jobs);
}

constexpr RowSql kMove{"UPDATE job SET priority = $2, rank = COALESCE($3, rank), updated_at = $4 /*FROM GIVEN*/ WHERE id = $1", "iiii"};

// Each owner's jobs join the turns of their new priority as if they had just arrived there, in their old order. The listener hears of the last one only.
Changed move_chunk(Transaction& transaction, std::span<const std::int64_t> ids, const JobFilter& filter, int priority, const Actor& actor, Time now) {
  RowParams wanted, moves;
  for (std::int64_t id : ids) wanted.insert(wanted.end(), {id, priority});
  std::vector<LockedJob> jobs = locked_from(transaction.execute_rows(kLockWaiting, wanted));
  keep_meeting(jobs, filter);
  if (jobs.empty()) return {};
  std::vector<Line> lines;
  for (const LockedJob& job : jobs) {
    if (job.state == JobState::queued) lines.push_back({job.lane, priority, job.owner});
  }
  Ranks ranks(transaction.connection, std::move(lines));
  std::vector<Event> events;
  for (const LockedJob& job : jobs) {
    bool queued = job.state == JobState::queued;
    moves.insert(moves.end(), {job.id, priority, queued ? std::optional(ranks.take({job.lane, priority, job.owner})) : std::nullopt, now});
    events.push_back({.at = now, .type = "job.reprioritised", .image = job.image, .job = job.public_id, .actor = actor.name, .reason = actor.reason,
                      .data = "{\"from\":" + std::to_string(job.priority) + ",\"to\":" + std::to_string(priority) + "}"});
  }
  transaction.post_rows(kMove, moves);
  std::size_t heard = transaction.events.size();
  append_events(transaction, std::move(events));
  transaction.events.erase(transaction.events.begin() + static_cast<std::ptrdiff_t>(heard), transaction.events.end() - 1);
  return ids_of(jobs);
}

constexpr const char* kImagesOfJobs = "SELECT image_id, public_id, max_attempts, id FROM job WHERE image_id IS NOT NULL AND id " DARKROOM_LISTED("$1") " ORDER BY id";

constexpr const char* kHoldImages = "SELECT id FROM image WHERE id " DARKROOM_LISTED("$1") " ORDER BY id /*FOR UPDATE*/";
constexpr const char* kHoldBatches =
    "SELECT id FROM batch WHERE id IN (SELECT batch_id FROM job WHERE batch_id IS NOT NULL AND id " DARKROOM_LISTED("$1") ") ORDER BY id /*FOR UPDATE*/";

// `how` of a retry is what the job had before, and the new job takes the old one's place in its batch. A final job meets its filter for ever.
Changed again_chunk(Transaction& transaction, std::span<const std::int64_t> ids, const std::optional<Reprocess>& how, const Actor& actor, Time now) {
  Changed changed;
  const std::string listed = json_list({ids.begin(), ids.end()});
  Rows found = transaction.execute(kImagesOfJobs, {listed});
  std::vector<std::int64_t> images;
  for (const Row& row : found) images.push_back(row.integer(0));
  transaction.execute(kHoldImages, {json_list(images)});  // in their own order, and not in that of the jobs
  if (!how) transaction.execute(kHoldBatches, {listed});
  for (const Row& row : found) {
    Reprocess as_before{.max_attempts = row.small(2)};
    auto made = replace_job(transaction, ImageId{row.integer(0)}, row.text(1), how.value_or(as_before), how ? InBatch::stays_out : InBatch::takes_place, actor, now);
    if (made) changed.push_back(row.integer(3));
  }
  return changed;
}

struct Act {
  Transaction& transaction;
  std::span<const std::int64_t> ids;
  const JobFilter& filter;
  const Actor& actor;
  Time now;

  Changed operator()(const Cancel&) const { return cancel_chunk(transaction, ids, filter, actor, now); }
  Changed operator()(const Reprioritise& move) const { return move_chunk(transaction, ids, filter, move.priority, actor, now); }
  Changed operator()(const Retry&) const { return again_chunk(transaction, ids, std::nullopt, actor, now); }
  Changed operator()(const Reprocess& how) const { return again_chunk(transaction, ids, how, actor, now); }
};

// So many that a chunk holds the writer for some milliseconds.
std::size_t chunk_size(const BulkAction& action) {
  return std::holds_alternative<Cancel>(action) || std::holds_alternative<Reprioritise>(action) ? 500 : 50;
}

}  // namespace

std::size_t move_jobs(Transaction& transaction, std::span<const std::int64_t> ids, int priority, const Actor& actor, Time now) {
  return move_chunk(transaction, ids, {}, priority, actor, now).size();
}

std::vector<RowSql> hot_move_rows() { return {kLockWaiting, kMove}; }

namespace {

constexpr const char* kFindJob = "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE public_id = $1";
constexpr const char* kHoldJob = "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE public_id = $1 /*FOR UPDATE*/";

}  // namespace

Result<JobRecord> SqlStore::cancel_job(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<JobRecord> {
    Rows found = transaction.execute(kFindJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    std::int64_t id = found.front().integer(0);
    bool changed = !cancel_chunk(transaction, {&id, 1}, {}, actor, transaction.clock(now)).empty();
    JobRecord job = job_from(transaction.execute(kFindJob, {public_id}).front());
    if (!changed) return Error{std::string(code::conflict), "Job " + std::string(public_id) + " is already " + std::string(domain::to_string(job.state)) + ", so there is nothing to cancel."};
    return job;
  });
}

Result<JobRecord> SqlStore::reprioritise_job(std::string_view public_id, int priority, const Actor& actor, Time now, const Expectation<JobRecord>& as_expected) {
  if (priority < domain::kLowestPriority || priority > domain::kHighestPriority) {
    return Error{std::string(code::invalid_field), "priority must be a whole number from -100 to 100."};
  }
  return database_->write([&](Transaction& transaction) -> Result<JobRecord> {
    Rows found = transaction.execute(kHoldJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    if (as_expected && !as_expected(job_from(found.front()))) return changed_meanwhile("job");
    std::int64_t id = found.front().integer(0);
    move_chunk(transaction, {&id, 1}, {}, priority, actor, now);
    JobRecord job = job_from(transaction.execute(kFindJob, {public_id}).front());
    if (job.state != JobState::scheduled && job.state != JobState::queued) {
      return Error{std::string(code::conflict), "Job " + std::string(public_id) + " is " + std::string(domain::to_string(job.state)) + ". Only a job that waits can change its priority."};
    }
    return job;
  });
}

BulkResult SqlStore::act_on_jobs(const JobFilter& filter, const BulkAction& action, bool dry_run, const Actor& actor, Time now) {
  struct Found {
    Selection selection;
    BulkResult result;
    std::vector<std::int64_t> ids, left;
  };
  auto found = database_->read([&](Connection& connection) {
    Selection selection(connection, filter, action);
    Found seen{selection, selection.count(connection), {}, {}};
    if (dry_run || seen.result.changed == 0) return seen;
    seen.ids = selection.fitting(connection);
    seen.left = selection.going_to_fit(connection);
    return seen;
  });
  if (dry_run || found.result.changed == 0) return found.result;
  // Nobody else is changed, whatever comes to meet the filter later: each job that is cancelled frees a slot, and the next one runs.
  std::vector<std::int64_t>& left = found.left;
  left.insert(left.end(), found.ids.begin(), found.ids.end());
  std::ranges::sort(left);
  BulkResult result = found.result;
  result.changed = 0;
  for (int pass = 0; pass < found.selection.passes() && !found.ids.empty(); ++pass) {
    // A later pass is for those that were missed: one that was moved before and has another priority again got it from somebody else, and keeps it.
    if (pass > 0) {
      found.ids = database_->read([&](Connection& connection) { return found.selection.fitting(connection); });
      std::erase_if(found.ids, [&](std::int64_t job) { return !std::ranges::binary_search(left, job); });
    }
    Changed done;
    for (std::size_t at = 0; at < found.ids.size(); at += chunk_size(action)) {
      auto chunk = std::span(found.ids).subspan(at, std::min(chunk_size(action), found.ids.size() - at));
      Changed changed = database_->write([&](Transaction& transaction) { return std::visit(Act{transaction, chunk, filter, actor, transaction.clock(now)}, action); });
      done.insert(done.end(), changed.begin(), changed.end());
      fail_point<StoreUnavailable>("K22");
    }
    result.changed += static_cast<std::int64_t>(done.size());
    std::ranges::sort(done);
    std::erase_if(left, [&](std::int64_t job) { return std::ranges::binary_search(done, job); });
  }
  result.matched = std::max(result.matched, result.changed);
  return result;
}

}  // namespace darkroom::store
