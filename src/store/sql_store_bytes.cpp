// What the photos of each owner take: read by who checks a quota, changed by triggers of the table of images, and compared with the photos by the upkeep.
#include "store/sql_bytes.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <optional>
#include <string>
#include <utility>

namespace darkroom::store {
namespace {

constexpr const char* kBytesOf = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM owner_bytes WHERE owner = $1";

// --- repair ---

constexpr int kMostOwners = 500;        // in one stretch
constexpr std::int64_t kLookAt = 2000;  // photos in one statement, and about as many in one stretch
constexpr const char* kNextOwner =
    "SELECT MIN(owner) FROM (SELECT MIN(owner) AS owner FROM image WHERE owner > $1 UNION ALL SELECT MIN(owner) AS owner FROM owner_bytes WHERE owner > $1) AS later";
constexpr const char* kSomePhotos =
    "SELECT CAST(COALESCE(SUM(byte_count), 0) AS BIGINT), COUNT(*), MAX(id) FROM (SELECT byte_count, id FROM image WHERE owner = $1 AND id > $2 ORDER BY id LIMIT $3) AS piece";
// In one statement: what others commit in the middle of it is in both, or in neither.
constexpr const char* kBothSums =
    "SELECT (SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM owner_bytes WHERE owner = $1), (SELECT CAST(COALESCE(SUM(byte_count), 0) AS BIGINT) FROM image WHERE owner = $1)";
// Two that repair at once would do so twice. The number only keeps this lock apart from others.
constexpr RowSql kHoldRepair{"SELECT pg_advisory_xact_lock(6275, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr const char* kTakeRows = "DELETE FROM owner_bytes WHERE owner = $1 RETURNING bytes";
constexpr const char* kPutRow = "INSERT INTO owner_bytes (owner, bytes) VALUES ($1, $2)";

// Of one snapshot, in pieces: no statement takes long, however many photos there are.
std::pair<std::int64_t, std::int64_t> bytes_and_count(Connection& connection, std::string_view owner) {
  std::int64_t bytes = 0, count = 0, after = 0;
  for (std::int64_t found = kLookAt; found == kLookAt;) {
    const Row some = connection.execute(kSomePhotos, {owner, after, kLookAt}).front();
    bytes += some.integer(0);
    count += found = some.integer(1);
    if (found > 0) after = some.integer(2);
  }
  return {bytes, count};
}

struct WrongSums {
  std::vector<std::string> owners;
  std::optional<std::string> next;
};

WrongSums look_at_sums(Connection& connection, std::string_view after) {
  WrongSums wrong;
  std::string owner(after);
  std::int64_t seen = 0;
  for (int i = 0; i < kMostOwners && seen < kLookAt; ++i) {
    auto next = connection.execute(kNextOwner, {owner}).front().optional_text(0);
    if (!next) return wrong;
    owner = std::move(*next);
    auto [bytes, count] = bytes_and_count(connection, owner);
    if (bytes_of_owner(connection, owner) != bytes) wrong.owners.push_back(owner);
    seen += count;
  }
  wrong.next = owner;
  return wrong;
}

int repair_sum(Transaction& transaction, const std::string& owner, Time now) {
  transaction.connection.post_locks(kHoldRepair, {"owner_bytes"});
  const Row sums = transaction.execute(kBothSums, {owner}).front();
  std::int64_t noted = sums.integer(0), bytes = sums.integer(1);
  if (noted == bytes) return 0;
  std::int64_t right = bytes - noted;  // with what the rows say by now
  for (const Row& row : transaction.execute(kTakeRows, {owner})) right += row.integer(0);
  transaction.execute(kPutRow, {owner, right});
  append_event(transaction, {.at = now, .type = "cleanup.repaired", .image = {}, .job = {}, .actor = "cleanup",
                             .reason = "the photos of " + owner + " were counted as " + std::to_string(noted) + " bytes and are " + std::to_string(bytes)});
  return 1;
}

}  // namespace

std::int64_t bytes_of_owner(Connection& connection, std::string_view owner) { return connection.execute(kBytesOf, {owner}).front().integer(0); }

std::int64_t SqlStore::bytes_of(std::string_view owner) {
  return database_->read([&](Connection& connection) { return bytes_of_owner(connection, owner); });
}

SumsStretch SqlStore::repair_sums(std::string_view after, Time now) {
  auto wrong = database_->read([&](Connection& connection) { return look_at_sums(connection, after); });
  SumsStretch stretch{{}, std::move(wrong.next)};
  for (const std::string& owner : wrong.owners) {
    stretch.repairs.wrong_sums += database_->write([&](Transaction& transaction) { return repair_sum(transaction, owner, now); });
  }
  return stretch;
}

std::vector<const char*> byte_statements() { return {kBytesOf, kNextOwner, kSomePhotos, kBothSums}; }

}  // namespace darkroom::store
