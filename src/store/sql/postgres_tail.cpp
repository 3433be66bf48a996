#include "store/sql/postgres_tail.h"

#include "base/id.h"
#include "base/log.h"
#include "store/sql/postgres_text.h"
#include "store/sql_rows.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

namespace darkroom::store {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenNotifies{20}, kHeartbeat{10'000}, kEchoWithin{2'000}, kFirstBackoff{100}, kLongestBackoff{5'000};
constexpr std::chrono::seconds kClocksDiffer{1};
constexpr std::size_t kMostOwn = 1'000'000;
constexpr std::int64_t kPage = 1'000;  // ids asked for at once

constexpr const char* kHorizon = "SELECT id FROM event_horizon";
// The sequence never goes back, as the horizon may, unless the log is an older one.
constexpr const char* kLook =
    "SELECT horizon.id, CASE WHEN log.is_called THEN log.last_value ELSE log.last_value - 1 END, " DARKROOM_SERVERS_CLOCK " FROM event_horizon AS horizon, event_id_seq AS log";
constexpr const char* kChannel = "SELECT 'darkroom_' || current_schema()";
constexpr const char* kNotify = "SELECT pg_notify($1, $2)";
// Range by range, each by the index: OFFSET keeps the planner from making one join of it, for which it might read the whole log.
constexpr const char* kEvents =
    "SELECT told.* FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[])) AS range (after, last) CROSS JOIN LATERAL (SELECT id, at, type, image_id, job_id, actor, "
    "reason, data FROM event WHERE id > range.after AND id <= range.last OFFSET 0) AS told ORDER BY told.id";

constexpr const char* kEventsSince =
    "SELECT id, at, type, image_id, job_id, actor, reason, data FROM event WHERE id > $1 AND id <= $2 AND at >= $3 ORDER BY id";

milliseconds with_jitter(milliseconds delay) {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return milliseconds(std::uniform_int_distribution<std::int64_t>(delay.count() * 3 / 4, delay.count())(generator));
}

Rows read(PostgresConnection& connection, const char* sql, Params params = {}) {
  connection.begin(PostgresConnection::Access::read);
  Rows rows = connection.query(sql, params);
  connection.commit();
  return rows;
}

}  // namespace

PostgresTail::PostgresTail(const PostgresOptions& options, PostgresConnection& connection, Listener listener)
    : options_(options),
      listener_(std::move(listener)),
      channel_(read(connection, kChannel).front().text(0)),
      name_(make_uuid_v7(std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()))),
      place_(read(connection, kHorizon).front().integer(0)),
      passing_(place_),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

PostgresTail::~PostgresTail() {
  thread_.request_stop();
  wake();
  thread_.join();
}

void PostgresTail::skip(const std::vector<Event>& own) {
  std::lock_guard guard(mutex_);
  if (own_.size() > kMostOwn) own_.clear();  // the tail has been cut off for long: it will tell some events twice
  for (const Event& event : own) own_.insert(event.id);
}

void PostgresTail::announce() {
  if (!announced_.exchange(true)) wake();
}

void PostgresTail::no_skip(const std::vector<Event>& own) {
  std::lock_guard guard(mutex_);
  for (const Event& event : own) {
    own_.erase(event.id);
    if (event.id <= passing_) unsure_.insert(event.id);
  }
}

void PostgresTail::wake() {
  std::uint64_t one = 1;
  [[maybe_unused]] ssize_t written = ::write(wake_.get(), &one, sizeof one);
}

void PostgresTail::run(std::stop_token stop) {
  milliseconds backoff = kFirstBackoff;
  bool told = false;
  while (!stop.stop_requested()) {
    auto begun = Clock::now();
    try {
      follow(stop);
    } catch (const std::exception& error) {
      if (Clock::now() - begun > kLongestBackoff) {
        backoff = kFirstBackoff;
        told = false;
      }
      if (!std::exchange(told, true)) log::warning("the event log cannot be followed: trying again", {{"cause", error.what()}});
      auto until = Clock::now() + with_jitter(backoff);
      backoff = std::min(backoff * 2, kLongestBackoff);
      while (!stop.stop_requested() && Clock::now() < until) wait_until(until, -1);
    }
  }
}

void PostgresTail::follow(std::stop_token stop) {
  PostgresConnection connection(options_, PostgresConnection::Statements::whole);
  connection.link().add("LISTEN " + quoted_identifier(channel_));
  connection.link().finish();
  Timetable times;
  while (!stop.stop_requested()) {
    hear(connection, times);
    speak(connection, times);
    if (Clock::now() >= times.look) {
      look(connection);
      times.look = Clock::now() + with_jitter(options_.poll_interval);
    }
    Clock::time_point next = std::min({times.look, times.heartbeat, times.echo});
    if (announced_) next = std::min(next, times.notify);
    wait_until(next, connection.link().socket());
  }
}

