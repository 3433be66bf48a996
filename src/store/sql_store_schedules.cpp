// Schedules: a slot is fired by whoever first moves the schedule on from it, and UNIQUE (schedule, slot) stands behind that.
#include "base/fail_point.h"
#include "base/id.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

#define DARKROOM_SCHEDULE_COLUMNS "name, cron, zone, kind, args, enabled, missed, revision, next_slot, last_slot, created_at, updated_at"

ScheduleRecord schedule_from(const Row& row) {
  ScheduleRecord schedule;
  schedule.rule.name = row.text(0);
  schedule.rule.cron = row.text(1);
  schedule.rule.zone = row.text(2);
  schedule.rule.kind = row.text(3);
  schedule.rule.args = row.text(4);
  schedule.rule.enabled = row.integer(5) != 0;
  schedule.rule.missed = domain::parse_missed_policy(row.text(6)).value();
  schedule.revision = row.integer(7);
  schedule.next_slot = row.optional_time(8);
  schedule.last_slot = row.optional_time(9);
  schedule.created_at = row.time(10);
  schedule.updated_at = row.time(11);
  return schedule;
}

Error no_schedule(std::string_view name) { return {std::string(domain::code::not_found), "There is no schedule '" + std::string(name) + "'."}; }

// Names of schedules need no escaping in JSON.
std::string naming(std::string_view name) { return R"({"schedule":")" + std::string(name) + "\"}"; }

void tell(Transaction& transaction, std::string_view type, std::string_view name, const Actor& actor, Time now) {
  append_event(transaction, {.at = now, .type = std::string(type), .actor = actor.name, .reason = actor.reason, .data = naming(name)});
}

constexpr const char* kFindSchedule = "SELECT " DARKROOM_SCHEDULE_COLUMNS " FROM schedule WHERE name = $1";

std::optional<ScheduleRecord> read_schedule(Connection& connection, std::string_view name) {
  Rows rows = connection.execute(kFindSchedule, {name});
  return rows.empty() ? std::nullopt : std::optional(schedule_from(rows.front()));
}

constexpr const char* kInsertScheduledJob =
    "INSERT INTO job (public_id, kind, queue, model, lane, args, owner, priority, rank, state, run_at, max_attempts, created_at, updated_at) "
    "VALUES ($1, $2, $3, '', $4, $5, 'system', 0, $6, 'queued', $7, COALESCE((SELECT max_retries + 1 FROM queue WHERE name = $3), CAST($8 AS BIGINT)), $7, $7)";

struct NewScheduledJob {
  std::string public_id;
  std::string schedule;
  std::string kind;
  std::string args;
  int max_attempts = 1;
};

void insert_job(Transaction& transaction, const NewScheduledJob& job, const Actor& actor, Time now) {
  std::string lane = domain::maintenance_lane(job.kind);
  std::int64_t rank = next_rank(transaction.connection, lane, 0, "system");
  transaction.execute(kInsertScheduledJob, {job.public_id, job.kind, domain::kMaintenanceQueue, lane, job.args, rank, now, job.max_attempts});
  append_event(transaction, {.at = now, .type = "job.created", .image = std::nullopt, .job = job.public_id, .actor = actor.name, .reason = actor.reason, .data = naming(job.schedule)});
}

// What fires at the same times as before keeps the slot that may be due, and does not refuse who is firing it.
#define DARKROOM_SAME_TIMES \
  "enabled = 1 AND CAST($6 AS BIGINT) = 1 AND cron = $2 AND zone = $3"
constexpr const char* kReplaceSchedule =
    "UPDATE schedule SET cron = $2, zone = $3, kind = $4, args = $5, enabled = $6, missed = $7, next_slot = CASE WHEN " DARKROOM_SAME_TIMES " THEN next_slot ELSE $8 END, "
    "revision = CASE WHEN " DARKROOM_SAME_TIMES " THEN revision ELSE revision + 1 END, updated_at = $9 WHERE name = $1 RETURNING revision";
constexpr const char* kAddSchedule =
    "INSERT INTO schedule (name, cron, zone, kind, args, enabled, missed, next_slot, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) "
    "ON CONFLICT (name) DO NOTHING RETURNING revision";

// Whether anything was written.
bool write_schedule(Transaction& transaction, const char* sql, const domain::Schedule& rule, std::optional<Time> next_slot, Time now) {
  if (!rule.enabled) next_slot.reset();
  return !transaction.execute(sql, {rule.name, rule.cron, rule.zone, rule.kind, rule.args, rule.enabled ? 1 : 0, domain::to_string(rule.missed), next_slot, now}).empty();
}

