// Taking in: a photo with its first job, new jobs for photos that are there, and removal.
#include "base/fail_point.h"
#include "base/id.h"
#include "base/json_text.h"
#include "domain/error_codes.h"
#include "store/sql_batches.h"
#include "store/sql_claims.h"
#include "store/sql_endings.h"
#include "store/sql_images.h"
#include "store/sql_intake.h"
#include "store/sql_many.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_site_photos.h"
#include "store/sql_store.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <set>
#include <tuple>

namespace darkroom::store {
namespace {

namespace code = domain::code;

constexpr auto kKeysKept = std::chrono::hours(24 * 7);
constexpr const char* kForgetOldKeys =
    "DELETE FROM idempotency_key WHERE (scope, key) IN (SELECT scope, key FROM idempotency_key "
    "WHERE created_at < (SELECT COALESCE(/*CLOCK,*/ CAST($1 AS BIGINT), 0)) - $2 ORDER BY created_at LIMIT 10 /*SKIP LOCKED*/)";
// One that stands there for too long is as good as gone. One that is not taken is locked from here on, so that nobody forgets it before it is read.
constexpr const char* kTakeKey =
    "INSERT INTO idempotency_key (scope, key, request_sha256, image_id, created_at) VALUES ($1, $2, $3, 0, COALESCE(/*CLOCK,*/ CAST($4 AS BIGINT), 0)) "
    "ON CONFLICT (scope, key) DO UPDATE SET request_sha256 = excluded.request_sha256, image_id = 0, created_at = excluded.created_at "
    "WHERE idempotency_key.created_at < excluded.created_at - $5 RETURNING key";
constexpr const char* kFindKey = "SELECT request_sha256, image_id, created_at FROM idempotency_key WHERE scope = $1 AND key = $2";
constexpr const char* kFillKey = "UPDATE idempotency_key SET image_id = $3 WHERE scope = $1 AND key = $2";
constexpr const char* kForgetKey = "DELETE FROM idempotency_key WHERE scope = $1 AND key = $2";

// `first` is the key's row.
Result<ImageRecord> replay(Connection& connection, const IdempotencyKey& key, const Row& first) {
  if (first.text(0) != key.request_sha256) {
    return Error{std::string(code::idempotency_mismatch), "The idempotency key '" + key.key + "' was used before with another photo or other fields. Use a new key for a new request."};
  }
  auto image = read_image(connection, ImageId{first.integer(1)});
  if (!image) {
    return Error{std::string(code::conflict), "Image " + std::to_string(first.integer(1)) + ", which the idempotency key '" + key.key + "' made, has been deleted. Use a new key to send it again."};
  }
  image->replayed = true;
  return *image;
}

// The key is taken first: where several write at the same time, the unique index lets one through and holds the others until it has committed.
void take_in_once(Transaction& transaction, Intake* intake) {
  const IdempotencyKey& key = *intake->image.idempotency;
  transaction.execute(kForgetOldKeys, {intake->now, Duration(kKeysKept).count()});
  if (transaction.execute(kTakeKey, {key.scope, key.key, key.request_sha256, intake->now, Duration(kKeysKept).count()}).empty()) {
    intake->job.reset();
    intake->other_end = replay(transaction.connection, key, transaction.execute(kFindKey, {key.scope, key.key}).front());
    return;
  }
  take_in(transaction, {&intake, 1});
  if (intake->job) {
    transaction.execute(kFillKey, {key.scope, key.key, intake->job->image.value});
  } else {
    transaction.execute(kForgetKey, {key.scope, key.key});  // what was refused may be tried again
  }
}

constexpr const char* kImageOfJob = "SELECT image_id, max_attempts FROM job WHERE public_id = $1";

// An image has one at most.
#define DARKROOM_OPEN_JOBS "SELECT id, image_id, public_id, batch_id FROM job WHERE image_id IN " DARKROOM_IDS " AND state IN ('scheduled', 'queued', 'running') ORDER BY id"
constexpr const char* kHoldOpenJobs = DARKROOM_OPEN_JOBS " /*FOR UPDATE*/";
constexpr const char* kOpenJobs = DARKROOM_OPEN_JOBS;
constexpr const char* kContents = "SELECT sha256 FROM image WHERE id IN " DARKROOM_IDS;
constexpr const char* kHoldImages = "SELECT id FROM image WHERE id IN " DARKROOM_IDS " ORDER BY id /*FOR UPDATE*/";
constexpr const char* kDeleteImages = "DELETE FROM image WHERE id IN " DARKROOM_IDS " RETURNING id, sha256, owner";
constexpr const char* kOtherWithContent = "SELECT id FROM image WHERE sha256 = $1 LIMIT 1";
constexpr const char* kUnused = "SELECT value FROM json_each(CAST($1 AS TEXT)) AS held WHERE NOT EXISTS (SELECT 1 FROM image WHERE image.sha256 = held.value)";
constexpr const char* kBeginRemovals =
    "INSERT INTO blob_removal (sha256, since) SELECT value, CAST($2 AS BIGINT) FROM json_each(CAST($1 AS TEXT)) AS unused WHERE 1 = 1 ON CONFLICT (sha256) DO NOTHING";
constexpr const char* kRemovalDone = "DELETE FROM blob_removal WHERE sha256 = $1 RETURNING since";
constexpr const char* kRemoveElsewhere =
    "INSERT INTO blob_removal_elsewhere (folder, sha256, since) SELECT DISTINCT blob_store, CAST($1 AS TEXT), CAST($3 AS BIGINT) FROM node "
    "WHERE url <> '' AND blob_store <> '' AND blob_store <> $2 ON CONFLICT (folder, sha256) DO NOTHING";
constexpr const char* kRemovedHere = "DELETE FROM blob_removal_elsewhere WHERE folder = $1 AND sha256 = $2";
constexpr const char* kRemovals =
    "SELECT sha256 FROM (SELECT sha256, since FROM blob_removal UNION ALL SELECT sha256, since FROM blob_removal_elsewhere WHERE folder = $1) AS noted "
    "GROUP BY sha256 ORDER BY MIN(since), sha256";

// Whether no image has the content, and none can have it until the end of the transaction.
bool hold_unused(Transaction& transaction, std::string_view sha256) {
  lock_contents(transaction, {sha256});
  return transaction.execute(kOtherWithContent, {sha256}).empty();
}

}  // namespace

// Several groups may do so at once: each holds all its contents first, and then takes its keys in their order, so that none waits for another in a circle.
void take_in_all(Transaction& transaction, std::span<void* const> asks) {
  std::vector<Intake*> plain, keyed, numbered;
  std::list<std::string> numbers;  // whose photo is replaced by one at a time
  std::vector<std::string_view> held;
  for (void* ask : asks) {
    auto* intake = static_cast<Intake*>(ask);
    (intake->image.idempotency ? keyed : intake->image.site_photo ? numbered : plain).push_back(intake);
    held.push_back(intake->image.sha256);
    for (const NewCallback& callback : intake->image.callbacks) {
      if (callback.foreign_id) held.push_back(numbers.emplace_back(callback.site + '/' + std::to_string(*callback.foreign_id)));
    }
  }
  lock_contents(transaction, held);
  if (!keyed.empty() || !numbered.empty()) hold_quotas(transaction, asks);
  std::ranges::stable_sort(keyed, {}, [](const Intake* intake) { return std::tie(intake->image.idempotency->scope, intake->image.idempotency->key); });
  for (Intake* intake : keyed) take_in_once(transaction, intake);
  SiteIntakes of_sites = numbered.empty() ? SiteIntakes() : look_up_site_photos(transaction, numbered);
  plain.insert(plain.end(), of_sites.fresh.begin(), of_sites.fresh.end());
  if (!plain.empty()) take_in(transaction, plain);
  if (!numbered.empty()) settle_site_photos(transaction, of_sites);
  for (void* ask : asks) {
    if (static_cast<Intake*>(ask)->job) fail_point<StoreUnavailable>("K6");
  }
}

SqlStore::SqlStore(std::unique_ptr<Database> database) : database_(std::move(database)), taking_in_{take_in_all} {
  finishing_.worth_another = 1;  // who waits has a slot that could be working
  finishing_.run = [this](Transaction& transaction, std::span<void* const> asks) { finish_together(transaction, asks, lane_starts_); };
  claiming_.run = [this](Transaction& transaction, std::span<void* const> asks) { claim_asks(transaction, asks, lane_starts_); };
}

Result<ImageRecord> SqlStore::create_image(const NewImage& image, const Actor& actor, Time now) {
  std::optional<Turns::Entry> turn;
  if (is_shared()) turn.emplace(turns_, image.model + "/" + std::to_string(image.priority) + "/" + image.owner);
  Intake intake{image, turn ? &*turn : nullptr, actor, now, make_uuid_v7(now)};
  database_->write_together(taking_in_, &intake, 1);
  return std::move(intake).answer();
}

Result<std::optional<ImageRecord>> SqlStore::image_of_key(const IdempotencyKey& key, Time now) {
  return database_->read([&](Connection& connection) -> Result<std::optional<ImageRecord>> {
    Rows found = connection.execute(kFindKey, {key.scope, key.key});
    if (found.empty() || found.front().time(2) < connection.clock(now) - kKeysKept) return std::optional<ImageRecord>();
    auto first = replay(connection, key, found.front());
    return first ? Result<std::optional<ImageRecord>>(std::optional(std::move(*first))) : first.error();
  });
}

Result<ImageRecord> SqlStore::retry_job(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<ImageRecord> {
    Rows found = transaction.execute(kImageOfJob, {public_id});
    if (found.empty()) return not_found("job " + std::string(public_id));
    if (found.front().is_null(0)) {
      return Error{std::string(code::conflict), "Job " + std::string(public_id) + " is maintenance and has no photo to run again. Run its schedule instead: darkroom schedules run NAME."};
    }
    Reprocess as_before{.max_attempts = found.front().small(1)};
    return replace_job(transaction, ImageId{found.front().integer(0)}, public_id, as_before, InBatch::takes_place, actor, transaction.clock(now));
  });
}

