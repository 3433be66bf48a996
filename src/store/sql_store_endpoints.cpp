// Receivers of webhooks.
#include "base/fail_point.h"
#include "base/id.h"
#include "domain/error_codes.h"
#include "store/sql_deliveries.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

constexpr const char* kFindEndpoint = "SELECT " DARKROOM_ENDPOINT_COLUMNS " FROM endpoint WHERE public_id = $1";
constexpr const char* kLockEndpoint = "SELECT " DARKROOM_ENDPOINT_COLUMNS " FROM endpoint WHERE public_id = $1 /*FOR UPDATE*/";
constexpr const char* kListEndpoints = "SELECT " DARKROOM_ENDPOINT_COLUMNS " FROM endpoint ORDER BY id";
constexpr const char* kInsertEndpoint =
    "INSERT INTO endpoint (public_id, url, description, events, secret, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)";
constexpr const char* kWriteEndpoint =
    "UPDATE endpoint SET url = $2, description = $3, events = $4, secret = $5, old_secret = $6, old_secret_until = $7, enabled = $8, disabled_reason = $9, "
    "updated_at = $10 WHERE id = $1";
constexpr const char* kEndHold = "DELETE FROM target_hold WHERE target = $1";
// In the order of their ids, as a try holds its delivery before its endpoint: none waits for another in a circle.
constexpr const char* kSomeDeliveries = "SELECT id FROM delivery WHERE target = $1 AND id > $2 ORDER BY id LIMIT $3 /*FOR UPDATE*/";
constexpr const char* kDeleteDeliveries = "DELETE FROM delivery WHERE id " DARKROOM_LISTED("$1");
constexpr const char* kDisableToDelete =
    "UPDATE endpoint SET enabled = 0, disabled_reason = $2, updated_at = $3 WHERE id = $1 AND (enabled = 1 OR disabled_reason <> $2) RETURNING id";
constexpr const char* kDeleteEndpoint = "DELETE FROM endpoint WHERE id = $1 RETURNING id";
constexpr const char* kFindDelivery = "SELECT " DARKROOM_DELIVERY_COLUMNS " FROM delivery WHERE public_id = $1";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string naming(std::string_view endpoint) { return R"({"endpoint":")" + std::string(endpoint) + "\"}"; }

void tell(Transaction& transaction, std::string_view type, std::string_view endpoint, const Actor& actor, Time now) {
  append_event(transaction, {.at = now, .type = std::string(type), .actor = actor.name, .reason = actor.reason, .data = naming(endpoint)});
}

Error no_endpoint(std::string_view public_id) { return not_found("endpoint " + std::string(public_id)); }

std::optional<EndpointRecord> read_endpoint(Connection& connection, std::string_view public_id) {
  Rows rows = connection.execute(kFindEndpoint, {public_id});
  return rows.empty() ? std::nullopt : std::optional(endpoint_from(rows.front()));
}

std::string_view event_of(const EndpointChange& change) {
  if (change.new_sealed_secret) return "endpoint.secret_rotated";
  if (change.enabled) return *change.enabled ? "endpoint.enabled" : "endpoint.disabled";
  return "endpoint.changed";
}

// A receiver may still check with the secret before the present one; an overlap of three is kept by nobody.
Error still_overlapping(const EndpointRecord& endpoint) {
  return {std::string(domain::code::conflict), "Endpoint " + endpoint.public_id + " still signs with its old secret until " + to_rfc3339(*endpoint.old_secret_until) +
                                                   ". Rotate again after that, or with overlap_seconds 0, which drops every older secret at once."};
}

void apply(EndpointRecord& endpoint, const EndpointChange& change, const Actor& actor) {
  endpoint.url = change.url.value_or(endpoint.url);
  endpoint.description = change.description.value_or(endpoint.description);
  endpoint.events = change.events.value_or(endpoint.events);
  if (change.enabled) {
    endpoint.enabled = *change.enabled;
    endpoint.disabled_reason = endpoint.enabled ? "" : "disabled by " + actor.name + (actor.reason.empty() ? "" : ": " + actor.reason);
  }
  if (change.new_sealed_secret) {
    endpoint.sealed_old_secret = change.old_secret_until ? std::optional(endpoint.sealed_secret) : std::nullopt;
    endpoint.old_secret_until = change.old_secret_until;
    endpoint.sealed_secret = *change.new_sealed_secret;
  }
}

constexpr std::int64_t kMostDeleted = 500;  // deliveries in one transaction: some milliseconds of the writer

