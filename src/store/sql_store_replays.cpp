// Deliveries to look at, to send again, and to forget.
#include "domain/error_codes.h"
#include "store/sql_deliveries.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <limits>

namespace darkroom::store {
namespace {

using domain::DeliveryState;

#define DARKROOM_CHOSEN_DELIVERIES                                                                                                                   \
  "FROM delivery WHERE (CAST($1 AS TEXT) IS NULL OR delivery.target = $1) AND (CAST($2 AS BIGINT) IS NULL OR delivery.image_id = $2) "              \
  "AND (CAST($3 AS TEXT) IS NULL OR delivery.state = $3) AND (CAST($4 AS TEXT) IS NULL OR delivery.type = $4) AND delivery.created_at >= $5 "       \
  "AND delivery.created_at < $6 "
#define DARKROOM_NOT_OUTDATED                                                                                              \
  "NOT EXISTS (SELECT 1 " DARKROOM_NEWER_OF_IMAGE ") AND NOT EXISTS (SELECT 1 " DARKROOM_NEWER_OF_NUMBER ") AND NOT EXISTS (SELECT 1 " \
  DARKROOM_NUMBER_IS_ANOTHERS ") "

constexpr const char* kFindDelivery = "SELECT " DARKROOM_DELIVERY_COLUMNS " FROM delivery WHERE public_id = $1";
constexpr const char* kListDeliveries = "SELECT " DARKROOM_DELIVERY_COLUMNS " " DARKROOM_CHOSEN_DELIVERIES "AND delivery.id < $7 ORDER BY delivery.id DESC LIMIT $8";
constexpr const char* kCountChosen = "SELECT COUNT(*) " DARKROOM_CHOSEN_DELIVERIES;
constexpr const char* kCountReplayable =
    "SELECT COUNT(*) " DARKROOM_CHOSEN_DELIVERIES "AND delivery.state IN ('delivered', 'dead') AND " DARKROOM_NOT_OUTDATED;
constexpr const char* kReplayable =
    "SELECT delivery.id " DARKROOM_CHOSEN_DELIVERIES "AND delivery.id > $7 AND delivery.state IN ('delivered', 'dead') AND " DARKROOM_NOT_OUTDATED
    "ORDER BY delivery.id LIMIT 500";
constexpr const char* kReplay =
    "UPDATE delivery SET state = 'waiting', tries = 0, due_at = $2, finished_at = NULL WHERE id " DARKROOM_LISTED("$1") " AND state IN ('delivered', 'dead') RETURNING id";
constexpr const char* kNewerOf =
    "SELECT newer.public_id FROM delivery JOIN delivery AS newer ON newer.target = delivery.target AND newer.id > delivery.id "
    "AND (newer.image_id = delivery.image_id OR newer.number = delivery.number) WHERE delivery.id = $1 ORDER BY newer.id DESC LIMIT 1";
constexpr const char* kNumberTakenBy = "SELECT other.image_id FROM delivery JOIN image_callback AS other ON other.target = delivery.target AND other.foreign_id = delivery.number "
    "AND other.format = 'compat' AND other.image_id <> delivery.image_id WHERE delivery.id = $1 LIMIT 1";
constexpr const char* kTries = "SELECT number, started_at, took, status, error, excerpt FROM delivery_try WHERE delivery_id = $1 ORDER BY number";
constexpr const char* kPrune = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE finished_at IS NOT NULL AND finished_at < $1 ORDER BY finished_at LIMIT 1000 /*SKIP LOCKED*/) RETURNING id";
constexpr const char* kEndpointNumber = "SELECT id FROM endpoint WHERE public_id = $1";

// A filter as the statements take it.
struct Chosen {
  std::optional<std::string> target;
  std::optional<std::int64_t> image;
  std::optional<std::string> state;
  std::optional<std::string> type;
  Time from = from_micros(0);
  Time before = from_micros(std::numeric_limits<std::int64_t>::max());
};

Chosen chosen_by(Connection& connection, const DeliveryFilter& filter) {
  Chosen chosen;
  if (filter.site) chosen.target = domain::target_of_site(*filter.site);
  if (filter.endpoint) {
    Rows found = connection.execute(kEndpointNumber, {*filter.endpoint});
    chosen.target = found.empty() ? "endpoint:none" : domain::target_of_endpoint(found.front().integer(0));
  }
  if (filter.image) chosen.image = filter.image->value;
  if (filter.state) chosen.state = std::string(domain::to_string(*filter.state));
  chosen.type = filter.type;
  chosen.from = filter.created_from.value_or(chosen.from);
  chosen.before = filter.created_before.value_or(chosen.before);
  return chosen;
}

Error conflict(std::string message) { return {std::string(domain::code::conflict), std::move(message)}; }

TryRecord try_from(const Row& row) {
  TryRecord made{.number = row.integer(0), .started_at = row.time(1), .took = Duration(row.integer(2)), .status = {}, .error = row.optional_text(4), .excerpt = row.text(5)};
  if (!row.is_null(3)) made.status = row.small(3);
  return made;
}

std::string naming(std::string_view delivery) { return R"({"delivery":")" + std::string(delivery) + "\"}"; }

