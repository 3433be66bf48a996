// A connection to a SQLite file, set up for durability (WAL, synchronous=FULL) or as a read-only reader.
#pragma once

#include "store/sql/connection.h"

#include <unordered_map>
#include <memory>
#include <string>

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
  std::vector<std::int64_t> insert_rows(const RowSql& sql, const RowParams& values) override;
  void post_locks(const RowSql&, const RowParams&) override {}
  std::vector<std::int64_t> new_ids(std::initializer_list<IdCount> counts) override;
  Time clock(Time callers_now) override { return callers_now; }
  // Several statements without parameters or rows: migrations and pragmas.
  void run_script(const std::string& script);
  int last_error() const;  // SQLite's extended code of the last failure

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

  std::unique_ptr<sqlite3, Close> database_;
  std::unordered_map<const char*, Prepared> statements_;
};

}  // namespace darkroom::store
