// Looking: read-only queries against a snapshot, and the event log.
#include "store/sql_insight.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <set>

namespace darkroom::store {
namespace {

constexpr const char* kFindJob = "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE public_id = $1";
// What maintenance did is told by the event of its end.
constexpr const char* kResultOfJob =
    "SELECT result.document FROM job JOIN result ON result.job_id = job.id WHERE job.public_id = $1 "
    "UNION ALL SELECT data FROM event WHERE image_id IS NULL AND job_id = $1 AND type = 'job.completed'";
constexpr const char* kJobsOfImage = "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE image_id = $1 ORDER BY id DESC";
constexpr const char* kResultsOfImage =
    "SELECT job.public_id, result.model, result.model_version, result.created_at, CASE WHEN image.result_job_id = job.id THEN 1 ELSE 0 END FROM job "
    "JOIN result ON result.job_id = job.id JOIN image ON image.id = job.image_id WHERE job.image_id = $1 ORDER BY job.id DESC LIMIT $2";
constexpr const char* kListImages = "SELECT " DARKROOM_JOB_COLUMNS ", " DARKROOM_IMAGE_COLUMNS " FROM " DARKROOM_IMAGE_TABLES
                                    " WHERE image.id < $1 ORDER BY image.id DESC LIMIT $2";
// A run gets its row when it ends; until then the job tells of it.
constexpr const char* kAttempts =
    "SELECT " DARKROOM_ATTEMPTS_OF_JOBS "WHERE job.id = $1 "
    "UNION ALL SELECT attempt, worker, started_at, NULL, NULL, NULL, NULL, NULL, NULL, claim_no FROM job WHERE id = $1 AND state = 'running' ORDER BY claim_no";
// Ordered as their index is, so that no database first gathers all of a range of which 10,001 are wanted.
constexpr const char* kCountScheduled = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'scheduled' ORDER BY run_at, id LIMIT $1) AS counted";
constexpr const char* kCountQueued = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' ORDER BY lane, priority DESC, rank, id LIMIT $1) AS counted";
constexpr const char* kCountRunning = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'running' ORDER BY queue, id LIMIT $1) AS counted";
constexpr const char* kCountScheduledOf = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'scheduled' AND owner = $1 ORDER BY id LIMIT $2) AS counted";
constexpr const char* kCountQueuedOf =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $3 AND priority = $4 AND owner = $1 ORDER BY rank LIMIT $2) AS counted";
// As many run as there are slots.
constexpr const char* kCountRunningOf = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'running' AND owner = $1 ORDER BY queue, id LIMIT $2) AS counted";

constexpr std::int64_t kMostCounted = kExactPosition + 1;

// The levels of all lanes are walked, since the turns of an owner stand within one.
std::int64_t queued_of(Connection& connection, const std::string& owner) {
  std::int64_t queued = 0;
  for (const std::string& lane : queued_lanes(connection)) {
    for (std::int64_t priority : levels_of(connection, lane)) {
      if (queued < kMostCounted) queued += connection.execute(kCountQueuedOf, {owner, kMostCounted - queued, lane, priority}).front().integer(0);
    }
  }
  return queued;
}

std::vector<JobRecord> jobs_from(const Rows& rows) {
  std::vector<JobRecord> jobs;
  for (const Row& row : rows) jobs.push_back(job_from(row));
  return jobs;
}

}  // namespace

std::optional<ImageRecord> SqlStore::find_image(ImageId id) {
  return database_->read([&](Connection& connection) { return read_image(connection, id); });
}

std::optional<JobRecord> SqlStore::find_job(std::string_view public_id) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kFindJob, {public_id});
    return rows.empty() ? std::nullopt : std::optional(job_from(rows.front()));
  });
}

std::optional<std::string> SqlStore::result_of(std::string_view public_id) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kResultOfJob, {public_id});
    return rows.empty() ? std::nullopt : std::optional(rows.front().text(0));
  });
}

ImagePage SqlStore::list_images(std::optional<ImageId> before, int limit) {
  return database_->read([&](Connection& connection) {
    ImagePage page;
    std::int64_t below = before ? before->value : std::numeric_limits<std::int64_t>::max();
    // One more than asked tells whether there is a next page.
    for (const Row& row : connection.execute(kListImages, {below, limit + 1})) {
      if (static_cast<int>(page.images.size()) == limit) {
        page.next = page.images.back().id;
        break;
      }
      page.images.push_back(image_from(row));
    }
    return page;
  });
}

std::vector<JobRecord> SqlStore::jobs_of(ImageId id) {
  return database_->read([&](Connection& connection) { return jobs_from(connection.execute(kJobsOfImage, {id.value})); });
}

std::vector<PastResult> SqlStore::results_of(ImageId image, int limit) {
  return database_->read([&](Connection& connection) {
    std::vector<PastResult> results;
    std::set<std::string> models;
    for (const Row& row : connection.execute(kResultsOfImage, {image.value, limit})) {
      PastResult result{row.text(0), row.text(1), row.text(2), row.time(3), row.integer(4) != 0, false};
      result.newest_of_model = models.insert(result.model).second;
      results.push_back(std::move(result));
    }
    std::ranges::stable_partition(results, &PastResult::newest_of_model);
    return results;
  });
}

std::vector<AttemptRecord> SqlStore::attempts_of(JobId id) {
  return database_->read([&](Connection& connection) {
    std::vector<AttemptRecord> attempts;
    for (const Row& row : connection.execute(kAttempts, {id.value})) attempts.push_back(attempt_from(row));
    return attempts;
  });
}

std::vector<Event> Store::events(std::int64_t after, std::optional<ImageId> image, int limit) {
  std::vector<Event> events;
  for (SeenEvent& seen : seen_events(after, limit, image).events) events.push_back(std::move(seen.event));
  return events;
}

JobCounts SqlStore::count_jobs(const std::optional<std::string>& owner) {
  return database_->read([&](Connection& connection) {
    auto count_of = [&](const char* sql) { return connection.execute(sql, {*owner, kMostCounted}).front().integer(0); };
    if (owner) return JobCounts{count_of(kCountScheduledOf), queued_of(connection, *owner), count_of(kCountRunningOf)};
    auto count = [&](const char* sql) { return connection.execute(sql, {kMostCounted}).front().integer(0); };
    return JobCounts{count(kCountScheduled), count(kCountQueued), count(kCountRunning)};
  });
}

std::vector<const char*> count_statements() { return {kCountScheduled, kCountQueued, kCountRunning, kCountScheduledOf, kCountQueuedOf, kCountRunningOf}; }

void SqlStore::record(const Event& event) {
  database_->write([&](Transaction& transaction) {
    append_event(transaction, event);
    return true;
  });
}

void SqlStore::on_commit(std::function<void(const std::vector<Event>&)> listener) { database_->on_commit(std::move(listener)); }

}  // namespace darkroom::store
