#include "store/sql/postgres_migrate.h"

#include "base/log.h"
#include "store/sql/postgres_text.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace darkroom::store {
namespace {

constexpr int kOldestServer = 150000;
constexpr std::chrono::minutes kLongestMigration{60};

constexpr std::chrono::milliseconds kBetweenLooks{200};

// Held to the end of the transaction. The number is ours, the other half the schema's.
constexpr const char* kLock = "SELECT pg_try_advisory_xact_lock(1684107883, hashtext($1))";
constexpr const char* kNoLimits = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'";

enum class Step { applied, nothing_missing, other_is_busy };

// Runs the first migration that is missing.
Step apply_next(PostgresConnection& connection, const PostgresOptions& options, const std::vector<Migration>& migrations, Time now) {
  connection.begin(PostgresConnection::Access::migrate);
  if (connection.execute(kLock, {options.schema}).front().integer(0) == 0) {
    connection.commit();
    return Step::other_is_busy;
  }
  std::string schema = options.schema.empty() ? "" : "CREATE SCHEMA IF NOT EXISTS " + quoted_identifier(options.schema) + ";";
  connection.run_script(schema + postgres_schema(kCreateLedger) + ";" + kNoLimits, kLongestMigration);
  int present = newest_applied(connection);
  refuse_newer(present, migrations, options.name);
  auto next = std::find_if(migrations.begin(), migrations.end(), [&](const Migration& each) { return each.number > present; });
  if (next == migrations.end()) {
    connection.commit();
    return Step::nothing_missing;
  }
  connection.run_script(postgres_schema(next->script) + next->postgres, kLongestMigration);
  note_applied(connection, *next, now);
  connection.commit();
  log::info("database migrated", {{"database", options.name}, {"number", next->number}, {"title", next->title}});
  return Step::applied;
}

}  // namespace

void check_server(int version, const std::string& encoding, const std::string& where) {
  if (version < kOldestServer) {
    throw StoreUnavailable("PostgreSQL at " + where + " is version " + std::to_string(version / 10000) +
                           "; Darkroom needs 15 or later. Upgrade the server, or use another one.");
  }
  if (encoding != "UTF8") {
    throw StoreUnavailable("the database " + where + " is in the encoding " + encoding +
                           "; Darkroom needs UTF8. Make a new one with: createdb --encoding=UTF8 --template=template0 NAME");
  }
}

void migrate(PostgresConnection& connection, const PostgresOptions& options, const std::vector<Migration>& migrations, Time now) {
  try {
    bool told = false;
    for (Step step = Step::applied; step != Step::nothing_missing; step = apply_next(connection, options, migrations, now)) {
      if (step != Step::other_is_busy) continue;
      if (!std::exchange(told, true)) log::info("another Darkroom is migrating the database: waiting for it", {{"database", options.name}});
      std::this_thread::sleep_for(kBetweenLooks);
    }
  } catch (...) {
    connection.roll_back();
    throw;
  }
}

}  // namespace darkroom::store
