// Minutes of queues: counted once from the jobs that ended in them, by the index of endings, and read from their own rows ever after. So a chart of a week costs
// some thousand small rows, however many jobs there were.
#include "store/sql_minutes.h"
#include "store/sql_store.h"

#include <algorithm>
#include <map>

namespace darkroom::store {
namespace {

using std::chrono::minutes;

// A job's end is written with a time that is some milliseconds older than its commit.
constexpr auto kSettled = std::chrono::seconds(5);
constexpr int kMostAtOnce = 60;     // minutes of a queue that are written down in a stretch
constexpr int kMostEnded = 200'000;  // jobs of a minute, or of those not yet written down, that are counted

constexpr int kDeepest = 100'000;  // a longer line is counted as that long

constexpr const char* kQueueNames = "SELECT name FROM queue ORDER BY name";
constexpr const char* kLastMinute = "SELECT minute FROM queue_minute WHERE queue = $1 AND minute <= $2 ORDER BY minute DESC LIMIT 1";
constexpr const char* kNextEnd =
    "SELECT finished_at FROM job WHERE queue = $1 AND finished_at IS NOT NULL AND finished_at >= $2 AND finished_at < $3 ORDER BY finished_at LIMIT 1";
constexpr const char* kEnded =
    "SELECT state, created_at, started_at, finished_at FROM job WHERE queue = $1 AND finished_at IS NOT NULL AND finished_at >= $2 AND finished_at < $3 "
    "ORDER BY finished_at LIMIT $4";
// The lanes of a queue: QUEUE/MODEL, and '0' is the character after '/'.
constexpr const char* kInLine = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane >= $1 AND lane < $2 LIMIT $3) AS in_line";
constexpr const char* kKeepMinute =
    "INSERT INTO queue_minute (queue, minute, completed, failed, cancelled, wait, run, depth) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (queue, minute) DO UPDATE SET completed = excluded.completed, failed = excluded.failed, cancelled = excluded.cancelled, wait = excluded.wait, "
    "run = excluded.run, depth = COALESCE(queue_minute.depth, excluded.depth)";
constexpr const char* kDropOld = "DELETE FROM queue_minute WHERE queue = $1 AND minute < $2";
constexpr const char* kDropAhead = "DELETE FROM queue_minute WHERE queue = $1 AND minute > $2";
constexpr const char* kMinutes =
    "SELECT minute, completed, failed, cancelled, wait, run, depth FROM queue_minute WHERE queue = $1 AND minute >= $2 AND minute < $3 ORDER BY minute";

Time floor_to(Time time, minutes step) {
  auto since = time.time_since_epoch();
  return Time{since - since % Duration(step)};
}

// The first instant that is not over.
Time open_from(Time now) { return floor_to(now - kSettled, minutes(1)); }

std::vector<std::string> queue_names(Connection& connection) {
  std::vector<std::string> names;
  for (const Row& row : connection.execute(kQueueNames)) names.push_back(row.text(0));
  return names;
}

std::int64_t in_line(Connection& connection, const std::string& queue) { return connection.execute(kInLine, {queue + "/", queue + "0", kDeepest}).front().integer(0); }

void count(Stint& stint, const Row& ended) {
  auto state = domain::parse_job_state(ended.text(0)).value();
  stint.completed += state == domain::JobState::completed;
  stint.failed += state == domain::JobState::failed;
  stint.cancelled += state == domain::JobState::cancelled;
  if (state != domain::JobState::completed || ended.is_null(2)) return;
  stint.wait.add(ended.time(2) - ended.time(1));
  stint.run.add(ended.time(3) - ended.time(2));
}

struct Noted {
  std::string queue;
  std::vector<Stint> stints;
  bool more = false;
};

// The last minute that was written down is counted once more, for ends that were committed late. Those that are yet to come are of a clock that has been put
// back since: they are counted anew when they are over.
Noted count_minutes(Connection& connection, const std::string& queue, Time now) {
  Noted noted{queue, {}, false};
  Time open = open_from(now), at = open - kMinutesKept;
  Rows last = connection.execute(kLastMinute, {queue, open});
  if (!last.empty() && last.front().time(0) >= open - minutes(1)) return noted;
  if (!last.empty()) at = std::max(at, last.front().time(0));
  while (true) {
    Rows next = connection.execute(kNextEnd, {queue, at, open});
    if (next.empty()) break;
    if (noted.stints.size() == kMostAtOnce) {
      noted.more = true;
      return noted;
    }
    Stint stint{.begin = floor_to(next.front().time(0), minutes(1))};
    at = stint.begin + minutes(1);
    for (const Row& row : connection.execute(kEnded, {queue, stint.begin, at, kMostEnded})) count(stint, row);
    noted.stints.push_back(std::move(stint));
  }
  if (noted.stints.empty() || noted.stints.back().begin < open - minutes(1)) noted.stints.push_back({.begin = open - minutes(1)});
  noted.stints.back().depth = in_line(connection, queue);
  return noted;
}

void keep(Transaction& transaction, const Noted& noted, Time now) {
  for (const Stint& stint : noted.stints) {
    transaction.post(kKeepMinute, {noted.queue, stint.begin, stint.completed, stint.failed, stint.cancelled, stint.wait.to_text(), stint.run.to_text(), stint.depth});
  }
  transaction.execute(kDropOld, {noted.queue, open_from(now) - kMinutesKept});
  transaction.execute(kDropAhead, {noted.queue, open_from(now)});
}

Stint stint_from(const Row& row) {
  Stint stint{.begin = row.time(0), .completed = row.integer(1), .failed = row.integer(2), .cancelled = row.integer(3), .wait = domain::Latencies::from_text(row.text(4)),
              .run = domain::Latencies::from_text(row.text(5))};
  if (!row.is_null(6)) stint.depth = row.integer(6);
  return stint;
}

// Depths are added up over the queues of a minute first, and then the deepest minute counts.
class Chart {
 public:
  Chart(const StintQuery& query, Time now) : query_(query) {
    for (Time at = query.from; at <= now; at += query.step) stints_.push_back({.begin = at});
  }

