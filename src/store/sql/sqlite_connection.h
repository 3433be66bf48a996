// A connection to a SQLite file, set up for durability (WAL, synchronous=FULL) or as a read-only reader.
#pragma once

#include "store/sql/connection.h"
#include "store/sql/gathered_log.h"

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace darkroom::store {

class SqliteConnection final : public Connection {
 public:
  enum class Mode { writer, reader };
  // Throws StoreUnavailable with the path and SQLite's reason.
  SqliteConnection(const std::string& path, Mode mode);
  ~SqliteConnection() override;

  Rows execute(const char* sql, Params params = {}) override;
  void post(const char* sql, Params params) override { execute(sql, params); }
  std::int64_t insert(const char* sql, Params params) override;
  Rows execute_rows(const RowSql& sql, const RowParams& values) override;
  void post_rows(const RowSql& sql, const RowParams& values) override { execute_rows(sql, values); }
  void post_locks(const RowSql&, const RowParams&) override {}
  Answers execute_together(std::span<const Ask> asks, std::initializer_list<IdCount> ids) override;
  Time clock(Time callers_now) override { return callers_now; }
  void allow_pause() override {}
  // Several statements without parameters or rows: migrations and pragmas.
  void run_script(const std::string& script);
  // Of a reader: ends its transaction, also one that SQLite has ended by itself because a read failed. Does not throw.
  void end_read() noexcept;
  int last_error() const;  // SQLite's extended code of the last failure

  // Of a writer: commits, so that readers see it, before it outlives a loss of power; that it does after sync_log().
  void commit_unsynced();
  // Of a writer, by any thread. False when the disk failed.
  bool sync_log();
  // Of a writer, between transactions: moves the log into the database once it is long. What cannot be moved now (a full disk, a reader in the way)
  // stays in the log and is moved later; a disk that failed is told by last_error().
  void checkpoint_if_due();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalize> statement;
    std::vector<int> places;  // of $1, $2, ...; 0: not in it
  };
  Prepared& prepared(const char* sql, std::size_t params);
  void run(const char* sql, std::span<const Param> params, Rows& rows);
  std::vector<std::int64_t> new_ids(std::initializer_list<IdCount> counts);

  static int note_length(void* connection, sqlite3* database, const char* name, int pages);

  std::unique_ptr<sqlite3, Close> database_;
  std::optional<PutOffSyncs> log_;
  int log_pages_ = 0;
  int next_checkpoint_ = 0;  // at so many pages of the log
  std::unordered_map<const char*, Prepared> statements_;
};

}  // namespace darkroom::store
