// Taking in: a photo with its first job, new jobs for photos that are there, and removal.
#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_images.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <chrono>

namespace darkroom::store {
namespace {

namespace code = domain::code;

constexpr const char* kAdmission =
    "SELECT (SELECT COUNT(*) FROM blob_removal WHERE sha256 = $1), COALESCE((SELECT crashes FROM content_crash WHERE sha256 = $1), 0)";
constexpr const char* kInsertImage =
    "INSERT INTO image (title, owner, external_id, metadata, sha256, byte_count, format, width, height, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)";

// When the job will start or expire, for whoever promotes and expires: they hear of it with the event.
std::string times_json(const NewImage& image, Time now) {
  std::string data;
  if (image.run_at && *image.run_at > now) data += "\"run_at\":\"" + to_rfc3339(*image.run_at) + '"';
  if (image.expires_at) data += (data.empty() ? "" : ",") + ("\"expires_at\":\"" + to_rfc3339(*image.expires_at) + '"');
  return '{' + data + '}';
}

// Held until the end of the transaction by whoever makes the first image of a content, or removes the last one: of the two one sees what the other
// did. (On SQLite there is one writer, and nothing to wait for.)
constexpr const char* kLockContent = "SELECT lock_content($1)";

Result<ImageRecord> insert_image(Transaction& transaction, const NewImage& image, Turns::Entry* turn, const Actor& actor, Time now) {
  transaction.post(kLockContent, {image.sha256});
  Row admission = transaction.execute(kAdmission, {image.sha256}).front();
  if (admission.integer(0) > 0) return Error{std::string(code::conflict), "The same photo is being deleted at this moment. Send it again."};
  NewJob job{.model = image.model, .owner = image.owner, .priority = image.priority, .max_attempts = image.max_attempts, .run_at = image.run_at, .expires_at = image.expires_at};
  job.turn = turn;
  if (image.batch) {
    auto batch = open_batch(transaction, *image.batch);
    if (!batch) return batch.error();
    job.batch = *batch;
  }
  if (admission.integer(1) >= domain::kCrashesUntilQuarantine) job.failed = quarantined(image.sha256, admission.integer(1));
  job.image = ImageId{transaction.insert(kInsertImage, {image.title, image.owner, image.external_id, image.metadata, image.sha256, image.byte_count, image.format,
                                                         image.width, image.height, now})};
  std::string id = insert_job(transaction, job, now);
  append_event(transaction, {.at = now, .type = "image.created", .image = job.image, .job = id, .actor = actor.name, .reason = actor.reason,
                             .data = times_json(image, now)});
  if (job.failed) append_event(transaction, {.at = now, .type = "job.failed", .image = job.image, .job = id, .actor = "system", .reason = job.failed->message});
  fail_point<StoreUnavailable>("K6");
  return read_image(transaction.connection, job.image).value();
}

constexpr auto kKeysKept = std::chrono::hours(24 * 7);
constexpr const char* kForgetOldKeys =
    "DELETE FROM idempotency_key WHERE (scope, key) IN (SELECT scope, key FROM idempotency_key WHERE created_at < $1 ORDER BY created_at LIMIT 10 /*SKIP LOCKED*/)";
constexpr const char* kTakeKey =
    "INSERT INTO idempotency_key (scope, key, request_sha256, image_id, created_at) VALUES ($1, $2, $3, 0, $4) ON CONFLICT (scope, key) DO NOTHING RETURNING key";
constexpr const char* kFindKey = "SELECT request_sha256, image_id FROM idempotency_key WHERE scope = $1 AND key = $2";
constexpr const char* kFillKey = "UPDATE idempotency_key SET image_id = $3 WHERE scope = $1 AND key = $2";
constexpr const char* kForgetKey = "DELETE FROM idempotency_key WHERE scope = $1 AND key = $2";

Result<ImageRecord> replay(Transaction& transaction, const IdempotencyKey& key) {
  Row first = transaction.execute(kFindKey, {key.scope, key.key}).front();
  if (first.text(0) != key.request_sha256) {
    return Error{std::string(code::idempotency_mismatch), "The idempotency key '" + key.key + "' was used before with another photo or other fields. Use a new key for a new request."};
  }
  auto image = read_image(transaction.connection, ImageId{first.integer(1)});
  if (!image) {
    return Error{std::string(code::conflict), "Image " + std::to_string(first.integer(1)) + ", which the idempotency key '" + key.key + "' made, has been deleted. Use a new key to send it again."};
  }
  image->replayed = true;
  return *image;
}

// The key is taken first: where several write at the same time, the unique index lets one through and holds the others until it has committed.
Result<ImageRecord> insert_image_once(Transaction& transaction, const NewImage& image, Turns::Entry* turn, const Actor& actor, Time now) {
  const IdempotencyKey& key = *image.idempotency;
  transaction.execute(kForgetOldKeys, {now - kKeysKept});
  if (transaction.execute(kTakeKey, {key.scope, key.key, key.request_sha256, now}).empty()) return replay(transaction, key);
  auto made = insert_image(transaction, image, turn, actor, now);
  if (made) {
    transaction.execute(kFillKey, {key.scope, key.key, made->id.value});
  } else {
    transaction.execute(kForgetKey, {key.scope, key.key});  // what was refused may be tried again
  }
  return made;
}

constexpr const char* kImageOfJob = "SELECT image_id, max_attempts FROM job WHERE public_id = $1 AND image_id IS NOT NULL";

constexpr const char* kOpenBatchesOf =
    "SELECT DISTINCT batch_id FROM job WHERE image_id = $1 AND batch_id IS NOT NULL AND state IN ('scheduled', 'queued', 'running')";
constexpr const char* kDeleteImage = "DELETE FROM image WHERE id = $1 RETURNING sha256";
constexpr const char* kOtherWithContent = "SELECT id FROM image WHERE sha256 = $1 LIMIT 1";
constexpr const char* kBeginRemoval = "INSERT INTO blob_removal (sha256, since) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING";
constexpr const char* kRemovalDone = "DELETE FROM blob_removal WHERE sha256 = $1";
constexpr const char* kRemovals = "SELECT sha256 FROM blob_removal ORDER BY since";

}  // namespace

Result<ImageRecord> SqlStore::create_image(const NewImage& image, const Actor& actor, Time now) {
  std::optional<Turns::Entry> turn;
  if (is_shared()) turn.emplace(turns_, image.model + "/" + std::to_string(image.priority) + "/" + image.owner);
  Turns::Entry* taken = turn ? &*turn : nullptr;
  return database_->write([&](Transaction& transaction) {
    return image.idempotency ? insert_image_once(transaction, image, taken, actor, now) : insert_image(transaction, image, taken, actor, now);
  });
}

Result<ImageRecord> SqlStore::retry_job(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<ImageRecord> {
    Rows found = transaction.execute(kImageOfJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    Reprocess as_before{.max_attempts = found.front().small(1)};
    return replace_job(transaction, ImageId{found.front().integer(0)}, public_id, as_before, InBatch::takes_place, actor, now);
  });
}

Result<ImageRecord> SqlStore::reprocess_image(ImageId id, const Reprocess& how, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return replace_job(transaction, id, "", how, InBatch::stays_out, actor, now); });
}