Result<DeliveryRecord> replay(Transaction& transaction, std::string_view public_id, const Actor& actor, Time now) {
  Rows rows = transaction.execute(kFindDelivery, {public_id});
  if (rows.empty()) return not_found("delivery " + std::string(public_id));
  DeliveryRecord delivery = delivery_from(rows.front());
  Rows newer = transaction.execute(kNewerOf, {delivery.id});
  if (!newer.empty()) return conflict("Image " + std::to_string(delivery.image->value) + " has a newer delivery for the same receiver, " + newer.front().text(0) + ". Replay that one.");
  if (Rows taken = transaction.execute(kNumberTakenBy, {delivery.id}); !taken.empty()) {
    return conflict("The receiver knows image " + std::to_string(taken.front().integer(0)) + " by that number now. It is told of that one.");
  }
  if (transaction.execute(kReplay, {json_list({delivery.id}), now}).empty()) {
    return conflict("Delivery " + delivery.public_id + " is " + std::string(domain::to_string(delivery.state)) + ". Only one that was delivered or is dead can be replayed.");
  }
  append_event(transaction, {.at = now, .type = "delivery.replayed", .image = delivery.image, .job = delivery.job, .actor = actor.name, .reason = actor.reason, .data = naming(public_id)});
  return delivery_from(transaction.execute(kFindDelivery, {public_id}).front());
}

}  // namespace

DeliveryPage SqlStore::list_deliveries(const DeliveryFilter& filter, std::optional<std::int64_t> before, int limit) {
  return database_->read([&](Connection& connection) {
    DeliveryPage page;
    Chosen c = chosen_by(connection, filter);
    std::int64_t below = before.value_or(std::numeric_limits<std::int64_t>::max());
    for (const Row& row : connection.execute(kListDeliveries, {c.target, c.image, c.state, c.type, c.from, c.before, below, limit + 1})) {
      if (static_cast<int>(page.deliveries.size()) == limit) {
        page.next = page.deliveries.back().id;
        break;
      }
      page.deliveries.push_back(delivery_from(row));
    }
    return page;
  });
}

std::optional<DeliveryRecord> SqlStore::find_delivery(std::string_view public_id) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kFindDelivery, {public_id});
    return rows.empty() ? std::nullopt : std::optional(delivery_from(rows.front()));
  });
}

std::vector<TryRecord> SqlStore::tries_of(std::int64_t delivery) {
  return database_->read([&](Connection& connection) {
    std::vector<TryRecord> tries;
    for (const Row& row : connection.execute(kTries, {delivery})) tries.push_back(try_from(row));
    return tries;
  });
}

Result<DeliveryRecord> SqlStore::replay_delivery(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) { return replay(transaction, public_id, actor, transaction.clock(now)); });
}

BulkResult SqlStore::replay_deliveries(const DeliveryFilter& filter, bool dry_run, const Actor& actor, Time now) {
  DeliveryFilter meant = filter;
  if (!meant.state) meant.state = DeliveryState::dead;
  auto [c, result] = database_->read([&](Connection& connection) {
    Chosen chosen = chosen_by(connection, meant);
    auto count = [&](const char* sql) {
      return connection.execute(sql, {chosen.target, chosen.image, chosen.state, chosen.type, chosen.from, chosen.before}).front().integer(0);
    };
    return std::pair(chosen, BulkResult{count(kCountChosen), count(kCountReplayable)});
  });
  if (dry_run || result.changed == 0) return result;
  result.changed = 0;
  for (std::int64_t after = 0;;) {
    auto ids = database_->read([&](Connection& connection) {
      std::vector<std::int64_t> page;
      for (const Row& row : connection.execute(kReplayable, {c.target, c.image, c.state, c.type, c.from, c.before, after})) page.push_back(row.integer(0));
      return page;
    });
    if (ids.empty()) break;
    result.changed += database_->write([&](Transaction& transaction) { return static_cast<std::int64_t>(transaction.execute(kReplay, {json_list(ids), transaction.clock(now)}).size()); });
    after = ids.back();
  }
  record({.at = now, .type = "deliveries.replayed", .actor = actor.name, .reason = actor.reason, .data = "{\"count\":" + std::to_string(result.changed) + "}"});
  return result;
}

int SqlStore::prune_deliveries(Time before) {
  return database_->write([&](Transaction& transaction) { return static_cast<int>(transaction.execute(kPrune, {before}).size()); });
}

}  // namespace darkroom::store
