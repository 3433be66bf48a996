// The audit: what people, tokens and the command line did, out of the event log. It has no index of its own, since each would slow every job: a page looks
// through a stretch of the log, newest first, and says where the next goes on.
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <limits>

namespace darkroom::store {
namespace {

constexpr std::int64_t kStretch = 20'000;  // events

constexpr const char* kNewestEvent = "SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM event";
constexpr const char* kActs =
    "SELECT id, at, type, image_id, job_id, actor, reason, data FROM event WHERE id >= $1 AND id < $2 "
    "AND type NOT IN ('job.started', 'job.completed', 'job.failed', 'job.interrupted', 'job.crashed', 'job.queued', 'job.retry_scheduled') "
    "AND (CAST($3 AS TEXT) IS NULL OR actor = CAST($3 AS TEXT)) "
    "AND (CAST($4 AS TEXT) IS NULL OR type = CAST($4 AS TEXT) OR substr(type, 1, length(CAST($4 AS TEXT)) + 1) = CAST($4 AS TEXT) || '.') "
    "ORDER BY id DESC LIMIT $5";

}  // namespace

AuditPage SqlStore::audit(const AuditQuery& query) {
  return database_->read([&](Connection& connection) {
    std::int64_t newest = connection.execute(kNewestEvent).front().integer(0);
    std::int64_t below = std::min(query.before.value_or(std::numeric_limits<std::int64_t>::max()), newest + 1);
    std::int64_t from = std::max<std::int64_t>(1, below - kStretch);
    AuditPage page;
    for (const Row& row : connection.execute(kActs, {from, below, query.actor, query.type, query.limit})) page.events.push_back(event_from(row));
    bool full = static_cast<int>(page.events.size()) == query.limit;
    std::int64_t next = full ? page.events.back().id : from;
    if (next > 1) page.next = next;
    return page;
  });
}

}  // namespace darkroom::store
