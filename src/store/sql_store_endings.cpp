// Endings: the fence is checked, the pure rule decides, and everything that an ending causes is written in one transaction.
#include "base/fail_point.h"
#include "store/sql_batches.h"
#include "store/sql_claims.h"
#include "store/sql_endings.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <random>

namespace darkroom::store {
namespace {

double random_share() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

constexpr const char* kHold =
    "SELECT " DARKROOM_HELD_COLUMNS "WHERE job.id = $1 AND job.claim_no = $2 AND job.state = 'running' /*FOR UPDATE OF JOB*/";
constexpr const char* kOrphans = "SELECT " DARKROOM_HELD_COLUMNS "WHERE job.state = 'running' ORDER BY job.id";

// A job that goes back keeps its rank: it was at the head and stays there.
constexpr const char* kEndJob =
    "UPDATE job SET state = $3, run_at = COALESCE($4, run_at), finished_at = $5, attempt = attempt - $6, crashes = crashes + $7, "
    "interruptions = interruptions + $8, error_code = $9, error_message = $10, node = NULL, worker = NULL, updated_at = $11 "
    "WHERE id = $1 AND claim_no = $2 AND state = 'running'";
constexpr const char* kEndAttempt =
    "UPDATE attempt SET finished_at = $3, ending = $4, error_code = $5, error_message = $6, model_version = $7, timings = $8 "
    "WHERE job_id = $1 AND claim_no = $2";
constexpr const char* kInsertResult =
    "INSERT INTO result (job_id, image_id, model, model_version, document, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr const char* kNewestResult = "UPDATE image SET result_job_id = $2 WHERE id = $1 AND COALESCE(result_job_id, 0) < $2";
constexpr const char* kCountCrash =
    "INSERT INTO content_crash (sha256, crashes, last_at) VALUES ($1, 1, $2) "
    "ON CONFLICT (sha256) DO UPDATE SET crashes = content_crash.crashes + 1, last_at = excluded.last_at RETURNING crashes";

std::string stages_json(const domain::StageTimings& t) {
  return "{\"read\":" + std::to_string(t.read) + ",\"decode\":" + std::to_string(t.decode) + ",\"prepare\":" + std::to_string(t.prepare) +
         ",\"infer\":" + std::to_string(t.infer) + ",\"post\":" + std::to_string(t.post) + "}";
}

struct EndingNote {
  std::string actor;
  std::string reason;
  std::string model_version;
};

void store_result(Transaction& transaction, const HeldJob& job, const domain::Succeeded& success, const std::string& model_version, Time now) {
  if (!job.image.value) return;
  std::int64_t id = job.fence.job.value;
  transaction.post(kInsertResult, {id, job.image.value, job.model, model_version, success.document, now});
  transaction.post(kNewestResult, {job.image.value, id});
}

void end_job(Transaction& transaction, const HeldJob& job, const domain::Ending& ending, const EndingNote& note, const domain::Transition& next, Time now) {
  using domain::JobState;
  std::int64_t id = job.fence.job.value;
  std::optional<std::string> code, message;
  if (!next.error.code.empty()) {
    code = next.error.code;
    message = next.error.message;
  }
  std::optional<Time> run_at = next.state == JobState::scheduled ? std::optional(next.run_at) : std::nullopt;
  std::optional<Time> finished_at = domain::is_final(next.state) ? std::optional(now) : std::nullopt;
  transaction.post(kEndJob, {id, job.fence.claim_no, domain::to_string(next.state), run_at, finished_at, next.refund_attempt ? 1 : 0, next.crashed ? 1 : 0,
                                next.interrupted ? 1 : 0, code, message, now});
  const auto* success = std::get_if<domain::Succeeded>(&ending);
  std::optional<std::string> timings = success ? std::optional(stages_json(success->outcome.timings)) : std::nullopt;
  transaction.post(kEndAttempt, {id, job.fence.claim_no, now, next.attempt_end, code, message, note.model_version, timings});
  if (success) store_result(transaction, job, *success, note.model_version, now);
  append_event(transaction, {.at = now, .type = std::string(next.event), .image = job.image.value ? std::optional(job.image) : std::nullopt,
                             .job = job.public_id, .actor = note.actor, .reason = note.reason.empty() ? next.error.message : note.reason,
                             .data = success && !job.image.value ? success->document : "{}"});
  if (finished_at && job.batch) batch_job_ended(transaction, *job.batch, now);
}

// Two crashes of one content may be told at the same moment from two nodes: the row of the content decides which of them is the second.
void count_crash(Transaction& transaction, HeldJob& job, Time now) {
  if (job.sha256.empty()) return;
  job.counters.content_crashes = transaction.execute(kCountCrash, {job.sha256, now}).front().small(0) - 1;
}

}  // namespace

HeldJob held_from(const Row& row) {
  HeldJob job;
  job.fence = {JobId{row.integer(0)}, row.integer(1)};
  job.public_id = row.text(2);
  job.image = ImageId{row.is_null(3) ? 0 : row.integer(3)};
  job.model = row.text(4);
  job.counters = {.attempt = row.small(5), .max_attempts = row.small(6), .interruptions = row.small(7), .content_crashes = row.small(10)};
  if (!row.is_null(8)) job.batch = row.integer(8);
  job.sha256 = row.optional_text(9).value_or("");
  if (!row.is_null(11)) job.counters.max_attempts = std::min(job.counters.max_attempts, row.small(11) + 1);
  if (!row.is_null(12)) job.first_retry = std::chrono::floor<std::chrono::seconds>(Duration(row.integer(12)));
  return job;
}

std::optional<HeldJob> hold_job(Transaction& transaction, const domain::Fence& fence) {
  Rows held = transaction.execute(kHold, {fence.job.value, fence.claim_no});
  return held.empty() ? std::nullopt : std::optional(held_from(held.front()));
}

void interrupt(Transaction& transaction, const HeldJob& job, const std::string& reason, Time now) {
  domain::Ending ending = domain::Interrupted{reason};
  end_job(transaction, job, ending, {"system", reason, ""}, domain::decide(ending, job.counters, {}, now, 0.0), now);
}

Finished SqlStore::finish(const Finish& finish, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) {
  auto [result, stored] = database_->write_early([&](Transaction& transaction) {
    Finished finished;
    if (auto job = hold_job(transaction, finish.fence)) {
      domain::RetryPolicy of_queue = policy;
      of_queue.first_delay = job->first_retry.value_or(policy.first_delay);
      if (std::holds_alternative<domain::Crashed>(finish.ending)) count_crash(transaction, *job, now);
      domain::Transition step = domain::decide(finish.ending, job->counters, of_queue, now, random_share());
      end_job(transaction, *job, finish.ending, {finish.worker, "", finish.model_version}, step, now);
      fail_point<StoreUnavailable>("K12");
      finished.applied = true;
    }
    if (next.count > 0) finished.next = claim_in(transaction, next, now);
    return finished;
  });
  result.stored = std::move(stored);
  return std::move(result);
}

constexpr const char* kStopNodes = "UPDATE node SET state = 'stopped', lease_until = $1 WHERE state <> 'stopped'";

int SqlStore::requeue_orphans(std::string_view reason, const domain::RetryPolicy&, Time now) {
  return database_->write([&](Transaction& transaction) {
    Rows orphans = transaction.execute(kOrphans);
    for (const Row& row : orphans) interrupt(transaction, held_from(row), std::string(reason), now);
    transaction.execute(kStopNodes, {now});
    return static_cast<int>(orphans.size());
  });
}

std::vector<const char*> hot_ending_statements() { return {kHold, kEndJob, kEndAttempt, kInsertResult, kNewestResult, kCountCrash}; }

}  // namespace darkroom::store
