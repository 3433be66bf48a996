// Upkeep: invariants that no transaction of this program breaks are checked all the same, stretch by stretch, and what breaks them is repaired with an
// event. A finding of the read is looked at once more in the transaction that repairs it: it may only have been on its way.
#include "base/id.h"
#include "base/json_text.h"
#include "domain/error_codes.h"
#include "store/sql_failures.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <set>
#include <string>
#include <vector>

namespace darkroom::store {
namespace {

constexpr int kLookAt = 2000;

void tell_repair(Transaction& transaction, std::optional<ImageId> image, const std::optional<std::string>& job, std::string what, Time now) {
  append_event(transaction, {.at = now, .type = "cleanup.repaired", .image = image, .job = job, .actor = "cleanup", .reason = std::move(what)});
}

std::optional<ImageId> image_of(const Row& row, std::size_t column) { return row.is_null(column) ? std::nullopt : std::optional(ImageId{row.integer(column)}); }

// --- jobs ---

// What stands after the queue in the lane of a job.
#define DARKROOM_IN_LANE "CASE WHEN job.image_id IS NULL THEN job.kind ELSE job.model END"
constexpr const char* kLookAtJobs =
    "SELECT job.id, CASE WHEN job.state IN ('scheduled', 'queued') AND job.lane <> job.queue || '/' || " DARKROOM_IN_LANE " THEN 1 ELSE 0 END, "
    "CASE WHEN EXISTS (SELECT 1 FROM attempt WHERE attempt.job_id = job.id AND attempt.ending IS NULL "
    "AND (job.state <> 'running' OR attempt.claim_no <> job.claim_no)) THEN 1 ELSE 0 END FROM job WHERE job.id > $1 ORDER BY job.id LIMIT $2";
constexpr const char* kLockJob = "SELECT public_id, image_id, queue, " DARKROOM_IN_LANE ", lane, priority, owner, state FROM job WHERE id = $1 /*FOR UPDATE*/";
constexpr const char* kMoveToLane = "UPDATE job SET lane = $2, rank = $3, updated_at = $4 WHERE id = $1";
constexpr const char* kCloseAttempts =
    "UPDATE attempt SET finished_at = $2, ending = 'interrupted', error_code = 'interrupted', error_message = 'It was left open and closed by cleanup.' "
    "WHERE job_id = $1 AND ending IS NULL AND NOT EXISTS (SELECT 1 FROM job WHERE job.id = attempt.job_id AND job.state = 'running' "
    "AND job.claim_no = attempt.claim_no) RETURNING claim_no";

Repairs repair_job(Transaction& transaction, std::int64_t id, Time now) {
  Repairs repairs;
  Rows locked = transaction.execute(kLockJob, {id});
  if (locked.empty()) return repairs;
  const Row& job = locked.front();
  auto state = domain::parse_job_state(job.text(7)).value();
  std::string lane = domain::lane_of(job.text(2), job.text(3));
  bool waits = state == domain::JobState::queued || state == domain::JobState::scheduled;
  if (waits && job.text(4) != lane) {
    std::int64_t rank = next_rank(transaction.connection, lane, job.small(5), job.text(6));
    transaction.execute(kMoveToLane, {id, lane, rank, now});
    tell_repair(transaction, image_of(job, 1), job.text(0), "the job waited in the lane " + job.text(4) + " and was put into its own, " + lane, now);
    ++repairs.wrong_lanes;
  }
  for (std::size_t closed = transaction.execute(kCloseAttempts, {id, now}).size(); closed > 0; --closed) {
    tell_repair(transaction, image_of(job, 1), job.text(0), "an attempt was open that the job does not run; it was closed as interrupted", now);
    ++repairs.open_attempts;
  }
  return repairs;
}

// --- images ---

#define DARKROOM_IMAGE_POINTERS                                                                                       \
  "SELECT image.id, image.job_id, COALESCE((SELECT result.job_id FROM result WHERE result.job_id = image.result_job_id), 0), " \
  "COALESCE((SELECT MAX(job.id) FROM job WHERE job.image_id = image.id), 0), "                                      \
  "COALESCE((SELECT MAX(result.job_id) FROM job JOIN result ON result.job_id = job.id WHERE job.image_id = image.id), 0) FROM image "

constexpr const char* kLookAtImages = DARKROOM_IMAGE_POINTERS "WHERE image.id > $1 ORDER BY image.id LIMIT $2";
constexpr const char* kLockImage = "SELECT id, owner FROM image WHERE id = $1 /*FOR UPDATE*/";
constexpr const char* kPointersOf = DARKROOM_IMAGE_POINTERS "WHERE image.id = $1";
constexpr const char* kPointToJob = "UPDATE image SET job_id = $2, updated_at = $3 WHERE id = $1";
constexpr const char* kPointToResult = "UPDATE image SET result_job_id = $2, labels = $3, updated_at = $4 WHERE id = $1";
// The labels stand in the document where worker/findings_json.h puts them.
#define DARKROOM_LABELS_IN(list)                                                                                                     \
  "SELECT found.value /*AS JSON*/ ->> 'class' FROM result, json_each(result.document /*AS JSON*/ -> 'result' ->> '" list "') AS found " \
  "WHERE result.job_id = $1"
constexpr const char* kLabelsOfResult = DARKROOM_LABELS_IN("detected_objects") " UNION " DARKROOM_LABELS_IN("classes") " UNION " DARKROOM_LABELS_IN("regions");
constexpr const char* kInsertLostJob =
    "INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, state, run_at, max_attempts, finished_at, error_code, error_message, "
    "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'failed', $8, 1, $8, $9, $10, $8, $8)";

struct Pointers {
  std::int64_t job = 0, result = 0, newest_job = 0, newest_result = 0;  // 0: none
  bool are_right() const { return job == newest_job && result == newest_result && job != 0; }
};

Pointers pointers_from(const Row& row) { return {row.integer(1), row.integer(2), row.integer(3), row.integer(4)}; }

std::int64_t make_lost_job(Transaction& transaction, ImageId image, std::string_view model, Time now) {
  std::string owner = transaction.execute(kLockImage, {image.value}).front().text(1);
  Error lost{std::string(domain::code::interrupted), "Its job was lost. Retry it."};
  std::int64_t id = transaction.insert(kInsertLostJob, {make_uuid_v7(now), domain::kProcessKind, image.value, domain::kProcessQueue, model,
                                                        domain::lane_of(domain::kProcessQueue, model), owner, now, lost.code, lost.message});
  note_failure(transaction, id, lost, now);
  return id;
}

std::string labels_of_result(Connection& connection, std::int64_t job) {
  Rows found = connection.execute(kLabelsOfResult, {job});
  std::vector<std::string> labels;
  for (const Row& row : found) labels.push_back(row.optional_text(0).value_or(""));
  std::set<std::string_view> sorted(labels.begin(), labels.end());
  sorted.erase("");
  return lines_of(sorted);
}

Repairs repair_image(Transaction& transaction, ImageId image, std::string_view default_model, Time now) {
  Repairs repairs;
  if (transaction.execute(kLockImage, {image.value}).empty()) return repairs;
  Pointers found = pointers_from(transaction.execute(kPointersOf, {image.value}).front());
  if (found.newest_job == 0) {
    transaction.execute(kPointToJob, {image.value, make_lost_job(transaction, image, default_model, now), now});
    tell_repair(transaction, image, std::nullopt, "the image had no job; it got a failed one, to be retried", now);
    ++repairs.images_without_job;
  } else if (found.job != found.newest_job) {
    transaction.execute(kPointToJob, {image.value, found.newest_job, now});
    tell_repair(transaction, image, std::nullopt, "the image did not point to its newest job", now);
    ++repairs.stale_jobs;
  }
  if (found.result != found.newest_result) {
    std::optional<std::int64_t> newest = found.newest_result != 0 ? std::optional(found.newest_result) : std::nullopt;
    transaction.execute(kPointToResult, {image.value, newest, labels_of_result(transaction.connection, found.newest_result), now});
    tell_repair(transaction, image, std::nullopt, "the image did not show its newest result", now);
    ++repairs.stale_results;
  }
  return repairs;
}

// The rows of a stretch that are not right, and where to go on.
struct Findings {
  std::vector<std::int64_t> ids;
  std::optional<std::int64_t> next;
};

template <class IsWrong>
Findings findings_from(const Rows& rows, const IsWrong& is_wrong) {
  Findings found;
  for (const Row& row : rows) {
    if (is_wrong(row)) found.ids.push_back(row.integer(0));
  }
  if (rows.size() == kLookAt) found.next = rows.back().integer(0);
  return found;
}

// One transaction a row: there are none in a healthy store, and one that cannot be repaired must not keep back the others.
template <class Repair>
RepairStretch repair_each(Database& database, const Findings& found, const Repair& repair) {
  RepairStretch stretch{{}, found.next};
  for (std::int64_t id : found.ids) stretch.repairs += database.write([&](Transaction& transaction) { return repair(transaction, id); });
  return stretch;
}

constexpr const char* kFailuresSince = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'failed' AND finished_at >= $1 LIMIT 10000) AS failures";

constexpr const char* kSince = "SELECT since FROM crossing WHERE name = $1";
constexpr const char* kCross = "INSERT INTO crossing (name, since) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
constexpr const char* kUncross = "DELETE FROM crossing WHERE name = $1";

constexpr const char* kRaise =
    "INSERT INTO alert (name, node, message, said, raised_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name, node) DO NOTHING RETURNING name";
constexpr const char* kReword = "UPDATE alert SET message = $3, said = $4 WHERE name = $1 AND node = $2";
constexpr const char* kClear = "DELETE FROM alert WHERE name = $1 AND node = $2 RETURNING message, said, raised_at";
constexpr std::int64_t kEndedAlertsKept = 500;
constexpr const char* kKeepEnded = "INSERT INTO ended_alert (name, node, message, said, raised_at, ended_at) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr const char* kForgetEnded = "DELETE FROM ended_alert WHERE id <= $1";
constexpr const char* kEndedAlerts = "SELECT name, node, message, said, raised_at, ended_at FROM ended_alert ORDER BY id DESC LIMIT $1";
constexpr const char* kAlerts = "SELECT name, node, message, said, raised_at FROM alert ORDER BY name, node";
constexpr const char* kStandingAlert = "SELECT message, said FROM alert WHERE name = $1 AND node = $2";

struct AlertName {
  std::string_view name;
  std::string_view node;

