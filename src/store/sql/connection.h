// One connection to an SQL database. Statements are constants with $1, $2, ... and each is prepared once a connection.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace darkroom::store {

using Value = std::variant<std::monostate, std::int64_t, std::string>;

// A parameter of a statement: refers to its text, so it lives no longer than the call.
class Param {
 public:
  Param(std::int64_t value) : value_(value) {}
  Param(int value) : value_(std::int64_t{value}) {}
  Param(Time value) : value_(to_micros(value)) {}
  Param(std::string_view value) : value_(value) {}
  Param(const std::string& value) : value_(std::string_view(value)) {}
  Param(const char* value) : value_(std::string_view(value)) {}
  template <class T>
  Param(const std::optional<T>& value) {
    if (value) value_ = Param(*value).value_;
  }

  const std::variant<std::monostate, std::int64_t, std::string_view>& value() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, std::string_view> value_;
};

using Params = std::initializer_list<Param>;

// A statement about one row that can be run for many. `types` has a letter for each parameter: i a whole number, t a text. SQLite runs it row by row;
// PostgreSQL runs it once over all rows (postgres_rows_statement()), for which a SELECT or UPDATE says where: /*FROM GIVEN*/ or /*, GIVEN*/.
struct RowSql {
  const char* text;
  std::string_view types;
};

// The rows of a RowSql, one parameter after the other. They refer to their texts as a Param does.
using RowParams = std::vector<Param>;

// A statement among several that are asked in one round trip: one that runs once, or one for all rows of its values.
struct Ask {
  Ask(const char* statement, Params params) : sql(statement), values(params) {}
  Ask(const RowSql& statement, RowParams rows) : sql(statement.text), of_rows(&statement), values(std::move(rows)) {}

  const char* sql;
  const RowSql* of_rows = nullptr;
  RowParams values;
};

// How many new ids of which table.
struct IdCount {
  const char* table;
  std::size_t count;
};

class Row {
 public:
  std::vector<Value> values;

  bool is_null(std::size_t column) const { return std::holds_alternative<std::monostate>(values[column]); }
  std::int64_t integer(std::size_t column) const { return std::get<std::int64_t>(values[column]); }
  int small(std::size_t column) const { return static_cast<int>(integer(column)); }
  Time time(std::size_t column) const { return from_micros(integer(column)); }
  const std::string& text(std::size_t column) const { return std::get<std::string>(values[column]); }
  std::optional<std::string> optional_text(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }
  std::optional<Time> optional_time(std::size_t column) const {
    return is_null(column) ? std::nullopt : std::optional(time(column));
  }
};

using Rows = std::vector<Row>;

struct Answers {
  std::vector<Rows> rows;          // of each ask
  std::vector<std::int64_t> ids;
  std::optional<Time> clock = {};  // as Connection::clock() says it, without a round trip of its own; none: the caller's
};

class Connection {
 public:
  virtual ~Connection() = default;
  // Runs a statement to its end and returns all its rows; throws StoreUnavailable when the database refuses. `sql` is a constant: its address names the
  // prepared statement.
  virtual Rows execute(const char* sql, Params params = {}) = 0;
  // The same for a statement whose rows nobody needs. It may be sent only with the next one of the transaction, or with its commit, which then throws what
  // it was refused with.
  virtual void post(const char* sql, Params params) = 0;
  // Runs an INSERT of one row and returns the `id` that the database gave it.
  virtual std::int64_t insert(const char* sql, Params params) = 0;
  // For all rows of `values`: the rows that they give back, in any order.
  virtual Rows execute_rows(const RowSql& sql, const RowParams& values) = 0;
  virtual void post_rows(const RowSql& sql, const RowParams& values) = 0;
  // A statement that does nothing but hold back other writers: not run where there is one writer.
  virtual void post_locks(const RowSql& sql, const RowParams& values) = 0;
  // All of this in one round trip, in this order, and new ids for rows that are inserted with them, before any other row of these tables: first those of
  // the first table, rising. An id that is not used is left out.
  virtual Answers execute_together(std::span<const Ask> asks, std::initializer_list<IdCount> ids) = 0;
  // The clock by which leases and limits are judged: on SQLite, where one process has one clock, the caller's; on PostgreSQL the server's own at
  // this moment (a round trip), so that hosts with skewed clocks agree. There `clock=callers` in the URL gives the caller's time back, for
  // tests that drive time.
  virtual Time clock(Time callers_now) = 0;
  // What this transaction does next, while it holds its locks, may take longer than statements do: the database grants it more time between them.
  virtual void allow_pause() = 0;
};

}  // namespace darkroom::store