constexpr const char* kKeepKind = "UPDATE schedule SET kind = $2, args = $3, updated_at = $4 WHERE name = $1 AND (kind <> $2 OR args <> $3) RETURNING name";
constexpr const char* kDeleteSchedule = "DELETE FROM schedule WHERE name = $1 RETURNING name";
constexpr const char* kEnable =
    "UPDATE schedule SET enabled = $2, next_slot = $3, updated_at = $4, revision = revision + 1 WHERE name = $1 AND enabled <> $2 RETURNING name";

Result<ScheduleRecord> enable(Transaction& transaction, std::string_view name, std::optional<Time> next_slot, const Actor& actor, Time now) {
  bool changed = !transaction.execute(kEnable, {name, next_slot ? 1 : 0, next_slot, now}).empty();
  auto schedule = read_schedule(transaction.connection, name);
  if (!schedule) return no_schedule(name);
  if (changed) tell(transaction, next_slot ? "schedule.resumed" : "schedule.paused", name, actor, now);
  return *schedule;
}

constexpr const char* kMoveOn =
    "UPDATE schedule SET next_slot = $4, enabled = $5, last_slot = $6 WHERE name = $1 AND revision = $2 AND next_slot = $3 AND enabled = 1 RETURNING kind, args, missed";
constexpr const char* kNoteSlot =
    "INSERT INTO schedule_fire (schedule, slot, job_id, missed, fired_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (schedule, slot) DO NOTHING RETURNING id";

constexpr const char* kWaitsLike =
    "SELECT public_id FROM job WHERE state = 'queued' AND lane = $1 AND args = $2 AND started_at IS NULL ORDER BY priority DESC, rank, id LIMIT 1";

// A job that does what the slot's would, and nobody has begun: of a queue that stands still they would be as many as it had slots meanwhile.
std::optional<std::string> waits_already(Connection& connection, const std::string& kind, const std::string& args) {
  Rows found = connection.execute(kWaitsLike, {domain::maintenance_lane(kind), args});
  return found.empty() ? std::nullopt : std::optional(found.front().text(0));
}

bool fire_slot(Transaction& transaction, const Firing& firing, Time now) {
  Rows moved = transaction.execute(kMoveOn, {firing.schedule, firing.revision, firing.expected, firing.next_slot, firing.next_slot ? 1 : 0, firing.slot});
  if (moved.empty()) return false;
  if (!firing.next_slot) tell(transaction, "schedule.paused", firing.schedule, {"scheduler", "it never fires again"}, now);
  std::string kind = moved.front().text(0), args = moved.front().text(1);
  bool each = moved.front().text(2) == domain::to_string(domain::MissedPolicy::all);
  std::optional<std::string> waits = firing.make_job && !each ? waits_already(transaction.connection, kind, args) : std::nullopt;
  std::optional<std::string> job = firing.make_job && !waits ? std::optional(make_uuid_v7(now)) : std::nullopt;
  bool noted = !transaction.execute(kNoteSlot, {firing.schedule, firing.slot, job, firing.missed, now}).empty();
  if (!noted) return false;
  Actor actor{"scheduler", "slot " + to_rfc3339(firing.slot) + " of schedule " + firing.schedule};
  if (firing.missed > 0) actor.reason += ", also for " + std::to_string(firing.missed) + " missed before it";
  if (waits) actor.reason += ": job " + *waits + " still waits";
  if (job) insert_job(transaction, {*job, firing.schedule, kind, args, firing.max_attempts}, actor, now);
  if (!job) tell(transaction, "schedule.skipped", firing.schedule, actor, now);
  fail_point<StoreUnavailable>("K20");
  return true;
}

constexpr const char* kListSchedules = "SELECT " DARKROOM_SCHEDULE_COLUMNS " FROM schedule ORDER BY name";
constexpr const char* kDueSchedules = "SELECT " DARKROOM_SCHEDULE_COLUMNS " FROM schedule WHERE enabled = 1 AND next_slot <= $1 ORDER BY next_slot, name LIMIT $2";
constexpr const char* kNextSlotOfAll = "SELECT next_slot FROM schedule WHERE enabled = 1 ORDER BY next_slot, name LIMIT 1";
constexpr const char* kSetBack = "UPDATE schedule SET next_slot = $4 WHERE name = $1 AND next_slot = $3 AND revision = $2 AND enabled = 1 RETURNING name";
constexpr const char* kFiresOf = "SELECT slot, fired_at, job_id, missed FROM schedule_fire WHERE schedule = $1 ORDER BY slot DESC LIMIT $2";

std::vector<ScheduleRecord> schedules_from(const Rows& rows) {
  std::vector<ScheduleRecord> schedules;
  for (const Row& row : rows) schedules.push_back(schedule_from(row));
  return schedules;
}

}  // namespace