  std::string json() const { return R"({"alert":")" + std::string(name) + "\"" + (node.empty() ? "" : R"(,"node":)" + json_text(node)) + "}"; }
};

void tell_alert(Transaction& transaction, std::string_view type, const AlertName& alert, const std::string& message, Time now) {
  append_event(transaction, {.at = now, .type = std::string(type), .actor = "watch_resources", .reason = message, .data = alert.json()});
}

bool clear_alert(Transaction& transaction, const AlertName& alert, Time now) {
  Rows cleared = transaction.execute(kClear, {alert.name, alert.node});
  if (cleared.empty()) return false;
  std::string message = cleared.front().text(0);
  std::int64_t id = transaction.insert(kKeepEnded, {alert.name, alert.node, message, cleared.front().text(1), cleared.front().time(2), now});
  transaction.execute(kForgetEnded, {id - kEndedAlertsKept});
  tell_alert(transaction, "alert.cleared", alert, "it was: " + message, now);
  return true;
}

}  // namespace

RepairStretch SqlStore::repair_jobs(std::int64_t after, Time now) {
  Findings found = database_->read([&](Connection& connection) {
    return findings_from(connection.execute(kLookAtJobs, {after, kLookAt}), [](const Row& row) { return row.integer(1) != 0 || row.integer(2) != 0; });
  });
  return repair_each(*database_, found, [&](Transaction& transaction, std::int64_t id) { return repair_job(transaction, id, now); });
}

