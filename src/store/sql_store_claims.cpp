// Claiming, and what makes waiting jobs ready for it or ends them: promotion when their time has come, expiry when nobody started them in time.
#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "store/sql_ageing.h"
#include "store/sql_batches.h"
#include "store/sql_bytes.h"
#include "store/sql_claims.h"
#include "store/sql_deliveries.h"
#include "store/sql_endings.h"
#include "store/sql_failures.h"
#include "store/sql_intake.h"
#include "store/sql_limits.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_site_photos.h"
#include "store/sql_store.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace darkroom::store {

std::vector<domain::ClaimedJob> SqlStore::claim(const ClaimRequest& request, Time now) {
  Claimer claimer{request, now};
  database_->write_together(claiming_, &claimer, static_cast<std::size_t>(std::max(request.count, 1)));
  if (!claimer.taken.empty()) fail_point<StoreUnavailable>("K21");
  return std::move(claimer.taken);
}

namespace {

constexpr const char* kDue =
    "SELECT id, lane, priority, owner, public_id, image_id FROM job WHERE state = 'scheduled' AND run_at <= $1 ORDER BY run_at, id LIMIT $2 /*SKIP LOCKED*/";
constexpr RowSql kPromote{"UPDATE job SET state = 'queued', rank = $2, updated_at = $3 /*FROM GIVEN*/ WHERE id = $1 AND state = 'scheduled'", "iii"};
// Two that promote at once would give their jobs the same turns. Whoever does not get it comes again: nobody waits for who promotes.
constexpr const char* kPromoter = "SELECT CAST(pg_try_advisory_xact_lock(6274, hashtext(current_schema())) AS INTEGER)";
constexpr std::chrono::milliseconds kPromoterPause{100};
constexpr const char* kNextDue = "SELECT run_at FROM job WHERE state = 'scheduled' ORDER BY run_at, id LIMIT 1";

// Of those that wait for a time only they have been started before.
#define DARKROOM_LATE_RETRIES "SELECT id FROM job WHERE state = 'scheduled' AND run_at > $1 AND started_at IS NOT NULL ORDER BY run_at, id LIMIT $2"
constexpr const char* kLateRetries = DARKROOM_LATE_RETRIES;
constexpr const char* kHoldLateRetries = DARKROOM_LATE_RETRIES " /*SKIP LOCKED*/";
constexpr const char* kSetDue = "UPDATE job SET run_at = $2, updated_at = $2 WHERE id = $1 AND state = 'scheduled'";

// What has been started in time does not expire while it waits for a retry.
#define DARKROOM_NEVER_STARTED "FROM job WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued') AND started_at IS NULL "
constexpr const char* kLate =
    "SELECT id, public_id, image_id, batch_id, expires_at " DARKROOM_NEVER_STARTED "AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2 /*SKIP LOCKED*/";
constexpr const char* kNextLate = "SELECT expires_at " DARKROOM_NEVER_STARTED "ORDER BY expires_at, id LIMIT 1";
// Only the newest job of an image can wait.
constexpr const char* kWaitingOfContent =
    "SELECT job.id, job.public_id, job.image_id, job.batch_id FROM image JOIN job ON job.id = image.job_id WHERE image.sha256 = $1 "
    "AND (job.state = 'scheduled' OR job.state = 'queued') LIMIT $2 /*OF JOB SKIP LOCKED*/";
constexpr int kMostQuarantined = 500;
constexpr RowSql kEndWaiting{
    "UPDATE job SET state = 'failed', finished_at = $2, updated_at = $2, error_code = $3, error_message = $4 /*FROM GIVEN*/ "
    "WHERE id = $1 AND (state = 'scheduled' OR state = 'queued')", "iitt"};

std::optional<Time> first_time(Connection& connection, const char* statement) {
  Rows found = connection.execute(statement);
  return found.empty() ? std::nullopt : std::optional(found.front().time(0));
}

std::optional<std::int64_t> optional_integer(const Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

std::optional<ImageId> optional_image(const Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(ImageId{row.integer(column)});
}

// Reads id, public_id, image_id, batch_id.
WaitingJob waiting_from(const Row& row, Error error) { return {row.integer(0), row.text(1), optional_image(row, 2), optional_integer(row, 3), std::move(error)}; }

// In the order of the rows, each as if it had just arrived.
void promote(Transaction& transaction, const Rows& due, Time now) {
  if (due.empty()) return;
  auto line_of = [](const Row& row) { return Line{row.text(1), row.small(2), row.text(3)}; };
  std::vector<Line> lines;
  for (const Row& row : due) lines.push_back(line_of(row));
  Ranks ranks(transaction.connection, std::move(lines));
  RowParams rows;
  std::vector<Event> events;
  for (const Row& row : due) {
    rows.insert(rows.end(), {row.integer(0), ranks.take(line_of(row)), now});
    events.push_back({.at = now, .type = "job.queued", .image = optional_image(row, 5), .job = row.text(4), .actor = "system", .reason = "its time has come"});
  }
  transaction.post_rows(kPromote, rows);
  append_events(transaction, std::move(events));
}

}  // namespace

Error expired_at(Time when) {
  return {std::string(domain::code::expired), "Nobody started this job by " + to_rfc3339(when) + ", when it expired. Retry it if it is still wanted."};
}

void end_waiting(Transaction& transaction, const std::vector<WaitingJob>& jobs, Time now) {
  if (jobs.empty()) return;
  RowParams rows;
  std::vector<Event> events;
  std::set<std::int64_t> batches;
  for (const WaitingJob& job : jobs) {
    rows.insert(rows.end(), {job.id, now, job.error.code, job.error.message});
    events.push_back({.at = now, .type = "job.failed", .image = job.image, .job = job.public_id, .actor = "system", .reason = job.error.message});
    if (job.batch) batches.insert(*job.batch);
  }
  transaction.post_rows(kEndWaiting, rows);
  for (const WaitingJob& job : jobs) note_failure(transaction, job.id, job.error, now);
  append_events(transaction, std::move(events));
  for (std::int64_t batch : batches) batch_job_ended(transaction, batch, now);
}

void end_quarantined(Transaction& transaction, const std::string& sha256, std::int64_t crashes, Time now) {
  std::vector<WaitingJob> jobs;
  for (const Row& row : transaction.execute(kWaitingOfContent, {sha256, kMostQuarantined})) jobs.push_back(waiting_from(row, quarantined(sha256, crashes)));
  std::ranges::sort(jobs, {}, &WaitingJob::id);
  end_waiting(transaction, jobs, now);
}

// Looks before it writes: mostly nothing is due, and then nobody need wait for the writer.
Promoted SqlStore::promote_due(int most, Time now) {
  auto next = database_->read([](Connection& connection) { return first_time(connection, kNextDue); });
  if (!next || *next > now) return {0, next};
  return database_->write([&](Transaction& transaction) {
    Promoted promoted;
    if (database_->is_shared() && transaction.execute(kPromoter).front().integer(0) == 0) {
      promoted.next_due = now + kPromoterPause;
      return promoted;
    }
    Rows due = transaction.execute(kDue, {now, most});
    promote(transaction, due, now);
    promoted.count = static_cast<int>(due.size());
    promoted.next_due = first_time(transaction.connection, kNextDue);
    return promoted;
  });
}

int SqlStore::pull_back_retries(Duration longest, int most, Time now) {
  bool any = database_->read([&](Connection& connection) { return !connection.execute(kLateRetries, {now + longest, 1}).empty(); });
  if (!any) return 0;
  return database_->write([&](Transaction& transaction) {
    Rows late = transaction.execute(kHoldLateRetries, {now + longest, most});
    for (const Row& row : late) transaction.execute(kSetDue, {row.integer(0), now});
    return static_cast<int>(late.size());
  });
}

Promoted SqlStore::expire_due(int most, Time now) {
  auto next = database_->read([](Connection& connection) { return first_time(connection, kNextLate); });
  if (!next || *next > now) return {0, next};
  return database_->write([&](Transaction& transaction) {
    std::vector<WaitingJob> late;
    for (const Row& row : transaction.execute(kLate, {now, most})) late.push_back(waiting_from(row, expired_at(row.time(4))));
    end_waiting(transaction, late, now);
    Promoted expired;
    expired.count = static_cast<int>(late.size());
    expired.next_due = first_time(transaction.connection, kNextLate);
    return expired;
  });
}

std::vector<const char*> hot_statements() {
  std::vector<const char*> statements = {kDue, kNextDue, kHoldLateRetries, kSetDue, kLate, kNextLate, kWaitingOfContent};
  for (const auto& more : {hot_claim_statements(), hot_ageing_statements(), hot_limit_statements(), hot_ending_statements(), hot_intake_statements(), hot_delivery_statements(), hot_site_statements(), byte_statements()}) {
    statements.insert(statements.end(), more.begin(), more.end());
  }
  for (const RowSql& row : hot_row_statements()) statements.push_back(row.text);
  return statements;
}

std::vector<RowSql> hot_row_statements() {
  std::vector<RowSql> statements = {kRanks, kPromote, kEndWaiting};
  for (const auto& more : {hot_claim_rows(), hot_intake_rows(), hot_ending_rows(), hot_move_rows(), hot_delivery_rows(), hot_site_rows()}) statements.insert(statements.end(), more.begin(), more.end());
  return statements;
}

}  // namespace darkroom::store
