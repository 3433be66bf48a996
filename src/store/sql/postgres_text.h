// The dialect of PostgreSQL, as pure text: one schema and one text of each statement serve both databases, and what differs is put in here.
#pragma once

#include <string>
#include <string_view>

// Microseconds since 1970, at this moment and not at the beginning of the transaction.
#define DARKROOM_SERVERS_CLOCK "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"

namespace darkroom::store {

// The statement with its comment tokens (such as the one for FOR UPDATE SKIP LOCKED) turned into what they stand for. Throws std::logic_error on a
// comment that is no token: a misspelt lock would be no lock.
std::string postgres_statement(std::string_view sql);

// The statement without its token for the server's clock, where the caller's counts.
std::string without_clock(std::string_view sql);

// The statement about one row for many: its parameters, $1 and so on, are the columns of unnest() over one array each, of the type that their letter in `types`
// says (RowSql). "VALUES (...)" at the end of an INSERT becomes a SELECT from it; other statements have a token that says where it stands.
std::string postgres_rows_statement(std::string_view sql, std::string_view types);

// Adds the text as an element of an array's literal.
void append_quoted_element(std::string& array, std::string_view text);

// A migration script as PostgreSQL takes it: INTEGER is BIGINT, AUTOINCREMENT an identity, TEXT is ordered by its bytes, STRICT and WITHOUT ROWID go.
std::string postgres_schema(std::string_view script);

// The text as PostgreSQL can store it: what is not UTF-8, and the zero byte, becomes U+FFFD. SQLite keeps any byte, so callers do not look.
std::string storable_text(std::string_view text);

// The name of a prepared statement, made from its text: on one server connection the same name is always the same statement, also when a pooler
// lends the connection to several clients.
std::string statement_name(std::string_view text);

std::string quoted_identifier(std::string_view name);
std::string quoted_literal(std::string_view text);

}  // namespace darkroom::store
