// Jobs that meet conditions, newest first. The walk goes down the ids, a window at a time, and judges each job on the way; it looks at the clock between
// windows. Where few jobs can match (they live, failed, or are of one batch or owner), those are read instead.
#include "store/sql_job_lists.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <map>

namespace darkroom::store {
namespace {

using domain::JobState;

// Every statement takes all parameters: $1 and $2 bound the walk, $3 is the most rows. A condition that is not asked for is NULL. They are one term, since
// SQLite believes that hardly a row meets a dozen, and sorts.
#define DARKROOM_JOBS_WHERE(where, order)                                                                                                            \
  "SELECT " DARKROOM_JOB_COLUMNS " FROM job WHERE job.id >= $1 AND job.id < $2 AND " where                                                          \
  " AND NOT ((CAST($4 AS TEXT) IS NOT NULL AND job.state <> CAST($4 AS TEXT)) OR (CAST($5 AS TEXT) IS NOT NULL AND job.queue <> CAST($5 AS TEXT)) " \
  "OR (CAST($6 AS TEXT) IS NOT NULL AND job.owner <> CAST($6 AS TEXT)) OR (CAST($7 AS TEXT) IS NOT NULL AND job.model <> CAST($7 AS TEXT)) "        \
  "OR (CAST($8 AS TEXT) IS NOT NULL AND job.kind <> CAST($8 AS TEXT) AND substr(job.kind, 1, length(CAST($8 AS TEXT)) + 1) <> CAST($8 AS TEXT) || '.') " \
  "OR (CAST($9 AS BIGINT) IS NOT NULL AND COALESCE(job.batch_id, 0) <> CAST($9 AS BIGINT)) "                                                        \
  "OR (CAST($10 AS BIGINT) IS NOT NULL AND COALESCE(job.image_id, 0) <> CAST($10 AS BIGINT)) "                                                      \
  "OR (CAST($11 AS TEXT) IS NOT NULL AND NOT job.id " DARKROOM_LISTED("$11") ")) ORDER BY " order "job.id DESC LIMIT $3"

constexpr const char* kAny = DARKROOM_JOBS_WHERE("1 = 1", "");
constexpr const char* kOfImage = DARKROOM_JOBS_WHERE("job.image_id = CAST($10 AS BIGINT)", "");
constexpr const char* kWithoutImage = DARKROOM_JOBS_WHERE("job.image_id IS NULL", "job.image_id DESC, ");
constexpr const char* kListed = DARKROOM_JOBS_WHERE("job.id " DARKROOM_LISTED("$11"), "");

// So many that sorting them costs little; more of them are met soon enough on the way.
constexpr int kFew = 1000;
constexpr const char* kScheduled = "SELECT id FROM job WHERE state = 'scheduled' ORDER BY run_at, id LIMIT $1";
constexpr const char* kQueued = "SELECT id FROM job WHERE state = 'queued' ORDER BY lane, priority DESC, rank, id LIMIT $1";
constexpr const char* kRunning = "SELECT id FROM job WHERE state = 'running' ORDER BY queue, id LIMIT $1";
constexpr const char* kFailed = "SELECT id FROM job WHERE state = 'failed' ORDER BY finished_at LIMIT $1";
constexpr const char* kCancelled = "SELECT id FROM job WHERE state = 'cancelled' ORDER BY image_id LIMIT $1";
constexpr const char* kOfBatch = "SELECT id FROM job WHERE batch_id = $1 ORDER BY state LIMIT $2";
constexpr const char* kPhotosOf = "SELECT job.id FROM image JOIN job ON job.image_id = image.id WHERE image.owner = $1 ORDER BY image.id LIMIT $2";
constexpr const char* kOthersOf = "SELECT id FROM job WHERE image_id IS NULL AND owner = $1 ORDER BY image_id, id LIMIT $2";
constexpr const char* kBatchNamed = "SELECT id FROM batch WHERE public_id = $1";
constexpr const char* kOldestAndNewest = "SELECT (SELECT COALESCE(MIN(id), 0) FROM job), (SELECT COALESCE(MAX(id), 0) FROM job)";

constexpr std::int64_t kFirstWindow = 10'000;
constexpr std::int64_t kLargestWindow = 50'000;

const char* few_in(JobState state) {
  switch (state) {
    case JobState::scheduled: return kScheduled;
    case JobState::queued: return kQueued;
    case JobState::running: return kRunning;
    case JobState::failed: return kFailed;
    case JobState::cancelled: return kCancelled;
    case JobState::completed: return nullptr;
  }
  return nullptr;
}

class JobSearch {
 public:
  JobSearch(Connection& connection, const JobQuery& query) : connection_(connection), query_(query) {
    if (query.batch) {
      Rows found = connection.execute(kBatchNamed, {*query.batch});
      batch_ = found.empty() ? -1 : found.front().integer(0);
    }
    choose();
  }

  FoundJobs run() {
    FoundJobs found;
    std::vector<JobRecord> jobs;
    found.next = walk(jobs);
    found.jobs = with_attempts(connection_, std::move(jobs));
    return found;
  }

