#include "store/sql/sqlite_migrate.h"

#include "base/log.h"
#include "store/store.h"

#include <filesystem>

namespace darkroom::store {
namespace {

constexpr const char* kCopy = "VACUUM INTO $1";
constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";

// A copy that is already there is older, from a migration that was cut short: it stays.
void keep_copy(SqliteConnection& connection, const std::string& copy) {
  if (std::filesystem::exists(copy)) return;
  std::string partial = copy + ".partial";
  std::filesystem::remove(partial);
  connection.execute(kCopy, {partial});
  std::filesystem::rename(partial, copy);
}

void apply(SqliteConnection& connection, const Migration& migration, Time now) {
  connection.execute(kBegin);
  try {
    connection.run_script(migration.script + migration.sqlite);
    note_applied(connection, migration, now);
    connection.execute(kCommit);
  } catch (...) {
    connection.execute(kRollback);
    throw;
  }
}

}  // namespace

void migrate(SqliteConnection& connection, const std::string& path, const std::vector<Migration>& migrations, Time now) {
  connection.execute(kCreateLedger);
  int present = newest_applied(connection);
  refuse_newer(present, migrations, path);
  int newest = migrations.empty() ? 0 : migrations.back().number;
  if (present == newest) return;
  if (present > 0) {
    std::string copy = path + ".before-" + std::to_string(newest);
    keep_copy(connection, copy);
    log::info("database copied before migrating", {{"copy", copy}});
  }
  for (const Migration& migration : migrations) {
    if (migration.number > present) apply(connection, migration, now);
  }
}

}  // namespace darkroom::store
