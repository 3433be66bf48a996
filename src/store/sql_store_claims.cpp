// Claiming, and what makes waiting jobs ready for it or ends them: promotion when their time has come, expiry when nobody started them in time.
#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "store/sql_ageing.h"
#include "store/sql_batches.h"
#include "store/sql_claims.h"
#include "store/sql_deliveries.h"
#include "store/sql_endings.h"
#include "store/sql_failures.h"
#include "store/sql_intake.h"
#include "store/sql_limits.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_site_photos.h"
#include "store/sql_store.h"

#include <algorithm>
#include <iterator>

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
constexpr const char* kPromote = "UPDATE job SET state = 'queued', rank = $2, updated_at = $3 WHERE id = $1 AND state = 'scheduled'";
constexpr const char* kNextDue = "SELECT run_at FROM job WHERE state = 'scheduled' ORDER BY run_at, id LIMIT 1";

constexpr const char* kLate =
    "SELECT id, public_id, image_id, expires_at, batch_id FROM job WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued') "
    "AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2 /*SKIP LOCKED*/";
constexpr const char* kExpire =
    "UPDATE job SET state = 'failed', finished_at = $2, updated_at = $2, error_code = $3, error_message = $4 "
    "WHERE id = $1 AND state IN ('scheduled', 'queued')";
constexpr const char* kNextLate =
    "SELECT expires_at FROM job WHERE expires_at IS NOT NULL AND state IN ('scheduled', 'queued') ORDER BY expires_at, id LIMIT 1";

std::optional<Time> first_time(Connection& connection, const char* statement) {
  Rows found = connection.execute(statement);
  return found.empty() ? std::nullopt : std::optional(found.front().time(0));
}

std::optional<std::int64_t> optional_integer(const Row& row, std::size_t column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

void promote(Transaction& transaction, const Row& row, Time now) {
  std::int64_t rank = next_rank(transaction.connection, row.text(1), row.small(2), row.text(3));
  transaction.execute(kPromote, {row.integer(0), rank, now});
  auto image = optional_integer(row, 5);
  append_event(transaction, {.at = now, .type = "job.queued", .image = image ? std::optional(ImageId{*image}) : std::nullopt, .job = row.text(4),
                             .actor = "system", .reason = "its time has come"});
}

}  // namespace

void end_expired(Transaction& transaction, const LateJob& job, Time now) {
  std::string message = "Nobody started this job by " + to_rfc3339(job.expires_at) + ", when it expired. Retry it if it is still wanted.";
  transaction.execute(kExpire, {job.id, now, domain::code::expired, message});
  note_failure(transaction, job.id, {std::string(domain::code::expired), message}, now);
  append_event(transaction, {.at = now, .type = "job.failed", .image = job.image ? std::optional(ImageId{*job.image}) : std::nullopt, .job = job.public_id,
                             .actor = "system", .reason = message});
  if (job.batch) batch_job_ended(transaction, *job.batch, now);
}

// Looks before it writes: mostly nothing is due, and then nobody need wait for the writer.
Promoted SqlStore::promote_due(int most, Time now) {
  auto next = database_->read([](Connection& connection) { return first_time(connection, kNextDue); });
  if (!next || *next > now) return {0, next};
  return database_->write([&](Transaction& transaction) {
    Promoted promoted;
    for (const Row& row : transaction.execute(kDue, {now, most})) {
      promote(transaction, row, now);
      ++promoted.count;
    }
    promoted.next_due = first_time(transaction.connection, kNextDue);
    return promoted;
  });
}

Promoted SqlStore::expire_due(int most, Time now) {
  auto next = database_->read([](Connection& connection) { return first_time(connection, kNextLate); });
  if (!next || *next > now) return {0, next};
  return database_->write([&](Transaction& transaction) {
    Promoted expired;
    for (const Row& row : transaction.execute(kLate, {now, most})) {
      end_expired(transaction, {row.integer(0), row.text(1), optional_integer(row, 2), row.time(3), optional_integer(row, 4)}, now);
      ++expired.count;
    }
    expired.next_due = first_time(transaction.connection, kNextLate);
    return expired;
  });
}

std::vector<const char*> hot_statements() {
  std::vector<const char*> statements = {kDue, kPromote, kNextDue, kLate, kExpire, kNextLate};
  for (const auto& more : {hot_claim_statements(), hot_ageing_statements(), hot_limit_statements(), hot_ending_statements(), hot_intake_statements(), hot_delivery_statements(), hot_site_statements()}) {
    statements.insert(statements.end(), more.begin(), more.end());
  }
  for (const RowSql& row : hot_row_statements()) statements.push_back(row.text);
  return statements;
}

std::vector<RowSql> hot_row_statements() {
  std::vector<RowSql> statements = {kRanks, start_statement()};
  for (const auto& more : {hot_intake_rows(), hot_ending_rows(), hot_move_rows(), hot_delivery_rows(), hot_site_rows()}) statements.insert(statements.end(), more.begin(), more.end());
  return statements;
}

}  // namespace darkroom::store
