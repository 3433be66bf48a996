// The audit: what people, tokens and the command line did, out of the event log. It has no index of its own, since each would slow every job: a page looks
// through a stretch of the log, newest first, and says where the next goes on.
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace darkroom::store {
namespace {

constexpr std::int64_t kStretch = 20'000;  // events
constexpr std::chrono::minutes kSkew{1};   // by which the clocks of processes may differ

constexpr const char* kEnds = "SELECT CAST(COALESCE(MIN(id), 0) AS BIGINT), CAST(COALESCE(MAX(id), 0) AS BIGINT) FROM event";
constexpr const char* kTimeOf = "SELECT id, at FROM event WHERE id >= $1 ORDER BY id LIMIT 1";
constexpr const char* kActs =
    "SELECT id, at, type, image_id, job_id, actor, reason, data FROM event WHERE id >= $1 AND id < $2 "
    "AND type NOT IN ('job.started', 'job.completed', 'job.failed', 'job.interrupted', 'job.crashed', 'job.queued', 'job.retry_scheduled') "
    "AND NOT (type = 'job.created' AND actor = 'scheduler') AND at >= $6 AND at < $7 "
    "AND (CAST($3 AS TEXT) IS NULL OR actor = CAST($3 AS TEXT)) "
    "AND (CAST($4 AS TEXT) IS NULL OR type = CAST($4 AS TEXT) OR substr(type, 1, length(CAST($4 AS TEXT)) + 1) = CAST($4 AS TEXT) || '.') "
    "ORDER BY id DESC LIMIT $5";

// The first id from which on events are of this time or later, by halving: ids rise with the time.
std::int64_t first_at(Connection& connection, std::int64_t oldest, std::int64_t end, Time time) {
  while (oldest < end) {
    std::int64_t middle = oldest + (end - oldest) / 2;
    Rows found = connection.execute(kTimeOf, {middle});
    if (found.empty() || found.front().time(1) >= time) {
      end = middle;
    } else {
      oldest = found.front().integer(0) + 1;
    }
  }
  return end;
}

}  // namespace

AuditPage SqlStore::audit(const AuditQuery& query) {
  return database_->read([&](Connection& connection) {
    Row ends = connection.execute(kEnds).front();
    std::int64_t oldest = std::max<std::int64_t>(1, ends.integer(0)), end = ends.integer(1) + 1;
    std::int64_t first = query.since ? first_at(connection, oldest, end, *query.since - kSkew) : oldest;
    std::int64_t below = query.until ? first_at(connection, oldest, end, *query.until + kSkew) : end;
    below = std::min(below, query.before.value_or(below));
    std::int64_t from = std::max(first, below - kStretch);
    Time since = query.since.value_or(from_micros(0)), until = query.until.value_or(from_micros(std::numeric_limits<std::int64_t>::max()));
    AuditPage page;
    for (const Row& row : connection.execute(kActs, {from, below, query.actor, query.type, query.limit, since, until})) page.events.push_back(event_from(row));
    bool full = static_cast<int>(page.events.size()) == query.limit;
    std::int64_t next = full ? page.events.back().id : from;
    if (next > first) page.next = next;
    return page;
  });
}

}  // namespace darkroom::store
