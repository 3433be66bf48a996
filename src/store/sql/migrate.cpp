#include "store/sql/migrate.h"

#include "base/fail_point.h"
#include "store/store.h"

namespace darkroom::store {

const char* const kCreateLedger =
    "CREATE TABLE IF NOT EXISTS schema_migration (number INTEGER PRIMARY KEY, title TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";

namespace {

constexpr const char* kNewest = "SELECT COALESCE(MAX(number), 0) FROM schema_migration";
constexpr const char* kApplied = "INSERT INTO schema_migration (number, title, applied_at) VALUES ($1, $2, $3)";

}  // namespace

int newest_applied(Connection& connection) { return connection.execute(kNewest).front().small(0); }

void refuse_newer(int present, const std::vector<Migration>& known, const std::string& where) {
  int newest = known.empty() ? 0 : known.back().number;
  if (present <= newest) return;
  throw StoreUnavailable("the database " + where + " has schema " + std::to_string(present) + ", this program knows up to " + std::to_string(newest) +
                         ". Start the newer Darkroom that made it, or put back the copy that was kept before it.");
}

void note_applied(Connection& connection, const Migration& migration, Time now) {
  fail_point<StoreUnavailable>("K18");
  connection.execute(kApplied, {migration.number, migration.title, now});
}

}  // namespace darkroom::store
