// Failures by their cause. They stand in a table of their own, which holds what failed and not what finished; its index has all that is grouped and counted.
#include "domain/failure_cause.h"
#include "store/sql_failures.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>

namespace darkroom::store {
namespace {

constexpr const char* kNote =
    "INSERT INTO failure (job_id, cause, queue, kind, model, owner, failed_at) SELECT id, CAST($2 AS TEXT), queue, kind, model, owner, CAST($3 AS BIGINT) FROM job WHERE id = $1 "
    "ON CONFLICT (job_id) DO NOTHING";
constexpr const char* kForget = "DELETE FROM failure WHERE job_id = $1";

#define DARKROOM_FAILURE_CONDITIONS                                              \
  "(CAST($1 AS BIGINT) IS NULL OR failed_at >= CAST($1 AS BIGINT)) AND "         \
  "(CAST($2 AS TEXT) IS NULL OR failure.queue = CAST($2 AS TEXT)) AND "          \
  "(CAST($3 AS TEXT) IS NULL OR failure.model = CAST($3 AS TEXT)) AND "          \
  "(CAST($4 AS TEXT) IS NULL OR failure.owner = CAST($4 AS TEXT)) "
constexpr const char* kGroups =
    "SELECT cause, queue, kind, model, COUNT(*), MIN(failed_at), MAX(failed_at) FROM failure WHERE " DARKROOM_FAILURE_CONDITIONS
    "GROUP BY cause, queue, kind, model ORDER BY cause, queue, kind, model";
constexpr const char* kSamples =
    "SELECT job.public_id, job.image_id, image.title, failure.failed_at, job.error_code, job.error_message FROM failure JOIN job ON job.id = failure.job_id "
    "LEFT JOIN image ON image.id = job.image_id WHERE " DARKROOM_FAILURE_CONDITIONS
    "AND failure.cause = $5 AND failure.queue = $6 AND failure.kind = $7 AND failure.model = $8 ORDER BY failure.failed_at DESC LIMIT $9";
constexpr const char* kFailedOf =
    "SELECT job_id FROM failure WHERE cause = $1 AND (CAST($2 AS TEXT) IS NULL OR queue = CAST($2 AS TEXT)) AND " DARKROOM_OF_KIND("kind", "$3") " "
    "AND (CAST($4 AS TEXT) IS NULL OR model = CAST($4 AS TEXT)) AND (CAST($5 AS BIGINT) IS NULL OR failed_at >= CAST($5 AS BIGINT))";

FailedSample sample_from(const Row& row) {
  FailedSample sample;
  sample.job = row.text(0);
  if (!row.is_null(1)) sample.image = ImageId{row.integer(1)};
  sample.title = row.optional_text(2).value_or("");
  sample.failed_at = row.time(3);
  sample.error = error_from(row, 4).value_or(Error{"internal", ""});
  return sample;
}

void add_samples(Connection& connection, const FailureQuery& query, FailureGroup& group) {
  for (const Row& row : connection.execute(kSamples, {query.since, query.queue, query.model, query.owner, group.cause, group.queue, group.kind, group.model, query.samples})) {
    group.samples.push_back(sample_from(row));
  }
}

}  // namespace

void note_failure(Transaction& transaction, std::int64_t job, const Error& error, Time at) {
  transaction.post(kNote, {job, domain::cause_of(error), at});
}

void forget_failure(Transaction& transaction, std::int64_t job) { transaction.post(kForget, {job}); }

std::set<std::int64_t> failed_of(Connection& connection, const JobFilter& filter) {
  std::set<std::int64_t> jobs;
  for (const Row& row : connection.execute(kFailedOf, {filter.cause, filter.queue, filter.kind, filter.model, filter.failed_from})) jobs.insert(row.integer(0));
  return jobs;
}

FailureGroups SqlStore::failures(const FailureQuery& query) {
  return database_->read([&](Connection& connection) {
    FailureGroups found;
    for (const Row& row : connection.execute(kGroups, {query.since, query.queue, query.model, query.owner})) {
      found.groups.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.integer(4), row.time(5), row.time(6), {}});
      found.failures += found.groups.back().count;
    }
    found.all_groups = static_cast<std::int64_t>(found.groups.size());
    std::ranges::stable_sort(found.groups, [](const FailureGroup& a, const FailureGroup& b) { return a.count != b.count ? a.count > b.count : a.last_at > b.last_at; });
    if (found.groups.size() > static_cast<std::size_t>(query.limit)) found.groups.resize(static_cast<std::size_t>(query.limit));
    for (FailureGroup& group : found.groups) add_samples(connection, query, group);
    return found;
  });
}

std::vector<const char*> failure_statements() { return {kGroups, kSamples, kFailedOf, kNote, kForget}; }

}  // namespace darkroom::store
