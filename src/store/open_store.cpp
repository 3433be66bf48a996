#include "store/open_store.h"

#include "store/sql/postgres_database.h"
#include "store/sql/sqlite_database.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

std::unique_ptr<Database> open_database(const std::string& where, Time now) {
  if (is_postgres_url(where)) return std::make_unique<PostgresDatabase>(parse_postgres_url(where), now);
  return std::make_unique<SqliteDatabase>(where, now);
}

}  // namespace

std::unique_ptr<Store> open_store(const std::string& where, Time now) { return std::make_unique<SqlStore>(open_database(where, now)); }

}  // namespace darkroom::store
