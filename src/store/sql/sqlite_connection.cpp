#include "store/sql/sqlite_connection.h"

#include "store/store.h"

#include <sqlite3.h>

namespace darkroom::store {
namespace {

[[noreturn]] void fail(sqlite3* database, const std::string& doing) {
  throw StoreUnavailable("SQLite, " + doing + ": " + (database ? sqlite3_errmsg(database) : "out of memory"));
}

void bind(sqlite3* database, sqlite3_stmt* statement, int number, const Param& param) {
  // $n is a name to SQLite, numbered by first appearance: its place is looked up, never assumed.
  int place = sqlite3_bind_parameter_index(statement, ("$" + std::to_string(number)).c_str());
  if (place == 0) return;
  int status = SQLITE_OK;
  if (const auto* whole = std::get_if<std::int64_t>(&param.value())) {
    status = sqlite3_bind_int64(statement, place, *whole);
  } else if (const auto* text = std::get_if<std::string_view>(&param.value())) {
    status = sqlite3_bind_text(statement, place, text->data() ? text->data() : "", static_cast<int>(text->size()), SQLITE_STATIC);
  } else {
    status = sqlite3_bind_null(statement, place);
  }
  if (status != SQLITE_OK) fail(database, "binding a value");
}

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, index);
    case SQLITE_NULL: return std::monostate{};
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
    }
  }
}

// lock_content(content): what PostgreSQL needs a lock for, one writer does without.
void lock_nothing(sqlite3_context* context, int, sqlite3_value**) { sqlite3_result_int64(context, 0); }

// Gives the statement back for its next use, however its run ended.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

void SqliteConnection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void SqliteConnection::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

SqliteConnection::SqliteConnection(const std::string& path, Mode mode) {
  // Counting memory costs a lock with every allocation, and nobody reads the count.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  int flags = mode == Mode::writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  sqlite3* opened = nullptr;
  int status = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(opened);
  if (status != SQLITE_OK) fail(opened, "opening " + path);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_create_function_v2(opened, "lock_content", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, nullptr, lock_nothing, nullptr, nullptr, nullptr);
  run_script("PRAGMA busy_timeout=5000; PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
             "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;");
  if (mode == Mode::writer) {
    // Pages at the growing end of an index are in nearly every commit: the longer the log, the more of their copies become one write.
    run_script("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-8000;");
  } else {
    run_script("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0;");
  }
}

SqliteConnection::~SqliteConnection() { statements_.clear(); }

sqlite3_stmt* SqliteConnection::prepared(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) {
      fail(database_.get(), std::string("preparing: ") + sql);
    }
    statement.reset(made);
  }
  return statement.get();
}

Rows SqliteConnection::execute(const char* sql, Params params) {
  sqlite3_stmt* statement = prepared(sql);
  Reset reset{statement};
  int number = 0;
  for (const Param& param : params) bind(database_.get(), statement, ++number, param);
  Rows rows;
  int columns = sqlite3_column_count(statement);
  int status = sqlite3_step(statement);
  for (; status == SQLITE_ROW; status = sqlite3_step(statement)) {
    Row row;
    row.values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) row.values.push_back(column(statement, i));
    rows.push_back(std::move(row));
  }
  if (status != SQLITE_DONE) fail(database_.get(), std::string("running: ") + sql);
  return rows;
}

// RETURNING would say the same, at twice the time of the whole statement.
std::int64_t SqliteConnection::insert(const char* sql, Params params) {
  execute(sql, params);
  return sqlite3_last_insert_rowid(database_.get());
}

void SqliteConnection::run_script(const std::string& script) {
  if (sqlite3_exec(database_.get(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_.get(), "running a script");
}

int SqliteConnection::last_error() const { return sqlite3_extended_errcode(database_.get()); }

}  // namespace darkroom::store
