#include "store/sql_ageing.h"

#include "store/sql_rows.h"

#include <tuple>

namespace darkroom::store {
namespace {

constexpr const char* kStarts = "SELECT starts FROM lane_start WHERE lane = $1";
constexpr const char* kCountStarts =
    "INSERT INTO lane_start (lane, queue, starts) VALUES ($1, $2, $3) ON CONFLICT (lane) DO UPDATE SET starts = lane_start.starts + excluded.starts";
constexpr const char* kForget = "DELETE FROM lane_start WHERE queue = $1";

// From one level to the next below by the claim's own index: as many probes as there are levels, at most 201, however long the line is.
constexpr const char* kLevelHeads =
    "WITH RECURSIVE level (priority) AS ("
    "SELECT (SELECT job.priority FROM job WHERE job.state = 'queued' AND job.lane = $1 ORDER BY job.priority DESC, job.rank, job.id LIMIT 1) "
    "UNION ALL "
    "SELECT (SELECT job.priority FROM job WHERE job.state = 'queued' AND job.lane = $1 AND job.priority < level.priority "
    "ORDER BY job.priority DESC, job.rank, job.id LIMIT 1) FROM level WHERE level.priority IS NOT NULL) "
    "SELECT job.id, job.run_at FROM level JOIN job ON job.id = (SELECT head.id FROM job AS head WHERE head.state = 'queued' AND head.lane = $1 "
    "AND head.priority = level.priority ORDER BY head.rank, head.id LIMIT 1)";

}  // namespace

std::int64_t counted_starts(Connection& connection, const std::string& lane) {
  Rows found = connection.execute(kStarts, {lane});
  return found.empty() ? 0 : found.front().integer(0);
}

void count_starts(Transaction& transaction, const std::string& lane, const std::string& queue, std::int64_t count) {
  transaction.execute(kCountStarts, {lane, queue, count});
}

void forget_starts(Transaction& transaction, const std::string& queue) { transaction.execute(kForget, {queue}); }

std::optional<std::int64_t> overdue_head(Connection& connection, const std::string& lane, Time since) {
  std::optional<std::tuple<Time, std::int64_t>> longest;
  for (const Row& row : connection.execute(kLevelHeads, {lane})) {
    std::tuple head{row.time(1), row.integer(0)};
    if (std::get<0>(head) <= since && (!longest || head < *longest)) longest = head;
  }
  return longest ? std::optional(std::get<1>(*longest)) : std::nullopt;
}

std::vector<const char*> hot_ageing_statements() { return {kStarts, kCountStarts, kLevelHeads}; }

}  // namespace darkroom::store
