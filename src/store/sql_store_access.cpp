// Accounts: made, changed, turned off, removed. There is always an admin who can log in.
#include "store/sql_access.h"

#include "domain/error_codes.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

namespace code = domain::code;

constexpr const char* kFindAccount = "SELECT " DARKROOM_ACCOUNT_COLUMNS " FROM account WHERE name = $1";
constexpr const char* kLockAccount = "SELECT " DARKROOM_ACCOUNT_COLUMNS " FROM account WHERE name = $1 /*FOR UPDATE*/";
constexpr const char* kListAccounts = "SELECT " DARKROOM_ACCOUNT_COLUMNS " FROM account ORDER BY name";
constexpr const char* kPutAccount =
    "INSERT INTO account (name, role, password_hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $4) "
    "ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash, updated_at = excluded.updated_at";
constexpr const char* kCreateAccount =
    "INSERT INTO account (name, role, password_hash, byte_quota, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (name) DO NOTHING RETURNING name";
constexpr const char* kChangeAccount = "UPDATE account SET role = $2, password_hash = $3, disabled_at = $4, byte_quota = $5, updated_at = $6 WHERE name = $1";
constexpr const char* kDeleteAccount = "DELETE FROM account WHERE name = $1";
// Locks all of them, so that two admins cannot take each other's role away at the same moment.
constexpr const char* kActiveAdmins = "SELECT name FROM account WHERE role = 'admin' AND disabled_at IS NULL ORDER BY name /*FOR UPDATE*/";
constexpr const char* kEndSessions = "DELETE FROM session WHERE account = $1";

Error no_such_account(std::string_view name) { return {std::string(code::not_found), "There is no user '" + std::string(name) + "'."}; }

bool is_active_admin(const Account& account) { return account.role == "admin" && !account.disabled_at; }

// Whether others than this account could still administrate.
bool others_administrate(Transaction& transaction, std::string_view name) {
  for (const Row& row : transaction.execute(kActiveAdmins, {})) {
    if (row.text(0) != name) return true;
  }
  return false;
}

Error last_admin() { return {std::string(code::conflict), "This is the last administrator. Make another user an admin first."}; }

Account changed(Account account, const AccountChange& change, Time now) {
  if (change.role) account.role = *change.role;
  if (change.password_hash) account.password_hash = *change.password_hash;
  if (change.disabled) account.disabled_at = *change.disabled ? std::optional(account.disabled_at.value_or(now)) : std::nullopt;
  if (change.byte_quota) account.byte_quota = *change.byte_quota;
  return account;
}

std::string what_changed(const Account& before, const Account& after) {
  std::string data = "{\"account\":\"" + after.name + "\"";
  if (before.role != after.role) data += ",\"role_before\":\"" + before.role + "\",\"role\":\"" + after.role + "\"";
  if (before.disabled_at.has_value() != after.disabled_at.has_value()) data += std::string(",\"disabled\":") + (after.disabled_at ? "true" : "false");
  if (before.password_hash != after.password_hash) data += ",\"password\":\"changed\"";
  if (before.byte_quota != after.byte_quota) data += ",\"byte_quota\":" + (after.byte_quota ? std::to_string(*after.byte_quota) : "null");
  return data + "}";
}

bool ends_sessions(const Account& before, const Account& after) {
  return before.role != after.role || before.password_hash != after.password_hash || (after.disabled_at && !before.disabled_at);
}

}  // namespace

Account account_from(const Row& row, std::size_t first) {
  Account account{row.text(first), row.text(first + 1), row.text(first + 2)};
  account.disabled_at = row.optional_time(first + 3);
  if (!row.is_null(first + 4)) account.byte_quota = row.integer(first + 4);
  account.created_at = row.time(first + 5);
  return account;
}

std::string about(std::string_view key, std::string_view name) { return "{\"" + std::string(key) + "\":\"" + std::string(name) + "\"}"; }

void append_access_event(Transaction& transaction, std::string_view type, const std::string& data, const Actor& actor, Time now) {
  append_event(transaction, {.at = now, .type = std::string(type), .image = std::nullopt, .job = std::nullopt, .actor = actor.name, .reason = actor.reason, .data = data});
}

std::optional<Account> SqlStore::find_account(std::string_view name) {
  Rows rows = database_->look_up(kFindAccount, {name}, Database::Found::is_told);
  return rows.empty() ? std::nullopt : std::optional(account_from(rows.front()));
}

std::vector<Account> SqlStore::list_accounts() {
  return database_->read([](Connection& connection) {
    std::vector<Account> accounts;
    for (const Row& row : connection.execute(kListAccounts)) accounts.push_back(account_from(row));
    return accounts;
  });
}

void SqlStore::put_account(const Account& account, const Actor& actor, Time now) {
  database_->write([&](Transaction& transaction) {
    transaction.execute(kPutAccount, {account.name, account.role, account.password_hash, now});
    transaction.execute(kEndSessions, {account.name});
    append_access_event(transaction, "account.saved", about("account", account.name), actor, now);
    return true;
  });
}

Result<Account> SqlStore::create_account(const Account& account, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<Account> {
    if (transaction.execute(kCreateAccount, {account.name, account.role, account.password_hash, account.byte_quota, now}).empty()) {
      return Error{std::string(code::conflict), "There is a user '" + account.name + "' already."};
    }
    append_access_event(transaction, "account.created", "{\"account\":\"" + account.name + "\",\"role\":\"" + account.role + "\"}", actor, now);
    Account made = account;
    made.created_at = now;
    return made;
  });
}

Result<Account> SqlStore::change_account(std::string_view name, const AccountChange& change, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<Account> {
    bool others = others_administrate(transaction, name);
    Rows rows = transaction.execute(kLockAccount, {name});
    if (rows.empty()) return no_such_account(name);
    Account before = account_from(rows.front()), after = changed(before, change, now);
    if (is_active_admin(before) && !is_active_admin(after) && !others) return last_admin();
    transaction.execute(kChangeAccount, {name, after.role, after.password_hash, after.disabled_at, after.byte_quota, now});
    if (ends_sessions(before, after)) transaction.execute(kEndSessions, {name});
    append_access_event(transaction, "account.changed", what_changed(before, after), actor, now);
    return after;
  });
}

Result<void> SqlStore::delete_account(std::string_view name, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<void> {
    bool others = others_administrate(transaction, name);
    Rows rows = transaction.execute(kLockAccount, {name});
    if (rows.empty()) return no_such_account(name);
    if (is_active_admin(account_from(rows.front())) && !others) return last_admin();
    transaction.execute(kDeleteAccount, {name});
    append_access_event(transaction, "account.deleted", about("account", name), actor, now);
    return {};
  });
}

}  // namespace darkroom::store
