#include "store/sql_new_jobs.h"

#include "base/id.h"
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_failures.h"
#include "store/sql_rows.h"

namespace darkroom::store {
namespace {

namespace code = domain::code;

Error conflict(std::string message) { return {std::string(code::conflict), std::move(message)}; }

constexpr const char* kInsertJob =
    "INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, retry_of, expires_at, batch_id, "
    "error_code, error_message, finished_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "
    "COALESCE((SELECT max_retries + 1 FROM queue WHERE name = $4), CAST($12 AS BIGINT)), $13, $14, $15, $16, $17, $18, $19, $19)";
constexpr const char* kPointImageToJob = "UPDATE image SET job_id = $2, updated_at = $3 WHERE id = $1";

}  // namespace

Error not_found(const std::string& what) {
  return {std::string(code::not_found), "There is no " + what + ". It may have been deleted."};
}

Error changed_meanwhile(const std::string& what) {
  return {std::string(code::precondition_failed), "The " + what + " was changed meanwhile. Read it again, and send its new ETag as If-Match."};
}

std::string insert_job(Transaction& transaction, const NewJob& job, Time now) {
  using domain::JobState;
  std::string public_id = make_uuid_v7(now);
  std::string lane = domain::lane_of(domain::kProcessQueue, job.model);
  Time run_at = std::max(job.run_at.value_or(now), now);
  JobState state = job.failed ? JobState::failed : run_at > now ? JobState::scheduled : JobState::queued;
  std::int64_t rank = state == JobState::queued ? next_rank(transaction.connection, lane, job.priority, job.owner) : 0;
  if (state == JobState::queued && job.turn) rank = job.turn->take(rank);
  std::optional<std::string> error_code, error_message;
  if (job.failed) error_code = job.failed->code, error_message = job.failed->message;
  std::optional<Time> finished_at = job.failed ? std::optional(now) : std::nullopt;
  std::int64_t id = transaction.insert(
      kInsertJob, {public_id, domain::kProcessKind, job.image.value, domain::kProcessQueue, job.model, lane, job.owner, job.priority, rank, domain::to_string(state),
                   run_at, job.max_attempts, job.retry_of, job.expires_at, job.batch, error_code, error_message, finished_at, now});
  if (job.failed) note_failure(transaction, id, *job.failed, now);
  transaction.post(kPointImageToJob, {job.image.value, id, now});
  return public_id;
}

constexpr const char* kShareBatch = "SELECT id, sealed_at FROM batch WHERE public_id = $1 /*FOR SHARE*/";

Result<std::int64_t> open_batch(Transaction& transaction, const std::string& public_id) {
  Rows found = transaction.execute(kShareBatch, {public_id});
  if (found.empty()) return not_found("batch " + public_id);
  if (!found.front().is_null(1)) return conflict("Batch " + public_id + " is sealed: nothing can be added to it any more. Make a new one.");
  return found.front().integer(0);
}

Error quarantined(const std::string& sha256, std::int64_t crashes) {
  return {std::string(code::quarantined), "This photo crashed its runner " + std::to_string(crashes) + " times and is quarantined. When the cause is mended, release it with "
                                              "`darkroom quarantine release " + sha256 + "`, then retry."};
}

constexpr const char* kCrashesOf = "SELECT crashes FROM content_crash WHERE sha256 = $1 AND crashes >= $2";

std::optional<Error> quarantine_of(Connection& connection, const std::string& sha256) {
  Rows found = connection.execute(kCrashesOf, {sha256, domain::kCrashesUntilQuarantine});
  return found.empty() ? std::nullopt : std::optional(quarantined(sha256, found.front().integer(0)));
}

namespace {

constexpr const char* kLockImage = "SELECT id FROM image WHERE id = $1 /*FOR UPDATE*/";
constexpr const char* kLockUncompletedBatch = "SELECT id FROM batch WHERE public_id = $1 AND completed_at IS NULL /*FOR UPDATE*/";
constexpr const char* kLeaveBatch = "UPDATE job SET batch_id = NULL WHERE id = $1";

// The batch of the new job, if any.
Result<std::optional<std::int64_t>> batch_of_next(Transaction& transaction, const JobRecord& old, const Reprocess& how, InBatch in_batch, const Actor& actor, Time now) {
  if (how.batch) {
    auto batch = open_batch(transaction, *how.batch);
    if (!batch && batch.error().code == code::not_found && how.new_batch) return std::optional(insert_batch(transaction, *how.batch, *how.new_batch, actor, now));
    if (!batch) return batch.error();
    return std::optional(*batch);
  }
  if (in_batch == InBatch::stays_out || !old.batch) return std::optional<std::int64_t>();
  Rows found = transaction.execute(kLockUncompletedBatch, {*old.batch});
  if (found.empty()) return std::optional<std::int64_t>();
  transaction.execute(kLeaveBatch, {old.id.value});
  return std::optional(found.front().integer(0));
}

std::optional<Error> why_not_again(const ImageRecord& image, std::string_view expected) {
  if (!expected.empty() && image.job.public_id != expected) {
    return conflict("Image " + std::to_string(image.id.value) + " already has a newer job, " + image.job.public_id + ". Retry that one.");
  }
  if (domain::is_final(image.job.state)) return std::nullopt;
  return conflict("Image " + std::to_string(image.id.value) + " is still " + std::string(domain::to_string(image.job.state)) + " (job " + image.job.public_id +
                  "). Wait until it has finished, or cancel that job.");
}

}  // namespace

Result<ImageRecord> replace_job(Transaction& transaction, ImageId id, std::string_view expected, const Reprocess& how, InBatch in_batch, const Actor& actor, Time now) {
  if (transaction.execute(kLockImage, {id.value}).empty()) return not_found("image " + std::to_string(id.value));
  ImageRecord image = read_image(transaction.connection, id).value();
  if (auto refused = why_not_again(image, expected)) return *refused;
  if (auto refused = quarantine_of(transaction.connection, image.sha256)) return *refused;
  auto batch = batch_of_next(transaction, image.job, how, in_batch, actor, now);
  if (!batch) return batch.error();
  NewJob job{.image = image.id,
             .model = how.model.value_or(image.job.model),
             .owner = image.owner,
             .priority = how.priority.value_or(image.job.priority),
             .max_attempts = how.max_attempts,
             .retry_of = image.job.public_id,
             .batch = *batch};
  if (image.job.state == domain::JobState::failed) forget_failure(transaction, image.job.id.value);
  std::string public_id = insert_job(transaction, job, now);
  append_event(transaction, {.at = now, .type = "job.created", .image = image.id, .job = public_id, .actor = actor.name, .reason = actor.reason});
  return read_image(transaction.connection, image.id).value();
}

}  // namespace darkroom::store