// Waits for the time, for something to read from the socket, or for wake().
void PostgresTail::wait_until(Clock::time_point time, int socket) {
  auto left = std::chrono::ceil<milliseconds>(time - Clock::now()).count();
  if (left <= 0) return;
  pollfd descriptors[] = {{wake_.get(), POLLIN, 0}, {socket, POLLIN, 0}};
  if (::poll(descriptors, 2, static_cast<int>(std::min<std::int64_t>(left, 60'000))) > 0 && descriptors[0].revents) {
    std::uint64_t count = 0;
    [[maybe_unused]] ssize_t size = ::read(wake_.get(), &count, sizeof count);
  }
}

void PostgresTail::hear(PostgresConnection& connection, Timetable& times) {
  for (const auto& [channel, speaker] : connection.link().notifications()) {
    if (channel != channel_) continue;
    if (speaker == name_) {
      times.echo = Clock::time_point::max();
    } else {
      times.look = {};
    }
  }
  if (Clock::now() < times.echo) return;
  times.echo = Clock::time_point::max();
  if (!std::exchange(warned_, true)) {
    log::warning("LISTEN does not work on this connection, as behind a transaction pooler: changes by other processes are seen up to a second later",
                 {{"database", options_.name}});
  }
}

void PostgresTail::speak(PostgresConnection& connection, Timetable& times) {
  auto now = Clock::now();
  bool beats = now >= times.heartbeat;
  if (!beats && (now < times.notify || !announced_)) return;
  announced_ = false;
  times.notify = now + kBetweenNotifies;
  if (beats) {
    times.heartbeat = now + kHeartbeat;
    times.echo = now + kEchoWithin;
  }
  const Param params[] = {channel_, name_};
  connection.link().add(kNotify, params);
  connection.link().finish();
}

void PostgresTail::look(PostgresConnection& connection) {
  Rows rows = read(connection, kLook);
  std::int64_t horizon = rows.front().integer(0), newest = rows.front().integer(1);
  if (newest < place_) begin_again(connection, horizon, newest);
  looked_at_ = rows.front().time(2);
  tell_unsure(connection);
  std::vector<Range> ranges = foreign_ranges(horizon);
  tell(connection, ranges, Whose::of_others);
  pass_over(horizon);
}

void PostgresTail::pass_over(std::int64_t last) {
  std::lock_guard guard(mutex_);
  for (std::int64_t id = place_ + 1; id <= last && !own_.empty(); ++id) own_.erase(id);
  place_ = std::max(place_, last);
}

// A server that lacks the newest events took over, and gives their ids once more. What others have written there since the last look is told here: it stands
// where the tail has been.
void PostgresTail::begin_again(PostgresConnection& connection, std::int64_t horizon, std::int64_t newest) {
  log::warning("the event log has gone back, as when a standby takes over that lacks the newest events: following it from there",
               {{"from", std::to_string(place_)}, {"to", std::to_string(newest)}});
  Rows rows = read(connection, kEventsSince, {horizon - kPage, horizon, looked_at_ - kClocksDiffer});
  {
    std::lock_guard guard(mutex_);
    std::erase_if(own_, [newest](std::int64_t id) { return id > newest; });
    unsure_.clear();
    place_ = passing_ = horizon;
  }
  tell(rows, Whose::of_others);
  std::lock_guard guard(mutex_);
  std::erase_if(own_, [horizon](std::int64_t id) { return id <= horizon; });
}

// What the horizon has passed is in the log, or never will be.
void PostgresTail::tell_unsure(PostgresConnection& connection) {
  std::vector<Range> ranges;
  {
    std::lock_guard guard(mutex_);
    unsure_.erase(unsure_.upper_bound(place_), unsure_.end());  // of a look that failed: they are met again
    for (std::int64_t id : unsure_) ranges.push_back({id - 1, id});
  }
  if (ranges.empty()) return;
  std::vector<Range> told = ranges;
  tell(connection, ranges, Whose::unsure);
  std::lock_guard guard(mutex_);
  for (const Range& range : told) unsure_.erase(range.last);
}

// Where, up to the horizon, events of others may stand, rising. What is our own is not read again.
std::vector<PostgresTail::Range> PostgresTail::foreign_ranges(std::int64_t horizon) {
  std::lock_guard guard(mutex_);
  passing_ = std::max(place_, horizon);
  if (horizon - place_ > static_cast<std::int64_t>(own_.size()) * 2 + kPage) return {{place_, horizon}};
  std::vector<Range> ranges;
  for (std::int64_t id = place_ + 1; id <= horizon; ++id) {
    if (own_.contains(id)) continue;
    if (!ranges.empty() && ranges.back().last == id - 1) {
      ranges.back().last = id;
    } else {
      ranges.push_back({id - 1, id});
    }
  }
  return ranges;
}

void PostgresTail::tell(PostgresConnection& connection, std::span<Range> ranges, Whose whose) {
  while (!ranges.empty()) {
    std::string afters, lasts;
    std::int64_t until = 0;
    for (std::int64_t room = kPage; room > 0 && !ranges.empty();) {
      Range& range = ranges.front();
      std::int64_t last = std::min(range.last, range.after + room);
      afters += (afters.empty() ? "{" : ",") + std::to_string(range.after);
      lasts += (lasts.empty() ? "{" : ",") + std::to_string(last);
      room -= last - range.after;
      until = range.after = last;
      if (last == range.last) ranges = ranges.subspan(1);
    }
    Rows rows = read(connection, kEvents, {afters + '}', lasts + '}'});
    tell(rows, whose);
    if (whose == Whose::of_others) pass_over(until);  // what follows may fail, and this be told again
  }
}

void PostgresTail::tell(const Rows& rows, Whose whose) {
  std::vector<Event> events;
  {
    std::lock_guard guard(mutex_);
    for (const Row& row : rows) {
      std::int64_t id = row.integer(0);
      if (whose == Whose::unsure || (!own_.contains(id) && !unsure_.contains(id))) events.push_back(event_from(row));
    }
  }
  if (!events.empty()) listener_(events);
}

}  // namespace darkroom::store
