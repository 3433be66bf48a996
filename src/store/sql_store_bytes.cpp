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
constexpr const char* kNoted = "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT), COALESCE(MAX(repairs), 0) FROM owner_bytes WHERE owner = $1";
// Two that repair at once would do so twice. The number only keeps this lock apart from others.
constexpr RowSql kHoldRepair{"SELECT pg_advisory_xact_lock(6275, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr const char* kTakeRows = "DELETE FROM owner_bytes WHERE owner = $1 RETURNING bytes";
constexpr const char* kPutRow = "INSERT INTO owner_bytes (owner, bytes, repairs) VALUES ($1, $2, $3)";

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

SumsStretch look_at_sums(Connection& connection, std::string_view after) {
  SumsStretch stretch;
  std::string owner(after);
  std::int64_t seen = 0;
  for (int i = 0; i < kMostOwners && seen < kLookAt; ++i) {
    auto next = connection.execute(kNextOwner, {owner}).front().optional_text(0);
    if (!next) return stretch;
    owner = std::move(*next);
    auto [bytes, count] = bytes_and_count(connection, owner);
    const Row noted = connection.execute(kNoted, {owner}).front();
    if (noted.integer(0) != bytes) stretch.wrong.push_back({owner, noted.integer(0), bytes, noted.integer(1)});
    seen += count;
  }
  stretch.next = owner;
  return stretch;
}

// By the difference alone: photos that came or went since the look have moved both sides of it, and adding them all up again would hold back other writers.
bool repair_sum(Transaction& transaction, const WrongSum& wrong, Time now) {
  transaction.connection.post_locks(kHoldRepair, {wrong.owner});
  if (transaction.execute(kNoted, {wrong.owner}).front().integer(1) != wrong.repairs) return false;
  std::int64_t right = wrong.bytes - wrong.noted;
  for (const Row& row : transaction.execute(kTakeRows, {wrong.owner})) right += row.integer(0);
  transaction.execute(kPutRow, {wrong.owner, right, wrong.repairs + 1});
  append_event(transaction, {.at = now, .type = "cleanup.repaired", .image = {}, .job = {}, .actor = "cleanup",
                             .reason = "the photos of " + wrong.owner + " were counted as " + std::to_string(wrong.noted) + " bytes and were " + std::to_string(wrong.bytes)});
  return true;
}

}  // namespace

std::int64_t bytes_of_owner(Connection& connection, std::string_view owner) { return connection.execute(kBytesOf, {owner}).front().integer(0); }

std::int64_t SqlStore::bytes_of(std::string_view owner) {
  return database_->read([&](Connection& connection) { return bytes_of_owner(connection, owner); });
}

SumsStretch SqlStore::look_at_sums(std::string_view after) {
  return database_->read([&](Connection& connection) { return store::look_at_sums(connection, after); });
}

bool SqlStore::repair_sum(const WrongSum& wrong, Time now) {
  return database_->write([&](Transaction& transaction) { return store::repair_sum(transaction, wrong, now); });
}

std::vector<const char*> byte_statements() { return {kBytesOf, kNextOwner, kSomePhotos, kNoted}; }

}  // namespace darkroom::store
