// Queued jobs in the order in which they start. Each lane is read in its own order, from the claim's index or, of one owner, from that of the turns, a level
// of priority at a time; lanes are merged as claims choose between them.
#include "store/sql_job_lists.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <list>
#include <tuple>

namespace darkroom::store {
namespace {

// Each lane that has something queued, by hopping from one to the next in the index.
constexpr const char* kLanes =
    "WITH RECURSIVE line (lane) AS (SELECT MIN(lane) FROM job WHERE state = 'queued' UNION ALL "
    "SELECT (SELECT MIN(job.lane) FROM job WHERE job.state = 'queued' AND job.lane > line.lane) FROM line WHERE line.lane IS NOT NULL) "
    "SELECT lane FROM line WHERE lane IS NOT NULL";
constexpr const char* kLevel = "SELECT priority FROM job WHERE state = 'queued' AND lane = $1 AND priority <= $2 ORDER BY priority DESC, rank, id LIMIT 1";
constexpr const char* kOfLevel =
    "SELECT " DARKROOM_JOB_COLUMNS ", job.rank FROM job WHERE job.state = 'queued' AND job.lane = $1 AND job.priority = $2 AND (job.rank, job.id) > ($3, $4) "
    "ORDER BY job.rank, job.id LIMIT $5";
constexpr const char* kOfOwner =
    "SELECT " DARKROOM_JOB_COLUMNS ", job.rank FROM job WHERE job.state = 'queued' AND job.lane = $1 AND job.priority = $2 AND job.owner = $6 AND job.rank >= $3 "
    "AND (job.rank > $3 OR job.id > $4) ORDER BY job.rank, job.id LIMIT $5";

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();

// One lane, read in pieces as it is taken from.
class LaneReader {
 public:
  LaneReader(Connection& connection, const LineQuery& query, const std::string& lane) : connection_(connection), query_(query) {
    auto begun = std::ranges::find(query.after, lane, &LinePlace::lane);
    place_ = begun == query.after.end() ? LinePlace{lane, domain::kHighestPriority, kLowest, kLowest} : *begun;
    has_moved_ = begun != query.after.end();
    read_from_ = place_;
    read();
  }

  bool is_empty() const { return jobs_.empty(); }
  bool goes_before(const LaneReader& other) const { return key() < other.key(); }
  std::optional<LinePlace> place() const { return has_moved_ ? std::optional(place_) : std::nullopt; }

  JobRecord take() {
    JobRecord job = std::move(jobs_.front().job);
    place_ = {place_.lane, job.priority, jobs_.front().rank, job.id.value};
    has_moved_ = true;
    jobs_.pop_front();
    if (jobs_.empty()) read();
    return job;
  }

 private:
  struct Waiting {
    JobRecord job;
    std::int64_t rank;
  };

  std::tuple<int, std::int64_t> key() const { return {-jobs_.front().job.priority, jobs_.front().job.id.value}; }

  // The next piece: the rest of the level, or the first one below it that gives something.
  void read() {
    while (jobs_.empty()) {
      Rows level = connection_.execute(kLevel, {read_from_.lane, read_from_.priority});
      if (level.empty()) return;
      if (int priority = level.front().small(0); priority < read_from_.priority) read_from_ = {read_from_.lane, priority, kLowest, kLowest};
      Rows rows = query_.owner ? connection_.execute(kOfOwner, {read_from_.lane, read_from_.priority, read_from_.rank, read_from_.id, query_.limit + 1, *query_.owner})
                               : connection_.execute(kOfLevel, {read_from_.lane, read_from_.priority, read_from_.rank, read_from_.id, query_.limit + 1});
      for (const Row& row : rows) jobs_.push_back({job_from(row), row.integer(kJobColumns)});
      if (static_cast<int>(rows.size()) > query_.limit) {
        read_from_ = {read_from_.lane, read_from_.priority, jobs_.back().rank, jobs_.back().job.id.value};
      } else {
        read_from_ = {read_from_.lane, read_from_.priority - 1, kLowest, kLowest};
      }
    }
  }

  Connection& connection_;
  const LineQuery& query_;
  LinePlace place_;      // of the last one that was taken
  bool has_moved_ = false;
  LinePlace read_from_;  // where the next piece begins
  std::list<Waiting> jobs_;
};

bool is_wanted(const LineQuery& query, std::string_view lane) {
  std::size_t end = lane.find('/');
  return (!query.queue || lane.substr(0, end) == *query.queue) && (!query.model || lane.substr(end + 1) == *query.model);
}

JobsInLine read_line(Connection& connection, const LineQuery& query) {
  std::list<LaneReader> lanes;
  for (const Row& row : connection.execute(kLanes)) {
    if (is_wanted(query, row.text(0))) lanes.emplace_back(connection, query, row.text(0));
  }
  std::vector<JobRecord> jobs;
  auto next_lane = [&] {
    auto best = lanes.end();
    for (auto lane = lanes.begin(); lane != lanes.end(); ++lane) {
      if (!lane->is_empty() && (best == lanes.end() || lane->goes_before(*best))) best = lane;
    }
    return best;
  };
  auto lane = next_lane();
  for (; lane != lanes.end() && static_cast<int>(jobs.size()) < query.limit; lane = next_lane()) jobs.push_back(lane->take());
  JobsInLine line;
  for (const LaneReader& reader : lanes) {
    if (auto place = reader.place(); lane != lanes.end() && place) line.next.push_back(*place);
  }
  line.jobs = with_attempts(connection, std::move(jobs));
  return line;
}

}  // namespace

JobsInLine SqlStore::jobs_in_line(const LineQuery& query) {
  return database_->read([&](Connection& connection) { return read_line(connection, query); });
}

std::vector<const char*> line_statements() { return {kLanes, kLevel, kOfLevel, kOfOwner}; }

}  // namespace darkroom::store