Result<ImageRecord> SqlStore::reprocess_image(ImageId id, const Reprocess& how, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return replace_job(transaction, id, "", how, InBatch::stays_out, actor, transaction.clock(now)); });
}

std::vector<std::string> note_unused(Transaction& transaction, const std::vector<std::string>& contents, Time now) {
  std::vector<std::string> unused;
  for (const Row& row : transaction.execute(kUnused, {json_texts(contents)})) unused.push_back(row.text(0));
  if (!unused.empty()) transaction.execute(kBeginRemovals, {json_texts(unused), now});
  return unused;
}

namespace {

std::vector<OpenJob> open_jobs(Transaction& transaction, const char* sql, std::span<const std::int64_t> images) {
  std::vector<OpenJob> jobs;
  for (const Row& row : execute_many(transaction.connection, sql, images)) {
    jobs.push_back({row.integer(0), ImageId{row.integer(1)}, row.text(2), row.is_null(3) ? std::nullopt : std::optional(row.integer(3))});
  }
  return jobs;
}

// Deletes at most kMany of them: (id, content, owner) of those that were there, by id.
Rows delete_some(Transaction& transaction, std::span<const std::int64_t> images) {
  Rows deleted = execute_many(transaction.connection, kDeleteImages, images);
  std::ranges::sort(deleted, {}, [](const Row& row) { return row.integer(0); });
  return deleted;
}

}  // namespace

