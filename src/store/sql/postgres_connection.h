// A connection to PostgreSQL as the store uses it: in transactions, each of which sets its own limits.
//
// What a session sets is lost behind a transaction pooler, so everything is set in the transaction: search_path, synchronous_commit, the time-outs of
// statement, lock and idle transaction, and for writing how it is planned. The opening (BEGIN and what is set) travels with the first statement, in one round trip.
//
// A writing transaction opens with a shared advisory lock that carries the newest event id of that moment: the horizon of the event log, told in
// migrations/postgres/.
#pragma once

#include "store/sql/connection.h"
#include "store/sql/postgres_link.h"

#include <map>
#include <string>
#include <utility>

namespace darkroom::store {

class PostgresConnection final : public Connection {
 public:
  enum class Access { read, write, migrate };

  // How statements travel: prepared once on the server and then by name, or whole each time.
  enum class Statements { prepared, whole };

  // Connects. `options` must outlive it. Throws PostgresFailure, as everything here.
  PostgresConnection(const PostgresOptions& options, Statements statements);

  // READ COMMITTED for writing; one snapshot, REPEATABLE READ READ ONLY, for reading. `migrate` writes before there is an event log.
  void begin(Access access);
  // Throws when the server rolled back instead. A failure of kind lost or silent leaves open whether it was stored.
  void commit();
  void roll_back();  // throws nothing: a connection that cannot is broken
  bool broken() const { return link_.broken(); }
  Statements statements() const { return sending_; }

  Rows execute(const char* sql, Params params = {}) override;
  void post(const char* sql, Params params) override;
  std::int64_t insert(const char* sql, Params params) override;
  Rows execute_rows(const RowSql& sql, const RowParams& values) override;
  void post_rows(const RowSql& sql, const RowParams& values) override;
  void post_locks(const RowSql& sql, const RowParams& values) override { post_rows(sql, values); }
  Answers execute_together(std::span<const Ask> asks, std::initializer_list<IdCount> ids) override;
  Time clock(Time callers_now) override;
  void allow_pause() override;
  // One reading statement that is a transaction by itself, outside of any other: one round trip.
  Rows execute_alone(const char* sql, Params params);

  // A statement that is made at run time: never prepared.
  Rows query(const std::string& text, Params params = {});
  void run_script(const std::string& script, std::chrono::milliseconds limit) { link_.run_script(script, limit); }
  PostgresLink& link() { return link_; }

 private:
  struct Statement {
    std::string text;
    std::string name;
    bool prepared = false;
  };
  enum class Form { one, one_returning_id, rows };
  Statement& known(const char* sql, Form form, std::string_view types = {});
  Statement* with_text(const std::string& text);
  PostgresLink::Answer run(Statement& statement, std::span<const Param> params);
  void add(Statement& statement, std::span<const Param> params);
  void add_opening();
  void add_rows(const RowSql& sql, const RowParams& values);  // one parameter for each column: an array
  void add_new_ids(std::initializer_list<IdCount> counts);
  std::vector<PostgresLink::Answer> finish_all();
  PostgresLink::Answer finish() { return std::move(finish_all().back()); }

  const PostgresOptions& options_;
  PostgresLink link_;
  Statements sending_;
  std::map<std::string, Statement> statements_;  // by text
  std::map<std::pair<const char*, Form>, Statement*> known_;
  std::map<Access, std::vector<Statement*>> openings_;
  Statement* commit_;
  Statement* limits_;  // of a transaction that reads or migrates
  Access access_ = Access::read;
  bool opening_ = false;  // the transaction begins with the next statement
  std::vector<Statement*> preparing_;  // by the commands that were not answered yet
};

}  // namespace darkroom::store
