#include "store/sql/postgres_connection.h"

#include "store/sql/postgres_text.h"

#include <libpq-fe.h>

#include <charconv>
#include <cstring>

namespace darkroom::store {
namespace {

constexpr const char* kBeginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kPause = "idle_in_transaction_session_timeout";
constexpr const char* kServersClock = "SELECT " DARKROOM_SERVERS_CLOCK;

// The numbers of pg_type for the types that the store's statements give back.
constexpr Oid kBool = 16, kInt8 = 20, kInt2 = 21, kInt4 = 23, kNumeric = 1700;

enum class For { reading, writing };

// With the lock that holds the horizon of the event log for what is written.
std::string settings(const PostgresOptions& options, For use) {
  auto set = [](const std::string& name, const std::string& value) { return "set_config('" + name + "', " + quoted_literal(value) + ", true)"; };
  auto limit = [&](const std::string& name, std::chrono::milliseconds time) { return ", " + set(name, std::to_string(time.count())); };
  std::string text = "SELECT " + set("synchronous_commit", "on") + limit("statement_timeout", options.statement_timeout) +
                     limit("lock_timeout", options.lock_timeout) + limit(kPause, use == For::writing ? options.writer_pause : options.idle_timeout);
  // Writes are planned once, as the tests pin it. That plan does not know how few rows a LIMIT will ask for: it must neither prepare for a great many of them
  // by joining whole tables nor compile itself, which takes longer than a claim. A plan that was made while a table was nearly empty is kept while it grows:
  // it must not read the whole of it.
  if (use == For::writing) {
    text += ", " + set("plan_cache_mode", "force_generic_plan") + ", " + set("jit", "off") + ", " + set("enable_hashjoin", "off") + ", " + set("enable_mergejoin", "off") + ", " +
            set("enable_seqscan", "off");
  }
  if (!options.schema.empty()) text += ", " + set("search_path", quoted_identifier(options.schema));
  if (use == For::writing) {
    std::string view = options.schema.empty() ? "event_hold" : quoted_identifier(options.schema) + ".event_hold";  // the path is not set yet when this is read
    text += ", pg_advisory_xact_lock_shared(hold.class, hold.newest) FROM " + view + " AS hold";
  }
  return text;
}

// Whole numbers of any type are integers to the store, also a SUM, which is NUMERIC; anything else is its text, as on SQLite.
Value value_of(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return std::monostate{};
  std::string_view text(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
  Oid type = PQftype(result, column);
  if (type == kBool) return std::int64_t{text == "t"};
  if (type == kInt8 || type == kInt4 || type == kInt2 || type == kNumeric) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
  }
  return std::string(text);
}

Rows rows_of(const PGresult* result) {
  Rows rows(static_cast<std::size_t>(PQntuples(result)));
  int columns = PQnfields(result);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].values.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) rows[i].values.push_back(value_of(result, static_cast<int>(i), column));
  }
  return rows;
}

std::vector<std::int64_t> ids_of(const Rows& rows) {
  std::vector<std::int64_t> ids;
  for (const Row& row : rows) ids.push_back(row.integer(0));
  return ids;
}

std::vector<std::string> columns_of(const RowSql& sql, const RowParams& values) {
  std::vector<std::string> arrays;
  for (std::size_t column = 0; column < sql.types.size(); ++column) {
    std::string array = "{";
    for (std::size_t at = column; at < values.size(); at += sql.types.size()) {
      if (at != column) array += ',';
      if (const auto* whole = std::get_if<std::int64_t>(&values[at].value())) {
        array += std::to_string(*whole);
      } else if (const auto* text = std::get_if<std::string_view>(&values[at].value())) {
        append_quoted_element(array, *text);
      } else {
        array += "NULL";
      }
    }
    arrays.push_back(std::move(array += '}'));
  }
  return arrays;
}

}  // namespace

PostgresConnection::PostgresConnection(const PostgresOptions& options, Statements statements)
    : options_(options), link_(options), sending_(statements) {
  limits_ = with_text(settings(options, For::reading));
  openings_[Access::read] = {with_text(kBeginRead), limits_};
  openings_[Access::migrate] = {with_text(kBeginWrite), limits_};
  openings_[Access::write] = {with_text(kBeginWrite), with_text(settings(options, For::writing))};
  commit_ = with_text(kCommit);
}

void PostgresConnection::begin(Access access) {
  access_ = access;
  opening_ = true;
}

void PostgresConnection::commit() {
  if (std::exchange(opening_, false)) return;
  auto answer = run(*commit_, std::span<const Param>{});
  // COMMIT of a transaction in which a statement failed is answered with ROLLBACK, and is no error to the server.
  if (std::strcmp(PQcmdStatus(answer.get()), kCommit) != 0) {
    throw PostgresFailure(PostgresFailure::Kind::refused, "25P02",
                          "PostgreSQL at " + options_.name + " rolled the transaction back: a statement in it had failed");
  }
}

void PostgresConnection::roll_back() {
  if (std::exchange(opening_, false) || link_.broken()) return;
  try {
    link_.add(kRollback);
    link_.finish();
  } catch (const PostgresFailure&) {
    link_.give_up();
  }
}

PostgresConnection::Statement* PostgresConnection::with_text(const std::string& text) {
  return &statements_.try_emplace(text, Statement{text, statement_name(text)}).first->second;
}

