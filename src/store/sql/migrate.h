// Numbered migrations and the ledger of those that a database has had: what both databases share. Each runs once, in order, in a
// transaction of its own.
#pragma once

#include "base/clock.h"
#include "store/sql/connection.h"

#include <string>
#include <vector>

namespace darkroom::store {

struct Migration {
  int number = 0;
  std::string title;
  std::string script;         // in SQLite's words, see postgres_schema()
  std::string postgres = {};  // what only PostgreSQL runs after it, in its own words
  std::string sqlite = {};    // what only SQLite runs after it
};

// src/store/migrations, compiled in.
const std::vector<Migration>& migrations();

// The statement that makes the ledger if there is none, in SQLite's words.
extern const char* const kCreateLedger;

// The number of the newest migration that the database has had, 0 for none.
int newest_applied(Connection& connection);
// Throws StoreUnavailable, with what to do, when the database has had one that this program does not know. `where` names the database.
void refuse_newer(int present, const std::vector<Migration>& known, const std::string& where);
void note_applied(Connection& connection, const Migration& migration, Time now);

}  // namespace darkroom::store