  void add(const Stint& minute) {
    auto at = (minute.begin - query_.from) / Duration(query_.step);
    if (minute.begin < query_.from || at >= static_cast<std::int64_t>(stints_.size())) return;
    Stint& stint = stints_[static_cast<std::size_t>(at)];
    stint.completed += minute.completed;
    stint.failed += minute.failed;
    stint.cancelled += minute.cancelled;
    stint.wait.add(minute.wait);
    stint.run.add(minute.run);
    if (minute.depth) depths_[minute.begin] += *minute.depth;
  }

  std::vector<Stint> take() && {
    for (auto [minute, depth] : depths_) {
      Stint& stint = stints_[static_cast<std::size_t>((minute - query_.from) / Duration(query_.step))];
      stint.depth = std::max(stint.depth.value_or(0), depth);
    }
    return std::move(stints_);
  }

 private:
  const StintQuery& query_;
  std::vector<Stint> stints_;
  std::map<Time, std::int64_t> depths_;
};

void add_queue(Connection& connection, const std::string& queue, Time from, Time now, Chart& chart) {
  Time unwritten = from;
  for (const Row& row : connection.execute(kMinutes, {queue, from, now})) {
    chart.add(stint_from(row));
    unwritten = row.time(0) + minutes(1);
  }
  // Where nothing is written down, as on a server of a minute ago, no more than an hour is counted from the jobs.
  unwritten = std::max({unwritten, from, floor_to(now, minutes(1)) - minutes(60)});
  std::map<Time, Stint> counted;
  for (const Row& row : connection.execute(kEnded, {queue, unwritten, now + Duration(1), kMostEnded})) {
    Time begin = floor_to(row.time(3), minutes(1));
    counted.try_emplace(begin, Stint{.begin = begin});
    count(counted.at(begin), row);
  }
  Time current = floor_to(now, minutes(1));
  counted.try_emplace(current, Stint{.begin = current});
  counted.at(current).depth = in_line(connection, queue);
  for (const auto& [begin, stint] : counted) chart.add(stint);
}

}  // namespace

bool SqlStore::note_minutes(Time now) {
  std::vector<Noted> all = database_->read([&](Connection& connection) {
    std::vector<Noted> counted;
    for (const std::string& queue : queue_names(connection)) {
      if (Noted noted = count_minutes(connection, queue, now); !noted.stints.empty()) counted.push_back(std::move(noted));
    }
    return counted;
  });
  if (all.empty()) return false;
  database_->write([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    for (const Noted& noted : all) keep(transaction, noted, at);
    return 0;
  });
  return std::ranges::any_of(all, &Noted::more);
}

std::vector<Stint> SqlStore::stints(const StintQuery& query, Time now) {
  return database_->read([&](Connection& connection) {
    Chart chart(query, now);
    for (const std::string& queue : query.queue ? std::vector{*query.queue} : queue_names(connection)) add_queue(connection, queue, query.from, now, chart);
    return std::move(chart).take();
  });
}

std::vector<const char*> minute_statements() { return {kQueueNames, kLastMinute, kNextEnd, kEnded, kInLine, kKeepMinute, kDropOld, kDropAhead, kMinutes}; }

}  // namespace darkroom::store
