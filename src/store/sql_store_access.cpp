// Accounts and tokens. Only hashes are stored: argon2id of passwords (made in auth/), SHA-256 of tokens.
#include "store/sql_rows.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

constexpr const char* kFindAccount = "SELECT name, role, password_hash FROM account WHERE name = $1";
constexpr const char* kPutAccount =
    "INSERT INTO account (name, role, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
    "ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash, updated_at = excluded.updated_at";
constexpr const char* kDropToken = "DELETE FROM token WHERE name = $1 OR sha256 = $2";
constexpr const char* kPutToken = "INSERT INTO token (name, account, sha256, last_four, created_at) VALUES ($1, $2, $3, $4, $5)";
constexpr const char* kAccountOfToken =
    "SELECT account.name, account.role, account.password_hash FROM token JOIN account ON account.name = token.account WHERE token.sha256 = $1";

std::optional<Account> account_from(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return Account{rows.front().text(0), rows.front().text(1), rows.front().text(2)};
}

}  // namespace

std::optional<Account> SqlStore::find_account(std::string_view name) {
  return database_->read([&](Connection& connection) { return account_from(connection.execute(kFindAccount, {name})); });
}

void SqlStore::put_account(const Account& account, const Actor& actor, Time now) {
  database_->write([&](Transaction& transaction) {
    transaction.execute(kPutAccount, {account.name, account.role, account.password_hash, now});
    append_event(transaction, {.at = now, .type = "account.saved", .image = std::nullopt, .job = std::nullopt, .actor = actor.name, .reason = actor.reason});
    return true;
  });
}

void SqlStore::put_token(std::string_view name, std::string_view account, std::string_view sha256, std::string_view last_four, Time now) {
  database_->write([&](Transaction& transaction) {
    transaction.execute(kDropToken, {name, sha256});
    return transaction.execute(kPutToken, {name, account, sha256, last_four, now});
  });
}

std::optional<Account> SqlStore::account_of_token(std::string_view sha256) {
  return database_->read([&](Connection& connection) { return account_from(connection.execute(kAccountOfToken, {sha256})); });
}

}  // namespace darkroom::store
