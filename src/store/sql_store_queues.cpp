// What the queues hold and how fast they move. Depths come from the partial index of each state and stop at 10,001; what is told of the past is of
// the newest 200; so a report costs the same with a thousand jobs and with a million.
#include "store/sql_insight.h"
#include "store/sql_limits.h"
#include "store/sql_store.h"

#include <algorithm>
#include <map>

namespace darkroom::store {
namespace {

constexpr int kNewest = 200;
constexpr int kMostPerMinute = 100'000;
// Jobs at the front of a lane that are looked at for the longest waiting one, shared by its priorities.
constexpr int kFront = 10'000;

constexpr const char* kAllQueues = "SELECT " DARKROOM_QUEUE_COLUMNS " FROM queue ORDER BY name";
constexpr const char* kNextLane = "SELECT lane FROM job WHERE state = 'queued' AND lane > $1 ORDER BY lane LIMIT 1";
constexpr const char* kQueueOfLane = "SELECT queue FROM job WHERE state = 'queued' AND lane = $1 ORDER BY priority DESC, rank, id LIMIT 1";
// Counts are ordered as their index is, so that no database first gathers all of a range of which 10,001 are wanted.
constexpr const char* kQueuedInLane =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane = $1 ORDER BY priority DESC, rank, id LIMIT $2) AS counted";
constexpr const char* kScheduledInQueue =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'scheduled' AND queue = $1 ORDER BY id LIMIT $2) AS counted";
constexpr const char* kRunningInQueue = "SELECT COUNT(*) FROM job WHERE state = 'running' AND queue = $1";
constexpr const char* kFinishedSince =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE queue = $1 AND finished_at IS NOT NULL AND finished_at > $2 "
    "ORDER BY finished_at DESC LIMIT $3) AS counted";
constexpr const char* kNewestFinished =
    "SELECT run_at, started_at, finished_at FROM job WHERE queue = $1 AND finished_at IS NOT NULL ORDER BY finished_at DESC LIMIT $2";
constexpr const char* kNextLevel = "SELECT priority FROM job WHERE state = 'queued' AND lane = $1 AND priority < $2 ORDER BY priority DESC LIMIT 1";
constexpr const char* kOldestInFront =
    "SELECT MIN(run_at) FROM (SELECT run_at FROM job WHERE state = 'queued' AND lane = $1 AND priority = $2 ORDER BY rank, id LIMIT $3) AS front";

// At the front of each priority stands the oldest job of every owner, as their turns go round.
std::optional<Time> oldest_in_lane(Connection& connection, const std::string& lane) {
  std::vector<std::int64_t> levels = levels_of(connection, lane);
  std::optional<Time> oldest;
  for (std::int64_t priority : levels) {
    Row front = connection.execute(kOldestInFront, {lane, priority, kFront / static_cast<int>(levels.size()) + 1}).front();
    if (!front.is_null(0) && (!oldest || front.time(0) < *oldest)) oldest = front.time(0);
  }
  return oldest;
}

struct Depth {
  std::int64_t queued = 0;
  std::optional<Time> oldest;
};

std::map<std::string, Depth> depths(Connection& connection) {
  std::map<std::string, Depth> depths;
  for (const std::string& lane : queued_lanes(connection)) {
    Depth& depth = depths[connection.execute(kQueueOfLane, {lane}).front().text(0)];
    depth.queued += connection.execute(kQueuedInLane, {lane, kExactPosition + 1 - depth.queued}).front().integer(0);
    auto oldest = oldest_in_lane(connection, lane);
    if (oldest && (!depth.oldest || *oldest < *depth.oldest)) depth.oldest = oldest;
  }
  return depths;
}

std::optional<Spread> spread_of(std::vector<Duration> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  auto at = [&](std::size_t percent) { return values[(values.size() - 1) * percent / 100]; };
  return Spread{at(50), at(95)};
}

void add_latency(Connection& connection, QueueReport& report) {
  std::vector<Duration> waits, runs;
  for (const Row& row : connection.execute(kNewestFinished, {report.settings.name, kNewest})) {
    if (row.is_null(1)) continue;  // it ended without having run
    waits.push_back(std::max(row.time(1) - row.time(0), Duration{}));
    runs.push_back(row.time(2) - row.time(1));
  }
  report.wait = spread_of(std::move(waits));
  report.run = spread_of(std::move(runs));
}

QueueReport report_of(Connection& connection, QueueSettings settings, const Depth& depth, Time now) {
  QueueReport report{.settings = std::move(settings)};
  const std::string& name = report.settings.name;
  auto count = [&](const char* sql, Params params) { return connection.execute(sql, params).front().integer(0); };
  report.queued = depth.queued;
  report.oldest = depth.oldest;
  if (depth.oldest) report.oldest_age = std::max(now - *depth.oldest, Duration{});
  report.scheduled = count(kScheduledInQueue, {name, kExactPosition + 1});
  report.running = count(kRunningInQueue, {name});
  report.finished_last_minute = count(kFinishedSince, {name, now - std::chrono::minutes(1), kMostPerMinute});
  report.finished_last_hour = count(kFinishedSince, {name, now - std::chrono::hours(1), kExactPosition + 1});
  add_latency(connection, report);
  return report;
}

}  // namespace

std::vector<std::string> queued_lanes(Connection& connection) {
  std::vector<std::string> lanes;
  Rows next = connection.execute(kNextLane, {""});
  for (; !next.empty(); next = connection.execute(kNextLane, {lanes.back()})) lanes.push_back(next.front().text(0));
  return lanes;
}

std::vector<std::int64_t> levels_of(Connection& connection, const std::string& lane) {
  std::vector<std::int64_t> levels;
  Rows level = connection.execute(kNextLevel, {lane, domain::kHighestPriority + 1});
  for (; !level.empty(); level = connection.execute(kNextLevel, {lane, levels.back()})) levels.push_back(level.front().integer(0));
  return levels;
}

std::vector<const char*> queue_statements() {
  return {kNextLane, kQueueOfLane, kQueuedInLane, kScheduledInQueue, kRunningInQueue, kFinishedSince, kNewestFinished, kNextLevel, kOldestInFront};
}

std::vector<QueueReport> SqlStore::queues(Time now) {
  return database_->read([&](Connection& connection) {
    std::map<std::string, Depth> found = depths(connection);
    Time at = connection.clock(now);
    std::vector<QueueReport> reports;
    for (const Row& row : connection.execute(kAllQueues)) {
      QueueSettings settings = queue_settings_from(row);
      Depth depth = found[settings.name];
      reports.push_back(report_of(connection, std::move(settings), depth, at));
    }
    return reports;
  });
}

}  // namespace darkroom::store