PostgresConnection::Statement& PostgresConnection::known(const char* sql, Form form, std::string_view types) {
  Statement*& found = known_[{sql, form}];
  if (!found) {
    std::string text = options_.callers_clock ? without_clock(sql) : sql;
    found = with_text((form == Form::rows ? postgres_rows_statement(text, types) : postgres_statement(text)) + (form == Form::one_returning_id ? " RETURNING id" : ""));
  }
  return *found;
}

void PostgresConnection::add_opening() {
  if (!std::exchange(opening_, false)) return;
  for (Statement* each : openings_[access_]) add(*each, std::span<const Param>{});
}

void PostgresConnection::add(Statement& statement, std::span<const Param> values) {
  if (sending_ == Statements::whole) {
    link_.add(statement.text, values);
    return;
  }
  if (!statement.prepared) {
    link_.add_prepare(statement.name, statement.text);
    preparing_.push_back(&statement);
    statement.prepared = true;
  }
  link_.add_prepared(statement.name, values);
}

PostgresLink::Answer PostgresConnection::run(Statement& statement, std::span<const Param> params) {
  add_opening();
  add(statement, params);
  return finish();
}

std::vector<PostgresLink::Answer> PostgresConnection::finish_all() {
  try {
    std::vector<PostgresLink::Answer> answers = link_.finish();
    preparing_.clear();
    return answers;
  } catch (const PostgresFailure&) {
    // Some of them may have been prepared and some not: under another name each can be prepared again.
    for (Statement* each : preparing_) {
      each->prepared = false;
      each->name += '_';
    }
    preparing_.clear();
    throw;
  }
}

Rows PostgresConnection::execute(const char* sql, Params params) { return rows_of(run(known(sql, Form::one), {params.begin(), params.size()}).get()); }

// One round trip less: it travels with the statement after it.
void PostgresConnection::post(const char* sql, Params params) {
  add_opening();
  add(known(sql, Form::one), {params.begin(), params.size()});
}

std::int64_t PostgresConnection::insert(const char* sql, Params params) {
  return rows_of(run(known(sql, Form::one_returning_id), {params.begin(), params.size()}).get()).front().integer(0);
}

void PostgresConnection::add_rows(const RowSql& sql, const RowParams& values) {
  std::vector<std::string> arrays = columns_of(sql, values);
  add_opening();
  add(known(sql.text, Form::rows, sql.types), std::vector<Param>(arrays.begin(), arrays.end()));
}

void PostgresConnection::post_rows(const RowSql& sql, const RowParams& values) {
  if (!values.empty()) add_rows(sql, values);
}

Rows PostgresConnection::execute_rows(const RowSql& sql, const RowParams& values) {
  if (values.empty()) return {};
  add_rows(sql, values);
  return rows_of(finish().get());
}

// After the server's clock, which travels with them.
void PostgresConnection::add_new_ids(std::initializer_list<IdCount> counts) {
  std::string text = kServersClock;
  RowParams params;
  for (const IdCount& wanted : counts) {
    params.emplace_back(static_cast<std::int64_t>(wanted.count));
    text += " UNION ALL SELECT nextval('" + std::string(wanted.table) + "_id_seq') FROM generate_series(1, CAST($" + std::to_string(params.size()) + " AS BIGINT))";
  }
  add_opening();
  add(*with_text(text), params);
}

Answers PostgresConnection::execute_together(std::span<const Ask> asks, std::initializer_list<IdCount> ids) {
  std::vector<std::optional<std::size_t>> places;  // of their answers; none: nothing was asked
  for (const Ask& ask : asks) {
    if (!ask.of_rows) {
      add_opening();
      add(known(ask.sql, Form::one), ask.values);
    } else if (!ask.values.empty()) {
      add_rows(*ask.of_rows, ask.values);
    }
    bool asked = !ask.of_rows || !ask.values.empty();
    places.push_back(asked ? std::optional(static_cast<std::size_t>(link_.waiting()) - 1) : std::nullopt);
  }
  add_new_ids(ids);
  std::vector<PostgresLink::Answer> found = finish_all();
  Answers answers;
  for (auto place : places) answers.rows.push_back(place ? rows_of(found.at(*place).get()) : Rows());
  answers.ids = ids_of(rows_of(found.back().get()));
  if (!options_.callers_clock) answers.clock = from_micros(answers.ids.front());
  answers.ids.erase(answers.ids.begin());
  return answers;
}

// Without BEGIN and COMMIT: what is sent together is one transaction by itself.
Rows PostgresConnection::execute_alone(const char* sql, Params params) {
  add(*limits_, std::span<const Param>{});
  return rows_of(run(known(sql, Form::one), {params.begin(), params.size()}).get());
}

void PostgresConnection::allow_pause() {
  add_opening();
  add(*with_text("SELECT set_config('" + std::string(kPause) + "', '" + std::to_string(options_.idle_timeout.count()) + "', true)"), std::span<const Param>{});
}

Time PostgresConnection::clock(Time callers_now) {
  return options_.callers_clock ? callers_now : execute(kServersClock).front().time(0);
}

Rows PostgresConnection::query(const std::string& text, Params params) {
  add_opening();
  link_.add(text, std::span<const Param>(params.begin(), params.size()));
  return rows_of(finish().get());
}

}  // namespace darkroom::store
