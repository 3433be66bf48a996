// Migrations on PostgreSQL: many processes may start at once, so each step looks and acts under one lock.
#pragma once

#include "store/sql/migrate.h"
#include "store/sql/postgres_connection.h"

#include <vector>

namespace darkroom::store {

// Throws StoreUnavailable with what to do when the server is older than PostgreSQL 15 or the database is not in UTF-8.
void check_server(int version, const std::string& encoding, const std::string& where);

// Brings the schema to the newest migration, made if need be. Throws StoreUnavailable when it is newer than this program knows.
void migrate(PostgresConnection& connection, const PostgresOptions& options, const std::vector<Migration>& migrations, Time now);

}  // namespace darkroom::store