void hold_open_job(Transaction& transaction, ImageId id) { execute_many(transaction.connection, kHoldOpenJobs, {&id.value, 1}); }

std::optional<std::vector<OpenJob>> hold_for_deletion(Transaction& transaction, std::span<const std::int64_t> images) {
  std::set<std::string> contents;
  for (const Row& row : execute_many(transaction.connection, kContents, images)) contents.insert(row.text(0));
  lock_contents(transaction, {contents.begin(), contents.end()});
  auto held = open_jobs(transaction, kHoldOpenJobs, images);
  execute_many(transaction.connection, kHoldImages, images);
  return std::ranges::equal(held, open_jobs(transaction, kOpenJobs, images), {}, &OpenJob::id, &OpenJob::id) ? std::optional(std::move(held)) : std::nullopt;
}

// An event tells the owner, who may hear of what happened to the image, and whom no row of it tells any more; and the job that goes with it unended, since
// somebody may wait for that.
Deleted delete_held(Transaction& transaction, const std::vector<std::int64_t>& images, const std::vector<OpenJob>& open, const Actor& actor, Time now) {
  std::vector<Event> events;
  std::set<std::string> contents;
  std::set<std::int64_t> batches;
  for (std::size_t at = 0; at < images.size(); at += kMany) {
    for (const Row& row : delete_some(transaction, std::span(images).subspan(at, std::min(kMany, images.size() - at)))) {
      ImageId id{row.integer(0)};
      auto job = std::ranges::find(open, id, &OpenJob::image);
      if (job != open.end() && job->batch) batches.insert(*job->batch);
      contents.insert(row.text(1));
      events.push_back({.at = now, .type = "image.deleted", .image = id, .job = job == open.end() ? std::nullopt : std::optional(job->public_id), .actor = actor.name,
                        .reason = actor.reason, .data = "{\"owner\":" + json_text(row.text(2)) + "}"});
    }
  }
  Deleted deleted{static_cast<std::int64_t>(events.size()), {}};
  if (events.empty()) return deleted;
  append_events(transaction, std::move(events));
  for (std::int64_t batch : batches) batch_job_ended(transaction, batch, now);
  deleted.unused = note_unused(transaction, {contents.begin(), contents.end()}, now);
  return deleted;
}

