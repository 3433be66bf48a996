// Changing what people may change of an image, and what the event stream and the statistics read.
#include "domain/error_codes.h"
#include "store/sql_images.h"
#include "store/sql_insight.h"
#include "store/sql_many.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"
#include "text/unicode.h"

namespace darkroom::store {
namespace {

namespace code = domain::code;

constexpr const char* kLockImage = "SELECT id FROM image WHERE id = $1 /*FOR UPDATE*/";
constexpr const char* kSetTitle = "UPDATE image SET title = $2, title_folded = $3, updated_at = $4 WHERE id = $1";
constexpr const char* kEventHorizon = "SELECT id FROM event_horizon";
constexpr const char* kOldestEvent = "SELECT COALESCE(MIN(id), 0) FROM event";
// What happens to a batch names it in its data; a photo that is gone has left its owner in the event of its deletion.
#define DARKROOM_SEEN_EVENTS \
    "SELECT event.id, event.at, event.type, event.image_id, event.job_id, event.actor, event.reason, event.data, CASE WHEN image.id IS NOT NULL THEN image.owner " \
    "WHEN event.image_id IS NOT NULL THEN (SELECT gone.data /*AS JSON*/ ->> 'owner' FROM event AS gone WHERE gone.image_id = event.image_id AND gone.type = 'image.deleted' LIMIT 1) " \
    "WHEN substr(event.type, 1, 6) = 'batch.' THEN (SELECT batch.owner FROM batch WHERE batch.public_id = event.data /*AS JSON*/ ->> 'batch') END, " \
    "CASE WHEN substr(event.type, 1, 6) = 'batch.' THEN event.data /*AS JSON*/ ->> 'batch' " \
    "ELSE (SELECT batch.public_id FROM job JOIN batch ON batch.id = job.batch_id WHERE job.public_id = event.job_id) END " \
    "FROM event LEFT JOIN image ON image.id = event.image_id WHERE event.id > $1 AND event.id <= $2 "
constexpr const char* kSeenEvents = DARKROOM_SEEN_EVENTS "ORDER BY event.id LIMIT $3";
constexpr const char* kSeenEventsOfImage = DARKROOM_SEEN_EVENTS "AND event.image_id = $4 ORDER BY event.id LIMIT $3";
constexpr const char* kEndedSince =
    "SELECT state, created_at, started_at, finished_at, error_code FROM job WHERE queue = $1 AND finished_at > $2 ORDER BY finished_at DESC LIMIT $3";
constexpr const char* kAttempt =
    "SELECT attempt.number, attempt.worker, attempt.started_at, attempt.finished_at, attempt.ending, attempt.error_code, attempt.error_message, attempt.model_version, "
    "attempt.timings, attempt.claim_no FROM job JOIN attempt ON attempt.job_id = job.id WHERE job.public_id = $1 AND attempt.number = $2 ORDER BY attempt.claim_no DESC LIMIT 1";

Result<void> change_priority(Transaction& transaction, const JobRecord& job, int priority, const Actor& actor, Time now) {
  if (job.priority == priority) return {};
  std::int64_t id = job.id.value;
  if (move_jobs(transaction, {&id, 1}, priority, actor, now) == 1) return {};
  return Error{std::string(code::conflict), "The image's newest job is " + std::string(domain::to_string(job.state)) +
                                                ". Only a job that waits can change its priority. Nothing was changed."};
}

// The images's row is held by the caller.
Result<ImageRecord> change_held(Transaction& transaction, const ImageRecord& image, const ImageChange& change, const Actor& actor, Time now) {
  if (change.priority) {
    if (auto moved = change_priority(transaction, image.job, *change.priority, actor, now); !moved) return moved.error();
  }
  if (change.title && *change.title != image.title) {
    transaction.execute(kSetTitle, {image.id.value, *change.title, text::folded(*change.title), now});
    append_event(transaction, {.at = now, .type = "image.changed", .image = image.id, .job = std::nullopt, .actor = actor.name, .reason = actor.reason});
  }
  return *read_image(transaction.connection, image.id);
}

}  // namespace

Result<ImageRecord> hold_image(Transaction& transaction, ImageId id, const Expectation<ImageRecord>& as_expected) {
  transaction.execute(kLockImage, {id.value});
  auto image = read_image(transaction.connection, id);
  if (!image) return not_found("image " + std::to_string(id.value));
  if (!as_expected || as_expected(*image)) return *image;
  return changed_meanwhile("image");
}

Result<ImageRecord> SqlStore::change_image(ImageId id, const ImageChange& change, const Expectation<ImageRecord>& as_expected, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<ImageRecord> {
    if (change.priority) hold_open_job(transaction, id);  // before its image, as whoever ends or deletes it
    auto image = hold_image(transaction, id, as_expected);
    return image ? change_held(transaction, *image, change, actor, now) : image;
  });
}

// The horizon is read first, in a snapshot of its own: the events up to it are then all in the newer one.
SeenEvents SqlStore::seen_events(std::int64_t after, int limit, std::optional<ImageId> image) {
  auto horizon = database_->read([](Connection& connection) { return connection.execute(kEventHorizon).front().integer(0); });
  return database_->read([&](Connection& connection) {
    SeenEvents seen;
    seen.newest = horizon;
    seen.oldest = connection.execute(kOldestEvent).front().integer(0);
    Rows rows = image ? connection.execute(kSeenEventsOfImage, {after, horizon, limit, image->value}) : connection.execute(kSeenEvents, {after, horizon, limit});
    for (const Row& row : rows) seen.events.push_back({event_from(row), row.optional_text(8), row.optional_text(9)});
    return seen;
  });
}

std::vector<const char*> event_statements() { return {kSeenEvents, kSeenEventsOfImage}; }

std::vector<EndedJob> SqlStore::ended_since(Time since, int limit) {
  return database_->read([&](Connection& connection) {
    std::vector<EndedJob> ended;
    for (const Row& row : connection.execute(kEndedSince, {domain::kProcessQueue, since, limit})) {
      ended.push_back({domain::parse_job_state(row.text(0)).value(), row.time(1), row.optional_time(2), row.time(3), row.optional_text(4)});
    }
    return ended;
  });
}

std::optional<AttemptRecord> SqlStore::find_attempt(std::string_view job, int number) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kAttempt, {job, number});
    return rows.empty() ? std::nullopt : std::optional(attempt_from(rows.front()));
  });
}

}  // namespace darkroom::store