// Deletes the endpoint, or the first of its deliveries after this one where there are more than one transaction should delete; then it returns the last of them.
Result<std::optional<std::int64_t>> delete_some(Transaction& transaction, std::string_view public_id, std::int64_t after, const Actor& actor, Time now) {
  auto endpoint = read_endpoint(transaction.connection, public_id);
  if (!endpoint) return no_endpoint(public_id);
  std::vector<std::int64_t> deliveries;
  for (const Row& row : transaction.execute(kSomeDeliveries, {domain::target_of_endpoint(endpoint->id), after, kMostDeleted})) deliveries.push_back(row.integer(0));
  transaction.execute(kDeleteDeliveries, {json_list(deliveries)});
  if (deliveries.size() < kMostDeleted) {
    if (transaction.execute(kDeleteEndpoint, {endpoint->id}).empty()) return no_endpoint(public_id);
    tell(transaction, "endpoint.deleted", public_id, actor, now);
    return std::optional<std::int64_t>();
  }
  std::string reason = "being deleted by " + actor.name + "; if it stays, delete it again";
  if (!transaction.execute(kDisableToDelete, {endpoint->id, reason, transaction.clock(now)}).empty()) {
    tell(transaction, "endpoint.disabled", public_id, {actor.name, reason}, now);
  }
  return std::optional(deliveries.back());
}

}  // namespace

EndpointRecord SqlStore::create_endpoint(const EndpointRecord& wished, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) {
    Time at = transaction.clock(now);
    std::string public_id = make_uuid_v7(at);
    transaction.insert(kInsertEndpoint, {public_id, wished.url, wished.description, joined(wished.events), wished.sealed_secret, at});
    tell(transaction, "endpoint.created", public_id, actor, at);
    return read_endpoint(transaction.connection, public_id).value();
  });
}

Result<EndpointRecord> SqlStore::change_endpoint(std::string_view public_id, const EndpointChange& change, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<EndpointRecord> {
    Rows rows = transaction.execute(kLockEndpoint, {public_id});
    if (rows.empty()) return no_endpoint(public_id);
    EndpointRecord endpoint = endpoint_from(rows.front());
    Time at = transaction.clock(now);
    if (change.new_sealed_secret && change.old_secret_until && endpoint.old_secret_until > at) return still_overlapping(endpoint);
    apply(endpoint, change, actor);
    transaction.execute(kWriteEndpoint, {endpoint.id, endpoint.url, endpoint.description, joined(endpoint.events), endpoint.sealed_secret, endpoint.sealed_old_secret,
                                         endpoint.old_secret_until, endpoint.enabled ? 1 : 0, endpoint.disabled_reason, at});
    if (change.url) transaction.execute(kEndHold, {domain::target_of_endpoint(endpoint.id)});  // another receiver asked for it
    tell(transaction, event_of(change), public_id, actor, at);
    return read_endpoint(transaction.connection, public_id).value();
  });
}

Result<void> SqlStore::delete_endpoint(std::string_view public_id, const Actor& actor, Time now) {
  for (std::int64_t after = 0;;) {
    auto last = database_->write([&](Transaction& transaction) { return delete_some(transaction, public_id, after, actor, now); });
    if (!last) return after == 0 ? Result<void>(last.error()) : Result<void>();  // another finished what was begun here
    if (!*last) return {};
    after = **last;
    fail_point<StoreUnavailable>("K24");
  }
}

std::vector<const char*> endpoint_deletion_statements() { return {kSomeDeliveries, kDeleteDeliveries, kDeleteEndpoint}; }

std::vector<EndpointRecord> SqlStore::list_endpoints() {
  return database_->read([](Connection& connection) {
    std::vector<EndpointRecord> endpoints;
    for (const Row& row : connection.execute(kListEndpoints)) endpoints.push_back(endpoint_from(row));
    return endpoints;
  });
}

std::optional<EndpointRecord> SqlStore::find_endpoint(std::string_view public_id) {
  return database_->read([&](Connection& connection) { return read_endpoint(connection, public_id); });
}

Result<DeliveryRecord> SqlStore::test_endpoint(std::string_view public_id, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<DeliveryRecord> {
    auto endpoint = read_endpoint(transaction.connection, public_id);
    if (!endpoint) return no_endpoint(public_id);
    if (!endpoint->enabled) return Error{std::string(domain::code::conflict), "Endpoint " + endpoint->public_id + " is disabled. Enable it, then test it."};
    Time at = transaction.clock(now);
    DeliveryRecord delivery{.target = domain::target_of_endpoint(endpoint->id), .type = std::string(domain::webhook::kTest), .due_at = at, .created_at = at};
    delivery.public_id = domain::webhook_id(make_uuid_v7(at), delivery.type, delivery.target);
    delivery.body = domain::standard_body(delivery.type, at, "{\"endpoint\":\"" + endpoint->public_id + "\",\"message\":\"This is a test.\"}");
    write_delivery(transaction, delivery, endpoint->id);
    tell(transaction, "endpoint.tested", public_id, actor, at);
    return delivery_from(transaction.execute(kFindDelivery, {delivery.public_id}).front());
  });
}

}  // namespace darkroom::store