RepairStretch SqlStore::repair_images(std::int64_t after, std::string_view default_model, Time now) {
  Findings found = database_->read([&](Connection& connection) {
    return findings_from(connection.execute(kLookAtImages, {after, kLookAt}), [](const Row& row) { return !pointers_from(row).are_right(); });
  });
  return repair_each(*database_, found, [&](Transaction& transaction, std::int64_t id) { return repair_image(transaction, ImageId{id}, default_model, now); });
}

std::int64_t SqlStore::failures_since(Time since) {
  return database_->read([&](Connection& connection) { return connection.execute(kFailuresSince, {since}).front().integer(0); });
}

std::optional<Time> SqlStore::note_crossing(std::string_view name, bool crossed, Time now) {
  auto since_of = [&](Connection& connection) {
    Rows noted = connection.execute(kSince, {name});
    return noted.empty() ? std::nullopt : std::optional(noted.front().time(0));
  };
  auto since = database_->read(since_of);
  if (since.has_value() == crossed) return since;
  return database_->write([&](Transaction& transaction) {
    if (crossed) transaction.execute(kCross, {name, now});
    else transaction.execute(kUncross, {name});
    return since_of(transaction.connection);
  });
}

bool SqlStore::set_alert(std::string_view name, std::string_view node, const std::optional<AlertText>& text, Time now) {
  AlertName alert{name, node};
  Rows standing = database_->read([&](Connection& connection) { return connection.execute(kStandingAlert, {name, node}); });
  auto says = [](const Row& row, const AlertText& same) { return row.text(0) == same.message && row.text(1) == same.said; };
  if (text ? !standing.empty() && says(standing.front(), *text) : standing.empty()) return false;
  return database_->write([&](Transaction& transaction) {
    if (!text) return clear_alert(transaction, alert, now);
    bool raised = !transaction.execute(kRaise, {name, node, text->message, text->said, now}).empty();
    if (raised) tell_alert(transaction, "alert.raised", alert, text->message, now);
    else transaction.execute(kReword, {name, node, text->message, text->said});
    return raised;
  });
}

std::vector<Alert> SqlStore::alerts() {
  return database_->read([](Connection& connection) {
    std::vector<Alert> alerts;
    for (const Row& row : connection.execute(kAlerts)) alerts.push_back({row.text(0), row.text(1), {row.text(2), row.text(3)}, row.time(4)});
    return alerts;
  });
}

std::vector<Alert> SqlStore::ended_alerts(int limit) {
  return database_->read([&](Connection& connection) {
    std::vector<Alert> alerts;
    for (const Row& row : connection.execute(kEndedAlerts, {limit})) alerts.push_back({row.text(0), row.text(1), {row.text(2), row.text(3)}, row.time(4), row.time(5)});
    return alerts;
  });
}

}  // namespace darkroom::store