Result<std::optional<std::string>> SqlStore::delete_image(ImageId id, const Actor& actor, Time now, const Expectation<ImageRecord>& as_expected) {
  return write_holding(*database_, {&id.value, 1}, [&](Transaction& transaction, const std::vector<OpenJob>& open) -> Result<std::optional<std::string>> {
    if (as_expected) {
      if (auto held = hold_image(transaction, id, as_expected); !held) return held.error();
    }
    Deleted deleted = delete_held(transaction, {id.value}, open, actor, transaction.clock(now));
    if (deleted.count == 0) return not_found("image " + std::to_string(id.value));
    return deleted.unused.empty() ? std::optional<std::string>() : std::optional(deleted.unused.front());
  });
}

bool SqlStore::remove_content(std::string_view sha256, std::string_view folder, const std::function<void()>& unlink) {
  return database_->write([&](Transaction& transaction) {
    transaction.connection.allow_pause();  // a disk may take its time
    bool unused = hold_unused(transaction, sha256);
    if (unused) unlink();
    Rows noted = transaction.execute(kRemovalDone, {sha256});
    if (unused && !noted.empty()) transaction.execute(kRemoveElsewhere, {sha256, folder, noted.front().time(0)});
    transaction.execute(kRemovedHere, {folder, sha256});
    return unused;
  });
}

std::vector<std::string> SqlStore::blobs_to_remove(std::string_view folder) {
  return database_->read([&](Connection& connection) {
    std::vector<std::string> contents;
    for (const Row& row : connection.execute(kRemovals, {folder})) contents.push_back(row.text(0));
    return contents;
  });
}

}  // namespace darkroom::store
