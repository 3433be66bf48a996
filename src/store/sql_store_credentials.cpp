// Tokens and sessions: what proves who asks. Only their SHA-256 is stored, and looked up by.
#include "domain/error_codes.h"
#include "store/sql_access.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

namespace code = domain::code;

#define DARKROOM_TOKEN_COLUMNS "token.name, token.account, token.last_four, token.scopes, token.created_at, token.expires_at, token.used_at"
#define DARKROOM_SESSION_COLUMNS "session.id, session.account, session.address, session.agent, session.created_at, session.seen_at, session.expires_at"
constexpr std::size_t kColumns = 7;  // of either
// The account of a token or session, and after it the database's clock, where it has one.
#define DARKROOM_OWNER_COLUMNS DARKROOM_ACCOUNT_COLUMNS ", COALESCE(/*CLOCK,*/ NULL, NULL)"
constexpr std::size_t kClock = kColumns + kAccountColumns;

constexpr const char* kDropToken = "DELETE FROM token WHERE name = $1 OR sha256 = $2";
constexpr const char* kPutToken = "INSERT INTO token (name, account, sha256, last_four, created_at) VALUES ($1, $2, $3, $4, $5)";
constexpr const char* kHasAccount = "SELECT name FROM account WHERE name = $1";
constexpr const char* kCreateToken =
    "INSERT INTO token (name, account, sha256, last_four, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING RETURNING name";
constexpr const char* kFindToken =
    "SELECT " DARKROOM_TOKEN_COLUMNS ", " DARKROOM_OWNER_COLUMNS " FROM token JOIN account ON account.name = token.account WHERE token.sha256 = $1";
constexpr const char* kAllTokens = "SELECT " DARKROOM_TOKEN_COLUMNS " FROM token ORDER BY account, name";
constexpr const char* kTokensOf = "SELECT " DARKROOM_TOKEN_COLUMNS " FROM token WHERE account = $1 ORDER BY account, name";
constexpr const char* kDeleteToken = "DELETE FROM token WHERE name = $1 AND (CAST($2 AS TEXT) IS NULL OR account = CAST($2 AS TEXT)) RETURNING account";
constexpr const char* kTouchToken = "UPDATE token SET used_at = $2 WHERE name = $1";
constexpr const char* kCreateSession =
    "INSERT INTO session (id, account, sha256, address, agent, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)";
constexpr const char* kForgetSessions = "DELETE FROM session WHERE expires_at <= $1";
constexpr const char* kFindSession =
    "SELECT " DARKROOM_SESSION_COLUMNS ", " DARKROOM_OWNER_COLUMNS " FROM session JOIN account ON account.name = session.account WHERE session.sha256 = $1";
constexpr const char* kAllSessions = "SELECT " DARKROOM_SESSION_COLUMNS " FROM session WHERE expires_at > $1 ORDER BY account, id";
constexpr const char* kSessionsOf = "SELECT " DARKROOM_SESSION_COLUMNS " FROM session WHERE account = $2 AND expires_at > $1 ORDER BY account, id";
constexpr const char* kTouchSession = "UPDATE session SET seen_at = $2 WHERE id = $1";
constexpr const char* kEndSession = "DELETE FROM session WHERE id = $1 AND (CAST($2 AS TEXT) IS NULL OR account = CAST($2 AS TEXT)) RETURNING account";

TokenRecord token_from(const Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.time(4), row.optional_time(5), row.optional_time(6)};
}

SessionRecord session_from(const Row& row) { return {row.text(0), row.text(1), row.text(2), row.text(3), row.time(4), row.time(5), row.time(6)}; }

std::string about_credential(std::string_view kind, std::string_view name, std::string_view account) {
  return "{\"" + std::string(kind) + "\":\"" + std::string(name) + "\",\"account\":\"" + std::string(account) + "\"}";
}

}  // namespace

std::vector<const char*> access_statements() { return {kFindToken, kFindSession, kTouchToken, kTouchSession}; }

void SqlStore::put_token(std::string_view name, std::string_view account, std::string_view sha256, std::string_view last_four, Time now) {
  database_->write([&](Transaction& transaction) {
    transaction.execute(kDropToken, {name, sha256});
    return transaction.execute(kPutToken, {name, account, sha256, last_four, now});
  });
}

