// Migrations on SQLite: one process, so no lock; a copy of the file is kept first.
#pragma once

#include "store/sql/migrate.h"
#include "store/sql/sqlite_connection.h"

#include <string>
#include <vector>

namespace darkroom::store {

// Brings the database at `path` to the newest migration. A database that already holds data is first copied to
// `<path>.before-<number>`. Throws StoreUnavailable when the schema is newer than this program knows, and says what to do.
void migrate(SqliteConnection& connection, const std::string& path, const std::vector<Migration>& migrations, Time now);

}  // namespace darkroom::store
