#include "store/sql/sqlite_connection.h"

#include "store/store.h"

#include <sqlite3.h>

namespace darkroom::store {
namespace {

[[noreturn]] void fail(sqlite3* database, const std::string& doing) {
  throw StoreUnavailable("SQLite, " + doing + ": " + (database ? sqlite3_errmsg(database) : "out of memory"));
}

void bind(sqlite3* database, sqlite3_stmt* statement, int place, const Param& param) {
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

// Short-lived memory of statements comes from slots of the connection's own, which cost a fraction of malloc; bytes, and how many.
constexpr int kLookasideSlot = 1200;
constexpr int kLookasideSlots = 400;

constexpr int kLongLog = 4000;  // pages: those at the growing end of an index are in nearly every commit, so the longer the log, the more copies become one write
constexpr int kTooLongLog = 4 * kLongLog;
constexpr int kPressFor = 100;      // ms
constexpr int kBusyTimeout = 5000;  // ms
constexpr const char* kCommit = "COMMIT";

// The highest id that AUTOINCREMENT ever gave; with one writer the next ones are free.
constexpr const char* kLastId = "SELECT seq FROM sqlite_sequence WHERE name = $1";

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
  int status = sqlite3_open_v2(path.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, mode == Mode::writer ? gathered_log_vfs() : nullptr);
  database_.reset(opened);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_LOOKASIDE, nullptr, kLookasideSlot, kLookasideSlots);
  if (status != SQLITE_OK) fail(opened, "opening " + path);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_busy_timeout(opened, kBusyTimeout);
  run_script("PRAGMA foreign_keys=ON; PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
             "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;");
  if (mode == Mode::writer) {
    run_script("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;"
               "SELECT COUNT(*) FROM sqlite_schema");  // the log is opened by the first that reads
    sqlite3_wal_hook(opened, note_length, this);  // in the place of SQLite's own, which checkpoints within the commit
    log_.emplace(opened);
  } else {
    run_script("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0;");
  }
}

SqliteConnection::~SqliteConnection() { statements_.clear(); }

SqliteConnection::Prepared& SqliteConnection::prepared(const char* sql, std::size_t params) {
  Prepared& found = statements_[sql];
  if (!found.statement) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &made, nullptr) != SQLITE_OK) {
      fail(database_.get(), std::string("preparing: ") + sql);
    }
    found.statement.reset(made);
  }
  // $n is a name to SQLite, numbered by first appearance: its place is looked up, never assumed.
  while (found.places.size() < params) {
    found.places.push_back(sqlite3_bind_parameter_index(found.statement.get(), ("$" + std::to_string(found.places.size() + 1)).c_str()));
  }
  return found;
}

void SqliteConnection::run(const char* sql, std::span<const Param> params, Rows& rows) {
  Prepared& found = prepared(sql, params.size());
  sqlite3_stmt* statement = found.statement.get();
  Reset reset{statement};
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (found.places[i] != 0) bind(database_.get(), statement, found.places[i], params[i]);
  }
  int columns = sqlite3_column_count(statement);
  int status = sqlite3_step(statement);
  for (; status == SQLITE_ROW; status = sqlite3_step(statement)) {
    Row row;
    row.values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) row.values.push_back(column(statement, i));
    rows.push_back(std::move(row));
  }
  if (status != SQLITE_DONE) fail(database_.get(), std::string("running: ") + sql);
}

Rows SqliteConnection::execute(const char* sql, Params params) {
  Rows rows;
  run(sql, std::span<const Param>(params.begin(), params.size()), rows);
  return rows;
}

Rows SqliteConnection::execute_rows(const RowSql& sql, const RowParams& values) {
  Rows rows;
  std::span<const Param> rest(values);
  for (; !rest.empty(); rest = rest.subspan(sql.types.size())) run(sql.text, rest.first(sql.types.size()), rows);
  return rows;
}

// RETURNING would say the same, at twice the time of the whole statement.
std::int64_t SqliteConnection::insert(const char* sql, Params params) {
  execute(sql, params);
  return sqlite3_last_insert_rowid(database_.get());
}

std::vector<std::int64_t> SqliteConnection::new_ids(std::initializer_list<IdCount> counts) {
  std::vector<std::int64_t> ids;
  for (const IdCount& wanted : counts) {
    Rows found = execute(kLastId, {wanted.table});
    std::int64_t last = found.empty() ? 0 : found.front().integer(0);
    for (std::size_t i = 0; i < wanted.count; ++i) ids.push_back(++last);
  }
  return ids;
}

Answers SqliteConnection::execute_together(std::span<const Ask> asks, std::initializer_list<IdCount> ids) {
  Answers answers;
  for (const Ask& ask : asks) {
    Rows& rows = answers.rows.emplace_back();
    if (ask.of_rows) {
      rows = execute_rows(*ask.of_rows, ask.values);
    } else {
      run(ask.sql, ask.values, rows);
    }
  }
  answers.ids = new_ids(ids);
  return answers;
}

void SqliteConnection::run_script(const std::string& script) {
  if (sqlite3_exec(database_.get(), script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_.get(), "running a script");
}

int SqliteConnection::note_length(void* connection, sqlite3*, const char*, int pages) {
  static_cast<SqliteConnection*>(connection)->log_pages_ = pages;
  return SQLITE_OK;
}

void SqliteConnection::commit_unsynced() {
  struct PutOff {
    PutOffSyncs& syncs;
    explicit PutOff(PutOffSyncs& of) : syncs(of) { syncs.put_off(true); }
    ~PutOff() { syncs.put_off(false); }
  } put_off(log_.value());
  execute(kCommit);
}

bool SqliteConnection::sync_log() { return log_.value().sync_now(); }

// The log begins anew when all of it is in the database and nobody reads from it. Readers who take turns without a gap never let that come by itself: from some
// length on those who come are sent to the database and the last ones are waited for, for a moment.
void SqliteConnection::checkpoint_if_due() {
  if (log_pages_ < kLongLog) next_checkpoint_ = kLongLog;
  if (log_pages_ < next_checkpoint_) return;
  next_checkpoint_ = log_pages_ + kLongLog / 4;
  bool presses = log_pages_ >= kTooLongLog;
  if (presses) sqlite3_busy_timeout(database_.get(), kPressFor);
  sqlite3_wal_checkpoint_v2(database_.get(), "main", presses ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (presses) sqlite3_busy_timeout(database_.get(), kBusyTimeout);
}

void SqliteConnection::end_read() noexcept {
  if (sqlite3_get_autocommit(database_.get())) return;
  sqlite3_exec(database_.get(), "COMMIT", nullptr, nullptr, nullptr);
  if (!sqlite3_get_autocommit(database_.get())) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

int SqliteConnection::last_error() const { return sqlite3_extended_errcode(database_.get()); }

}  // namespace darkroom::store