Result<TokenRecord> SqlStore::create_token(const TokenRecord& token, std::string_view sha256, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<TokenRecord> {
    if (transaction.execute(kHasAccount, {token.account}).empty()) return Error{std::string(code::not_found), "There is no user '" + token.account + "'."};
    Time at = transaction.clock(now);
    Rows made = transaction.execute(kCreateToken, {token.name, token.account, sha256, token.last_four, token.scopes, at, token.expires_at});
    if (made.empty()) return Error{std::string(code::conflict), "There is a token '" + token.name + "' already. Choose another name, or revoke that one first."};
    append_access_event(transaction, "token.created",
                        "{\"token\":\"" + token.name + "\",\"account\":\"" + token.account + "\",\"scopes\":\"" + token.scopes + "\"}", actor, at);
    TokenRecord record = token;
    record.created_at = at;
    return record;
  });
}

std::optional<TokenOwner> SqlStore::find_token(std::string_view sha256) {
  Rows rows = database_->look_up(kFindToken, {sha256}, Database::Found::is_kept);
  return rows.empty() ? std::nullopt : std::optional(TokenOwner{token_from(rows.front()), account_from(rows.front(), kColumns), rows.front().optional_time(kClock)});
}

std::vector<TokenRecord> SqlStore::list_tokens(const std::optional<std::string>& account) {
  return database_->read([&](Connection& connection) {
    std::vector<TokenRecord> tokens;
    for (const Row& row : account ? connection.execute(kTokensOf, {*account}) : connection.execute(kAllTokens)) tokens.push_back(token_from(row));
    return tokens;
  });
}

Result<void> SqlStore::delete_token(std::string_view name, const std::optional<std::string>& account, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<void> {
    Rows gone = transaction.execute(kDeleteToken, {name, account});
    if (gone.empty()) return Error{std::string(code::not_found), "There is no token '" + std::string(name) + "'."};
    append_access_event(transaction, "token.revoked", about_credential("token", name, gone.front().text(0)), actor, now);
    return {};
  });
}

void SqlStore::touch_token(std::string_view name, Time now) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kTouchToken, {name, now}).size(); });
}

SessionRecord SqlStore::create_session(const SessionRecord& wanted, std::string_view sha256, const Actor& actor) {
  return database_->write([&](Transaction& transaction) {
    SessionRecord session = wanted;
    session.created_at = session.seen_at = transaction.clock(wanted.created_at);
    session.expires_at = session.created_at + (wanted.expires_at - wanted.created_at);
    transaction.execute(kForgetSessions, {session.created_at});
    transaction.execute(kCreateSession, {session.id, session.account, sha256, session.address, session.agent, session.created_at, session.expires_at});
    append_access_event(transaction, "session.started", about_credential("session", session.id, session.account), actor, session.created_at);
    return session;
  });
}

std::optional<SessionOwner> SqlStore::find_session(std::string_view sha256) {
  Rows rows = database_->look_up(kFindSession, {sha256}, Database::Found::is_kept);
  return rows.empty() ? std::nullopt : std::optional(SessionOwner{session_from(rows.front()), account_from(rows.front(), kColumns), rows.front().optional_time(kClock)});
}

std::vector<SessionRecord> SqlStore::list_sessions(const std::optional<std::string>& account, Time now) {
  return database_->read([&](Connection& connection) {
    std::vector<SessionRecord> sessions;
    Time at = connection.clock(now);
    for (const Row& row : account ? connection.execute(kSessionsOf, {at, *account}) : connection.execute(kAllSessions, {at})) sessions.push_back(session_from(row));
    return sessions;
  });
}

void SqlStore::touch_session(std::string_view id, Time now) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kTouchSession, {id, now}).size(); });
}

Result<void> SqlStore::end_session(std::string_view id, const std::optional<std::string>& account, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<void> {
    Rows gone = transaction.execute(kEndSession, {id, account});
    if (gone.empty()) return Error{std::string(code::not_found), "There is no session '" + std::string(id) + "'. It may have ended."};
    append_access_event(transaction, "session.ended", about_credential("session", id, gone.front().text(0)), actor, now);
    return {};
  });
}

}  // namespace darkroom::store
