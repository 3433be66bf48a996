// From rows to records: the column lists that the store's queries share, in the order in which they are read here.
#pragma once

#include "store/records.h"
#include "store/sql/connection.h"
#include "store/sql/database.h"
#include "store/sql_deliveries.h"

#include <set>
#include <string>
#include <string_view>

#define DARKROOM_JOB_COLUMNS                                                                                                            \
  "job.id, job.public_id, job.image_id, job.kind, job.queue, job.model, job.owner, job.state, job.priority, job.run_at, job.attempt, " \
  "job.max_attempts, job.crashes, job.interruptions, job.worker, job.started_at, job.finished_at, job.retry_of, job.error_code, "      \
  "job.error_message, job.created_at, job.updated_at, job.node, job.expires_at, (SELECT batch.public_id FROM batch WHERE batch.id = job.batch_id)"

#define DARKROOM_IMAGE_COLUMNS                                                                                                 \
  "image.id, image.title, image.owner, image.external_id, image.metadata, image.sha256, image.byte_count, image.format, image.width, " \
  "image.height, image.created_at, image.updated_at, result.document"

// The newest attempts of a job that are shown, by its claims, of which each makes one: what is put off again and again has thousands.
#define DARKROOM_ATTEMPTS_OF_JOBS                                                                                                                   \
  "attempt.number, attempt.worker, attempt.started_at, attempt.finished_at, attempt.ending, attempt.error_code, attempt.error_message, "             \
  "attempt.model_version, attempt.timings, attempt.claim_no FROM job JOIN attempt ON attempt.job_id = job.id AND attempt.claim_no > job.claim_no - 50 "

#define DARKROOM_IMAGE_TABLES \
  "image JOIN job ON job.id = image.job_id LEFT JOIN result ON result.job_id = image.result_job_id"

namespace darkroom::store {

inline constexpr std::size_t kJobColumns = 25;

// Reads DARKROOM_JOB_COLUMNS from column `first` on.
JobRecord job_from(const Row& row, std::size_t first = 0);
// Reads DARKROOM_JOB_COLUMNS, then DARKROOM_IMAGE_COLUMNS.
ImageRecord image_from(const Row& row);
std::optional<Error> error_from(const Row& row, std::size_t code_column);
// Reads number, worker, started_at, finished_at, ending, error_code, error_message, model_version, timings.
AttemptRecord attempt_from(const Row& row);
// Reads id, at, type, image_id, job_id, actor, reason, data.
Event event_from(const Row& row);

// As image.labels has them: a line each, with one before the first.
std::string lines_of(const std::set<std::string_view>& labels);

std::optional<ImageRecord> read_image(Connection& connection, ImageId id);

// Appends the event to the log and to what the listener hears after the commit, and writes its deliveries. An ending's event comes after its other rows.
// It happened at the time of the database's clock where there is one (Connection::clock), whatever `at` says: the log is in the order of its times.
void append_event(Transaction& transaction, Event event);

// The same for several, in their order.
void append_events(Transaction& transaction, std::vector<Event> events, const std::optional<Interest>& interest = std::nullopt);

// The same for events whose ids, and time, were given beforehand (Connection::execute_together): nothing is waited for. Without ids they are appended.
void post_events(Transaction& transaction, std::vector<Event> events, const std::optional<Interest>& interest = std::nullopt);

}  // namespace darkroom::store