Result<ScheduleRecord> SqlStore::put_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) {
  if (rule.enabled && !next_slot) return Error{std::string(domain::code::invalid_field), "cron never fires. Change that of the schedule '" + rule.name + "'."};
  return database_->write([&](Transaction& transaction) -> Result<ScheduleRecord> {
    // Of two that make it at the same moment, the second finds it made. One that is deleted in between is made after all.
    bool is_new = write_schedule(transaction, kAddSchedule, rule, next_slot, now);
    while (!is_new && !write_schedule(transaction, kReplaceSchedule, rule, next_slot, now)) is_new = write_schedule(transaction, kAddSchedule, rule, next_slot, now);
    tell(transaction, is_new ? "schedule.created" : "schedule.changed", rule.name, actor, now);
    ScheduleRecord stored = read_schedule(transaction.connection, rule.name).value();
    stored.made_now = is_new;
    return stored;
  });
}

bool SqlStore::add_schedule(const domain::Schedule& rule, std::optional<Time> next_slot, const Actor& actor, Time now) {
  if (find_schedule(rule.name)) return false;
  return database_->write([&](Transaction& transaction) {
    bool made = write_schedule(transaction, kAddSchedule, rule, next_slot, now);
    if (made) tell(transaction, "schedule.created", rule.name, actor, now);
    return made;
  });
}

bool SqlStore::keep_kind(const domain::Schedule& rule, std::string_view actor, Time now) {
  auto had = find_schedule(rule.name);
  if (!had || (had->rule.kind == rule.kind && had->rule.args == rule.args)) return false;
  return database_->write([&](Transaction& transaction) {
    bool changed = !transaction.execute(kKeepKind, {rule.name, rule.kind, rule.args, now}).empty();
    Actor because{std::string(actor), "it ran " + had->rule.kind + " with " + had->rule.args + ", and is for " + rule.kind + " alone"};
    if (changed) tell(transaction, "schedule.changed", rule.name, because, now);
    return changed;
  });
}

Result<void> SqlStore::delete_schedule(std::string_view name, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<void> {
    if (transaction.execute(kDeleteSchedule, {name}).empty()) return no_schedule(name);
    tell(transaction, "schedule.deleted", name, actor, now);
    return {};
  });
}

Result<ScheduleRecord> SqlStore::pause_schedule(std::string_view name, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return enable(transaction, name, std::nullopt, actor, now); });
}

Result<ScheduleRecord> SqlStore::resume_schedule(std::string_view name, Time next_slot, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return enable(transaction, name, next_slot, actor, now); });
}

Result<std::string> SqlStore::run_schedule(std::string_view name, int max_attempts, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<std::string> {
    auto schedule = read_schedule(transaction.connection, name);
    if (!schedule) return no_schedule(name);
    std::string job = make_uuid_v7(now);
    insert_job(transaction, {job, schedule->rule.name, schedule->rule.kind, schedule->rule.args, max_attempts}, actor, now);
    return job;
  });
}

bool SqlStore::fire(const Firing& firing, Time now) {
  return database_->write([&](Transaction& transaction) { return fire_slot(transaction, firing, now); });
}

std::vector<ScheduleRecord> SqlStore::list_schedules() {
  return database_->read([](Connection& connection) { return schedules_from(connection.execute(kListSchedules)); });
}

std::optional<ScheduleRecord> SqlStore::find_schedule(std::string_view name) {
  return database_->read([&](Connection& connection) { return read_schedule(connection, name); });
}

std::vector<ScheduleRecord> SqlStore::due_schedules(Time now, int most) {
  return database_->read([&](Connection& connection) { return schedules_from(connection.execute(kDueSchedules, {now, most})); });
}

std::optional<Time> SqlStore::next_slot_of_all() {
  return database_->read([](Connection& connection) {
    Rows rows = connection.execute(kNextSlotOfAll);
    return rows.empty() ? std::nullopt : std::optional(rows.front().time(0));
  });
}

bool SqlStore::set_back(const ScheduleRecord& schedule, Time next_slot, Time now) {
  return database_->write([&](Transaction& transaction) {
    bool moved = !transaction.execute(kSetBack, {schedule.rule.name, schedule.revision, schedule.next_slot, next_slot}).empty();
    if (moved) tell(transaction, "schedule.changed", schedule.rule.name, {"scheduler", "the clock was put back: it goes on with the slot " + to_rfc3339(next_slot)}, now);
    return moved;
  });
}

std::vector<FireRecord> SqlStore::fires_of(std::string_view name, int limit) {
  return database_->read([&](Connection& connection) {
    std::vector<FireRecord> fires;
    for (const Row& row : connection.execute(kFiresOf, {name, limit})) fires.push_back({row.time(0), row.time(1), row.optional_text(2), row.small(3)});
    return fires;
  });
}

}  // namespace darkroom::store