 private:
  using Ids = std::vector<std::int64_t>;

  // False: there are too many.
  bool add(Ids& ids, const Rows& rows) const {
    for (const Row& row : rows) ids.push_back(row.integer(0));
    return ids.size() <= kFew;
  }

  bool take_if_few(const Ids& ids, bool few) {
    if (few) statement_ = kListed, listed_ = json_list(ids);
    return few;
  }

  void choose() {
    if (query_.image) {
      statement_ = kOfImage;
      return;
    }
    Ids ids;
    const char* of_state = query_.state ? few_in(*query_.state) : nullptr;
    if (batch_ && take_if_few(ids, add(ids, connection_.execute(kOfBatch, {*batch_, kFew + 1})))) return;
    ids.clear();
    if (of_state && take_if_few(ids, add(ids, connection_.execute(of_state, {kFew + 1})))) return;
    if (!is_about_photos()) {
      statement_ = kWithoutImage;
      return;
    }
    ids.clear();
    if (query_.owner && take_if_few(ids, add(ids, connection_.execute(kPhotosOf, {*query_.owner, kFew + 1})) && add(ids, connection_.execute(kOthersOf, {*query_.owner, kFew + 1})))) return;
  }

  // Photos are processed in one queue, by jobs of one kind.
  bool is_about_photos() const {
    if (query_.queue && *query_.queue != domain::kProcessQueue) return false;
    return !query_.kind || domain::kProcessKind.starts_with(*query_.kind);
  }

  // Fills one page; returns where the next one begins.
  std::optional<std::int64_t> walk(std::vector<JobRecord>& jobs) {
    Row ends = connection_.execute(kOldestAndNewest).front();
    std::int64_t oldest = ends.integer(0), at = ends.integer(1) + 1;
    at = std::min(at, query_.before.value_or(at));
    auto until = std::chrono::steady_clock::now() + query_.longest;
    for (std::int64_t window = statement_ == kAny ? kFirstWindow : at; at > oldest; window = std::min(window * 2, kLargestWindow)) {
      std::int64_t begin = std::max(at - window, oldest);
      for (const Row& row : look(begin, at, query_.limit + 1 - static_cast<int>(jobs.size()))) {
        if (static_cast<int>(jobs.size()) == query_.limit) return jobs.back().id.value;
        jobs.push_back(job_from(row));
      }
      at = begin;
      if (at > oldest && std::chrono::steady_clock::now() >= until) return at;
    }
    return std::nullopt;
  }

  Rows look(std::int64_t from, std::int64_t before, int most) {
    std::optional<std::string_view> state;
    if (query_.state) state = domain::to_string(*query_.state);
    std::optional<std::int64_t> image;
    if (query_.image) image = query_.image->value;
    return connection_.execute(statement_, {from, before, most, state, query_.queue, query_.owner, query_.model, query_.kind, batch_, image, listed_});
  }

  Connection& connection_;
  const JobQuery& query_;
  const char* statement_ = kAny;
  std::optional<std::int64_t> batch_;
  std::optional<std::string> listed_;
};

constexpr const char* kAttemptsOfAll =
    "SELECT job.id, " DARKROOM_ATTEMPTS_OF_JOBS "WHERE job.id " DARKROOM_LISTED("$1")
    " UNION ALL SELECT id, attempt, worker, started_at, NULL, NULL, NULL, NULL, NULL, NULL, claim_no FROM job WHERE id " DARKROOM_LISTED("$1") " AND state = 'running' ORDER BY claim_no";

}  // namespace

std::map<std::int64_t, std::vector<AttemptRecord>> attempts_of_all(Connection& connection, const std::vector<std::int64_t>& jobs) {
  std::map<std::int64_t, std::vector<AttemptRecord>> attempts;
  if (jobs.empty()) return attempts;
  for (Row& row : connection.execute(kAttemptsOfAll, {json_list(jobs)})) {
    std::int64_t job = row.integer(0);
    row.values.erase(row.values.begin());
    attempts[job].push_back(attempt_from(row));
  }
  return attempts;
}

std::vector<FoundJob> with_attempts(Connection& connection, std::vector<JobRecord> jobs) {
  std::vector<std::int64_t> ids;
  for (const JobRecord& job : jobs) ids.push_back(job.id.value);
  auto attempts = attempts_of_all(connection, ids);
  std::vector<FoundJob> found;
  for (JobRecord& job : jobs) {
    std::int64_t id = job.id.value;
    found.push_back({std::move(job), std::move(attempts[id])});
  }
  return found;
}

FoundJobs SqlStore::find_jobs(const JobQuery& query) {
  return database_->read([&](Connection& connection) { return JobSearch(connection, query).run(); });
}

std::vector<const char*> job_list_statements() {
  return {kAny, kOfImage, kWithoutImage, kScheduled, kQueued, kRunning, kFailed, kCancelled, kOfBatch, kPhotosOf, kOthersOf};
}

}  // namespace darkroom::store
