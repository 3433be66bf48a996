#include "store/sql_limits.h"

#include "domain/error_codes.h"
#include "store/sql_ageing.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <map>

namespace darkroom::store {

QueueSettings queue_settings_from(const Row& row, std::size_t first) {
  auto small = [&](std::size_t at) { return row.is_null(first + at) ? std::nullopt : std::optional(row.small(first + at)); };
  auto span = [&](std::size_t at) { return row.is_null(first + at) ? std::nullopt : std::optional(Duration(row.integer(first + at))); };
  QueueSettings settings;
  settings.name = row.text(first);
  settings.paused = row.integer(first + 1) != 0;
  settings.paused_by = row.text(first + 2);
  settings.pause_reason = row.text(first + 3);
  if (auto starts = small(4)) settings.rate = RateLimit{*starts, *span(5)};
  settings.concurrency = small(6);
  settings.ageing = span(7);
  settings.max_retries = small(8);
  if (auto delay = span(9)) settings.first_retry = std::chrono::floor<std::chrono::seconds>(*delay);
  return settings;
}

namespace {

// The number only keeps these locks apart from others. As statements of their own, so that the next one sees what was committed before they were given.
constexpr RowSql kShareQueue{"SELECT pg_advisory_xact_lock_shared(6272, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr RowSql kHoldQueue{"SELECT pg_advisory_xact_lock(6272, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr const char* kLockQueue = "SELECT " DARKROOM_QUEUE_COLUMNS " FROM queue WHERE queue.name = $1 /*FOR UPDATE*/";
constexpr const char* kCountStarts = "SELECT COUNT(*) FROM queue_start WHERE queue = $1 AND at > $2 AND at <= $3";
constexpr const char* kCountRunning = "SELECT COUNT(*) FROM job WHERE state = 'running' AND queue = $1";
constexpr const char* kNoteStart = "INSERT INTO queue_start (queue, at) VALUES ($1, $2)";
constexpr const char* kDropStarts = "DELETE FROM queue_start WHERE queue = $1 AND at <= $2";
constexpr const char* kDropAllStarts = "DELETE FROM queue_start WHERE queue = $1";
constexpr const char* kNotedStarts = "SELECT at FROM queue_start WHERE queue = $1 AND at > $2 ORDER BY at DESC LIMIT $3";

// Callers of one process read its clock before they wait for their turn, so a moment may come after a later one. Starts are kept longer than the
// window by this much, so that such a one still finds all that it must count.
constexpr std::chrono::minutes kSlack{1};

}  // namespace

// Always in the same order: two that share the same ones do not wait for each other in a circle.
void share_queues(Transaction& transaction, const std::set<std::string>& queues) {
  transaction.connection.post_locks(kShareQueue, RowParams(queues.begin(), queues.end()));
}

// A start further ahead than the window is of a clock that has been put back since: it would block the queue for as long.
Allowance allow_starts(Transaction& transaction, const std::string& queue, Time now) {
  Allowance allowance{.starts = std::numeric_limits<std::int64_t>::max(), .at = now, .window = std::nullopt, .ageing = std::nullopt};
  Rows found = transaction.execute(kLockQueue, {queue});
  if (found.empty()) return allowance;
  QueueSettings settings = queue_settings_from(found.front());
  allowance.ageing = settings.ageing;
  if (settings.paused) allowance.starts = 0;
  if ((settings.rate || settings.ageing) && allowance.starts > 0) allowance.at = transaction.clock(now);
  if (settings.rate && allowance.starts > 0) {
    Duration window = settings.rate->window;
    allowance.window = window;
    std::int64_t started = transaction.execute(kCountStarts, {queue, allowance.at - window, allowance.at + window}).front().integer(0);
    allowance.starts = settings.rate->starts - started;
  }
  if (settings.concurrency && allowance.starts > 0) {
    std::int64_t running = transaction.execute(kCountRunning, {queue}).front().integer(0);
    allowance.starts = std::min(allowance.starts, *settings.concurrency - running);
  }
  allowance.starts = std::max<std::int64_t>(allowance.starts, 0);
  return allowance;
}

void note_starts(Transaction& transaction, const std::string& queue, const Allowance& allowance, std::int64_t count) {
  if (!allowance.window || count == 0) return;
  for (std::int64_t i = 0; i < count; ++i) transaction.execute(kNoteStart, {queue, allowance.at});
  transaction.execute(kDropStarts, {queue, allowance.at - *allowance.window - kSlack});
}

std::vector<Time> noted_starts(Connection& connection, const std::string& queue, const RateLimit& rate, Time now) {
  std::vector<Time> starts;
  for (const Row& row : connection.execute(kNotedStarts, {queue, now - rate.window, rate.starts})) starts.push_back(row.time(0));
  return starts;
}

std::vector<const char*> hot_limit_statements() { return {kLockQueue, kCountStarts, kCountRunning, kNoteStart, kDropStarts, kNotedStarts}; }

namespace {

// --- the starts that a new limit finds: from the log, since they were noted nowhere else ---

constexpr const char* kEventHorizon = "SELECT id FROM event_horizon";
constexpr const char* kEventFrom = "SELECT id, at FROM event WHERE id >= $1 ORDER BY id LIMIT 1";
constexpr const char* kStartsInLog =
    "SELECT event.id, event.at FROM event LEFT JOIN job ON job.public_id = event.job_id WHERE event.id > $2 AND event.type = 'job.started' "
    "AND event.at > $3 AND (job.queue = $1 OR job.id IS NULL) ORDER BY event.id DESC LIMIT $4";

struct LoggedStarts {
  std::map<std::int64_t, Time> by_event;
  std::int64_t looked_until = 0;  // no event with a smaller id can come any more
};

// The last event before this time, by bisection of the ids.
std::int64_t event_before(Connection& connection, Time time, std::int64_t newest) {
  std::int64_t before = 0, after = newest + 1;
  while (after - before > 1) {
    std::int64_t middle = before + (after - before) / 2;
    Rows found = connection.execute(kEventFrom, {middle});
    bool older = !found.empty() && found.front().time(1) < time;
    (older ? before : after) = middle;
  }
  return before;
}

// Adds the newest starts of the queue with ids above `above`. A start whose job is gone may have been of any queue: it counts.
void look_up_starts(Connection& connection, LoggedStarts& starts, const std::string& queue, const RateLimit& rate, std::int64_t above, Time now) {
  for (const Row& row : connection.execute(kStartsInLog, {queue, above, now - rate.window, rate.starts})) starts.by_event[row.integer(0)] = row.time(1);
}

LoggedStarts logged_starts(Connection& connection, const std::string& queue, const RateLimit& rate, std::int64_t horizon, Time now) {
  LoggedStarts starts{.by_event = {}, .looked_until = horizon};
  look_up_starts(connection, starts, queue, rate, event_before(connection, now - rate.window - kSlack, starts.looked_until), now);
  return starts;
}

// What was looked up before the queue was locked, with what has come since.
void note_logged_starts(Transaction& transaction, LoggedStarts starts, const std::string& queue, const RateLimit& rate, Time now) {
  look_up_starts(transaction.connection, starts, queue, rate, starts.looked_until, now);
  auto start = starts.by_event.rbegin();
  for (int i = 0; i < rate.starts && start != starts.by_event.rend(); ++i, ++start) transaction.execute(kNoteStart, {queue, start->second});
}

// --- changing a queue ---

constexpr const char* kSetQueue =
    "UPDATE queue SET paused = $2, paused_by = $3, pause_reason = $4, rate_count = $5, rate_window = $6, concurrency = $7, ageing_bound = $8, "
    "max_retries = $9, first_retry = $10, updated_at = $11 WHERE name = $1";

std::optional<std::int64_t> count_of(std::optional<Duration> span) { return span ? std::optional<std::int64_t>(span->count()) : std::nullopt; }

void store_settings(Transaction& transaction, const QueueSettings& queue, Time now) {
  std::optional<int> starts = queue.rate ? std::optional(queue.rate->starts) : std::nullopt;
  std::optional<Duration> window = queue.rate ? std::optional(queue.rate->window) : std::nullopt;
  std::optional<Duration> first_retry = queue.first_retry ? std::optional<Duration>(*queue.first_retry) : std::nullopt;
  transaction.execute(kSetQueue, {queue.name, queue.paused ? 1 : 0, queue.paused_by, queue.pause_reason, starts, count_of(window), queue.concurrency,
                                  count_of(queue.ageing), queue.max_retries, count_of(first_retry), now});
}

QueueSettings changed(QueueSettings queue, const QueueChange& change, const Actor& actor) {
  bool another_reason = queue.paused && !actor.reason.empty() && actor.reason != queue.pause_reason;
  if (change.paused && (*change.paused != queue.paused || another_reason)) {
    queue.paused = *change.paused;
    queue.paused_by = queue.paused ? actor.name : "";
    queue.pause_reason = queue.paused ? actor.reason : "";
  }
  if (change.rate) queue.rate = *change.rate;
  if (change.concurrency) queue.concurrency = *change.concurrency;
  if (change.ageing) queue.ageing = *change.ageing;
  if (change.max_retries) queue.max_retries = *change.max_retries;
  if (change.first_retry) queue.first_retry = *change.first_retry;
  return queue;
}

std::string json_of(const QueueSettings& queue) {
  auto number = [](std::optional<std::int64_t> value) { return value ? std::to_string(*value) : std::string("null"); };
  auto seconds = [](std::optional<Duration> span) { return span ? std::optional<std::int64_t>(span->count() / 1'000'000) : std::nullopt; };
  return "{\"queue\":\"" + queue.name + "\",\"paused\":" + (queue.paused ? "true" : "false") +
         ",\"rate\":" + (queue.rate ? "\"" + domain::to_text(*queue.rate) + "\"" : "null") + ",\"concurrency\":" + number(queue.concurrency) +
         ",\"ageing_s\":" + number(seconds(queue.ageing)) + ",\"max_retries\":" + number(queue.max_retries) +
         ",\"first_retry_s\":" + number(seconds(queue.first_retry)) + "}";
}

void tell_change(Transaction& transaction, const QueueSettings& old, const QueueSettings& fresh, const Actor& actor, Time now) {
  bool pauses = fresh.paused && (!old.paused || old.pause_reason != fresh.pause_reason);
  bool resumes = old.paused && !fresh.paused;
  std::string type = pauses ? "queue.paused" : resumes ? "queue.resumed" : "queue.changed";
  append_event(transaction, {.at = now, .type = type, .image = std::nullopt, .job = std::nullopt, .actor = actor.name, .reason = actor.reason, .data = json_of(fresh)});
}

bool same_rules(const QueueSettings& a, const QueueSettings& b) {
  return a.paused == b.paused && a.pause_reason == b.pause_reason && a.rate == b.rate && a.concurrency == b.concurrency && a.ageing == b.ageing && a.max_retries == b.max_retries &&
         a.first_retry == b.first_retry;
}

}  // namespace

Result<QueueSettings> SqlStore::change_queue(std::string_view name, const QueueChange& change, const Actor& actor, Time now, const Expectation<QueueSettings>& as_expected) {
  std::string queue(name);
  bool limits = change.rate && *change.rate;
  LoggedStarts logged;
  if (limits) {
    // The horizon is read first, in a snapshot of its own: see events().
    auto horizon = database_->read([](Connection& connection) { return connection.execute(kEventHorizon).front().integer(0); });
    logged = database_->read([&](Connection& connection) { return logged_starts(connection, queue, **change.rate, horizon, connection.clock(now)); });
  }
  return database_->write([&](Transaction& transaction) -> Result<QueueSettings> {
    transaction.connection.post_locks(kHoldQueue, {queue});
    Rows found = transaction.execute(kLockQueue, {queue});
    if (found.empty()) return Error{std::string(domain::code::not_found), "There is no queue " + queue + ". GET /api/v1/queues lists them."};
    QueueSettings old = queue_settings_from(found.front());
    if (as_expected && !as_expected(old)) return changed_meanwhile("queue");
    QueueSettings fresh = changed(old, change, actor);
    if (same_rules(old, fresh)) return old;
    store_settings(transaction, fresh, now);
    if (old.rate != fresh.rate) transaction.execute(kDropAllStarts, {queue});
    if (old.rate != fresh.rate && fresh.rate) note_logged_starts(transaction, logged, queue, *fresh.rate, transaction.clock(now));
    if (old.ageing.has_value() != fresh.ageing.has_value()) forget_starts(transaction, queue);
    tell_change(transaction, old, fresh, actor, now);
    return fresh;
  });
}

}  // namespace darkroom::store