bool note_if_unused(Transaction& transaction, const std::string& sha256, Time now) {
  transaction.post(kLockContent, {sha256});
  if (!transaction.execute(kOtherWithContent, {sha256}).empty()) return false;
  transaction.execute(kBeginRemoval, {sha256, now});
  return true;
}

Result<std::optional<std::string>> delete_image_in(Transaction& transaction, ImageId id, const Actor& actor, Time now) {
  Rows batches = transaction.execute(kOpenBatchesOf, {id.value});
  Rows deleted = transaction.execute(kDeleteImage, {id.value});
  if (deleted.empty()) return not_found("image " + std::to_string(id.value));
  std::string sha256 = deleted.front().text(0);
  append_event(transaction, {.at = now, .type = "image.deleted", .image = id, .job = std::nullopt, .actor = actor.name, .reason = actor.reason});
  for (const Row& row : batches) batch_job_ended(transaction, row.integer(0), now);
  return note_if_unused(transaction, sha256, now) ? std::optional(sha256) : std::optional<std::string>();
}

Result<std::optional<std::string>> SqlStore::delete_image(ImageId id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return delete_image_in(transaction, id, actor, now); });
}

void SqlStore::blob_removed(std::string_view sha256) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kRemovalDone, {sha256}); });
}

std::vector<std::string> SqlStore::blobs_to_remove() {
  return database_->read([](Connection& connection) {
    std::vector<std::string> contents;
    for (const Row& row : connection.execute(kRemovals)) contents.push_back(row.text(0));
    return contents;
  });
}

}  // namespace darkroom::store
