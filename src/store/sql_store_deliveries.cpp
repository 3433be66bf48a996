// Sending: which deliveries are due, who sends them, and what became of a try. The fence is delivery.claim_no, as for jobs.
#include "base/fail_point.h"
#include "store/sql_deliveries.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

namespace darkroom::store {
namespace {

using domain::DeliveryState;

// Each target that has something waiting, by hopping from one to the next in the index.
constexpr const char* kWaitingTargets =
    "WITH RECURSIVE line (target) AS (SELECT MIN(target) FROM delivery WHERE state = 'waiting' UNION ALL "
    "SELECT (SELECT MIN(delivery.target) FROM delivery WHERE delivery.state = 'waiting' AND delivery.target > line.target) FROM line WHERE line.target IS NOT NULL) "
    "SELECT line.target, (SELECT delivery.due_at FROM delivery WHERE delivery.state = 'waiting' AND delivery.target = line.target ORDER BY delivery.due_at, delivery.id LIMIT 1) "
    "FROM line WHERE line.target IS NOT NULL";
constexpr const char* kIsPaused = "SELECT 1 FROM queue WHERE name = 'webhooks' AND paused = 1";
constexpr const char* kDisabled = "SELECT id FROM endpoint WHERE enabled = 0";
constexpr const char* kHeldTargets = "SELECT target, until FROM target_hold WHERE until > $1";
constexpr const char* kNextOfTarget =
    "SELECT due_at FROM delivery WHERE state = 'waiting' AND target = $1 AND due_at > $2 ORDER BY due_at, id LIMIT 1";
// Whoever counts what is under way to a target and takes more is alone with it until that is stored, so that all processes together keep to its share. The number
// only keeps these locks apart from others. A statement of its own, so that the count sees what was stored before it was given.
constexpr RowSql kHoldTarget{"SELECT pg_advisory_xact_lock(6273, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr const char* kUnderWay = "SELECT COUNT(*) FROM delivery WHERE state = 'sending' AND target = $1";
// Those whose photo has an older one under way are left; those that are outdated are told apart.
constexpr const char* kDueOfTarget =
    "SELECT delivery.id, (SELECT COUNT(*) FROM (SELECT 1 " DARKROOM_NEWER_OF_IMAGE " LIMIT 1) AS of_image) + "
    "(SELECT COUNT(*) FROM (SELECT 1 " DARKROOM_NEWER_OF_NUMBER " LIMIT 1) AS of_number) + (SELECT COUNT(*) FROM (SELECT 1 " DARKROOM_NUMBER_IS_ANOTHERS " LIMIT 1) AS of_another) "
    "FROM delivery WHERE delivery.state = 'waiting' AND delivery.target = $1 AND delivery.due_at <= $2 AND NOT EXISTS (SELECT 1 FROM delivery AS older "
    "WHERE older.state = 'sending' AND older.target = delivery.target AND (older.image_id = delivery.image_id OR older.number = delivery.number)) "
    "ORDER BY delivery.due_at, delivery.id LIMIT $3 /*SKIP LOCKED*/";
constexpr const char* kSupersedeThese = "UPDATE delivery SET state = 'superseded', finished_at = $2 WHERE id " DARKROOM_LISTED("$1");
constexpr const char* kTake =
    "UPDATE delivery SET state = 'sending', tries = tries + 1, claim_no = claim_no + 1, lease_until = $2 WHERE id " DARKROOM_LISTED("$1");
constexpr const char* kTaken = "SELECT " DARKROOM_DELIVERY_COLUMNS " FROM delivery WHERE id " DARKROOM_LISTED("$1") " ORDER BY id";
constexpr const char* kEndpointOf = "SELECT " DARKROOM_ENDPOINT_COLUMNS " FROM endpoint JOIN delivery ON delivery.endpoint_id = endpoint.id WHERE delivery.id = $1";

struct Due {
  std::vector<std::int64_t> taken, outdated;
};

Due due_of(Transaction& transaction, const std::string& target, int room, Time now) {
  Due due;
  for (const Row& row : transaction.execute(kDueOfTarget, {target, now, room})) (row.integer(1) ? due.outdated : due.taken).push_back(row.integer(0));
  return due;
}

// Those that nothing goes to now, and until when: to a disabled endpoint for good.
std::map<std::string, std::optional<Time>> closed_targets(Connection& connection, Time now) {
  std::map<std::string, std::optional<Time>> closed;
  for (const Row& row : connection.execute(kDisabled)) closed.emplace(domain::target_of_endpoint(row.integer(0)), std::nullopt);
  for (const Row& row : connection.execute(kHeldTargets, {now})) closed.emplace(row.text(0), row.time(1));
  return closed;
}

struct DueTarget {
  std::string name;
  int under_way = 0;
  Time due{};
};

// The targets that are open and have something due; `next` becomes the earliest time after now at which another will, or one that is held. Those with the fewest tries under way come
// first, then those that wait longest: receivers that stall hold up no other, whatever their names.
std::vector<std::string> due_targets(Connection& connection, Time now, std::optional<Time>& next) {
  auto closed = closed_targets(connection, now);
  std::vector<DueTarget> targets;
  for (const Row& row : connection.execute(kWaitingTargets)) {
    auto closed_until = closed.find(row.text(0));
    bool is_closed = closed_until != closed.end();
    if (row.is_null(1) || (is_closed && !closed_until->second)) continue;
    std::optional<Time> due = is_closed ? std::max(row.time(1), *closed_until->second) : row.time(1);
    if (*due <= now) {
      targets.push_back({row.text(0), connection.execute(kUnderWay, {row.text(0)}).front().small(0), *due});
      Rows later = connection.execute(kNextOfTarget, {row.text(0), now});
      due = later.empty() ? std::nullopt : later.front().optional_time(0);
    }
    if (due && (!next || *due < *next)) next = due;
  }
  std::ranges::sort(targets, {}, [](const DueTarget& target) { return std::pair(target.under_way, target.due); });
  std::vector<std::string> names;
  for (DueTarget& target : targets) names.push_back(std::move(target.name));
  return names;
}

std::vector<ClaimedDelivery> take(Transaction& transaction, const std::vector<std::int64_t>& ids, Time lease_until) {
  std::vector<ClaimedDelivery> claimed;
  if (ids.empty()) return claimed;
  std::string list = json_list(ids);
  transaction.execute(kTake, {list, lease_until});
  for (const Row& row : transaction.execute(kTaken, {list})) {
    ClaimedDelivery one{delivery_from(row), std::nullopt};
    if (one.delivery.endpoint) {
      Rows endpoint = transaction.execute(kEndpointOf, {one.delivery.id});
      if (!endpoint.empty()) one.endpoint = endpoint_from(endpoint.front());
    }
    claimed.push_back(std::move(one));
  }
  return claimed;
}

std::vector<ClaimedDelivery> claim_of(Transaction& transaction, const std::vector<std::string>& targets, const DeliveryClaim& claim, Time now) {
  std::vector<std::int64_t> taken, outdated;
  std::set<std::string> in_order(targets.begin(), targets.end());  // two that share some do not wait for each other in a circle
  transaction.connection.post_locks(kHoldTarget, RowParams(in_order.begin(), in_order.end()));
  for (const std::string& target : targets) {
    int left = claim.count - static_cast<int>(taken.size());
    int room = std::min(left, claim.per_target - transaction.execute(kUnderWay, {target}).front().small(0));
    if (room <= 0) continue;
    Due due = due_of(transaction, target, room, now);
    taken.insert(taken.end(), due.taken.begin(), due.taken.end());
    outdated.insert(outdated.end(), due.outdated.begin(), due.outdated.end());
  }
  if (!outdated.empty()) transaction.execute(kSupersedeThese, {json_list(outdated), now});
  return take(transaction, taken, now + claim.lease);
}

// With the database's clock, where it has one, after the columns.
constexpr const char* kHeldDelivery =
    "SELECT " DARKROOM_DELIVERY_COLUMNS ", COALESCE(/*CLOCK,*/ NULL, NULL) FROM delivery WHERE id = $1 AND claim_no = $2 AND state = 'sending' /*FOR UPDATE*/";
constexpr const char* kIsOutdated =
    "SELECT 1 FROM delivery WHERE id = $1 AND (EXISTS (SELECT 1 " DARKROOM_NEWER_OF_IMAGE ") OR EXISTS (SELECT 1 " DARKROOM_NEWER_OF_NUMBER ") "
    "OR EXISTS (SELECT 1 " DARKROOM_NUMBER_IS_ANOTHERS "))";
constexpr const char* kHold = "INSERT INTO target_hold (target, until) VALUES ($1, $2) ON CONFLICT (target) DO UPDATE SET until = excluded.until";
constexpr const char* kForgetHolds = "DELETE FROM target_hold WHERE until <= $1";
constexpr const char* kInsertTry =
    "INSERT INTO delivery_try (delivery_id, number, started_at, took, status, error, excerpt) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr const char* kSettle =
    "UPDATE delivery SET state = $2, due_at = COALESCE($3, due_at), finished_at = $4, lease_until = NULL, last_status = $5, last_error = $6 WHERE id = $1";
constexpr const char* kDisableEndpoint =
    "UPDATE endpoint SET enabled = 0, disabled_reason = $2, updated_at = $3 WHERE public_id = $1 AND enabled = 1 AND updated_at <= $4 RETURNING id";

using Verdict = SettledTry::Verdict;

DeliveryState state_after(Transaction& transaction, const DeliveryRecord& delivery, Verdict verdict) {
  if (verdict == Verdict::delivered) return DeliveryState::delivered;
  if (!transaction.execute(kIsOutdated, {delivery.id}).empty()) return DeliveryState::superseded;
  return verdict == Verdict::again ? DeliveryState::waiting : DeliveryState::dead;
}

// The photo's owner and every viewer hear this. Where an endpoint or a site is called is the administrators' business, and the words of a failed try name the host.
std::string public_reason(const DeliveryRecord& delivery, const TryRecord& made) {
  if (!delivery.url.empty()) return made.error.value_or("");
  return made.status ? "HTTP " + std::to_string(*made.status) : "the receiver could not be called, or did not answer";
}

void tell_end(Transaction& transaction, const DeliveryRecord& delivery, const SettledTry& settled, DeliveryState state, Time now) {
  if (state == DeliveryState::dead) {
    append_event(transaction, {.at = now, .type = "delivery.dead", .image = delivery.image, .job = delivery.job, .actor = "deliver",
                               .reason = public_reason(delivery, settled.made), .data = "{\"delivery\":\"" + delivery.public_id + "\"}"});
  }
  if (settled.verdict != Verdict::gone || !delivery.endpoint) return;
  std::string reason = "it answered 410 Gone to " + delivery.public_id;
  // One that was changed since the try began may lead elsewhere by now.
  if (transaction.execute(kDisableEndpoint, {*delivery.endpoint, reason, now, settled.made.started_at}).empty()) return;
  append_event(transaction, {.at = now, .type = "endpoint.disabled", .actor = "deliver", .reason = reason, .data = "{\"endpoint\":\"" + *delivery.endpoint + "\"}"});
}

bool settle(Transaction& transaction, const SettledTry& settled, Time senders_now) {
  Rows held = transaction.execute(kHeldDelivery, {settled.id, settled.claim_no});
  if (held.empty()) return false;
  Time now = held.front().optional_time(kDeliveryColumns).value_or(senders_now);
  DeliveryRecord delivery = delivery_from(held.front());
  const TryRecord& made = settled.made;
  transaction.execute(kInsertTry, {settled.id, settled.claim_no, made.started_at, made.took.count(), made.status, made.error, made.excerpt});
  DeliveryState state = state_after(transaction, delivery, settled.verdict);
  std::optional<Time> due_at, finished_at;
  if (state == DeliveryState::waiting) due_at = now + settled.wait;
  else finished_at = now;
  transaction.execute(kSettle, {settled.id, domain::to_string(state), due_at, finished_at, made.status, made.error});
  tell_end(transaction, delivery, settled, state, now);
  if (settled.hold) transaction.execute(kHold, {delivery.target, now + *settled.hold});
  fail_point<StoreUnavailable>("K15");
  return true;
}

constexpr const char* kSendingTooLong = "SELECT id FROM delivery WHERE state = 'sending' AND lease_until < $1 ORDER BY id LIMIT 1000";
constexpr const char* kRelease =
    "UPDATE delivery SET state = 'waiting', tries = tries - 1, due_at = $2, lease_until = NULL WHERE state = 'sending' AND lease_until < $1 RETURNING id";
constexpr const char* kHasReceivers =
    "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM endpoint WHERE enabled = 1 LIMIT 1) AS listening) + "
    "(SELECT COUNT(*) FROM (SELECT 1 FROM image_callback LIMIT 1) AS carried) + (SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE state = 'waiting' LIMIT 1) AS waits)";

}  // namespace

// Looks before it writes: mostly nothing is due.
ClaimedDeliveries SqlStore::claim_deliveries(const DeliveryClaim& claim, Time now) {
  ClaimedDeliveries claimed;
  auto targets = database_->read([&](Connection& connection) {
    claimed.at = connection.clock(now);
    claimed.next_due.reset();
    if (!connection.execute(kIsPaused).empty()) return std::vector<std::string>();
    return due_targets(connection, claimed.at, claimed.next_due);
  });
  if (targets.empty() || claim.count <= 0) return claimed;
  claimed.deliveries = database_->write([&](Transaction& transaction) {
    claimed.at = transaction.clock(now);
    if (!transaction.execute(kIsPaused).empty()) return std::vector<ClaimedDelivery>();  // since then
    return claim_of(transaction, targets, claim, claimed.at);
  });
  return claimed;
}

bool SqlStore::settle_delivery(const SettledTry& settled, Time now) {
  return database_->write([&](Transaction& transaction) { return settle(transaction, settled, now); });
}

int SqlStore::release_deliveries(bool all, Time now) {
  auto before = [&](Time at) { return all ? from_micros(std::numeric_limits<std::int64_t>::max()) : at; };
  if (database_->read([&](Connection& connection) { return connection.execute(kSendingTooLong, {before(connection.clock(now))}); }).empty()) return 0;
  return database_->write([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    return static_cast<int>(transaction.execute(kRelease, {before(at), at}).size());
  });
}

void SqlStore::forget_holds(Time now) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kForgetHolds, {transaction.clock(now)}); });
}

std::vector<const char*> sending_statements() { return {kWaitingTargets, kNextOfTarget, kDueOfTarget, kUnderWay, kHeldDelivery, kIsOutdated}; }

bool SqlStore::has_receivers() {
  return database_->read([](Connection& connection) { return connection.execute(kHasReceivers).front().integer(0) > 0; });
}

}  // namespace darkroom::store
