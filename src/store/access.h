// Accounts, tokens and sessions. A part of store.h. Only hashes of secrets come here: argon2id of passwords, SHA-256 of tokens and of sessions' cookies.
// Every change writes its event with the actor and the account that it is about.
#pragma once

#include "base/result.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

// What changes; none: as it was. A new role, a new password and turning off end all sessions of the account; turned off, its tokens are of no use, either.
struct AccountChange {
  std::optional<std::string> role = {};
  std::optional<std::string> password_hash = {};
  std::optional<bool> disabled = {};
  std::optional<std::optional<std::int64_t>> byte_quota = {};
};

struct TokenRecord {
  std::string name;  // one in the installation
  std::string account;
  std::string last_four;
  std::string scopes = "*";  // with blanks between them
  Time created_at{};
  std::optional<Time> expires_at = {};
  std::optional<Time> used_at = {};  // within a minute
};

struct SessionRecord {
  std::string id;  // public, a UUID
  std::string account;
  std::string address;
  std::string agent;
  Time created_at{};
  Time seen_at{};  // within a minute
  Time expires_at{};
};

// `asked_at`: when that was, by the database's clock; none: it has none of its own, so the caller's counts.
struct TokenOwner {
  TokenRecord token;
  Account account;
  std::optional<Time> asked_at = {};
};
struct SessionOwner {
  SessionRecord session;
  Account account;
  std::optional<Time> asked_at = {};
};

// Which events are an audit: acts of people, tokens and the command line, newest first. A page may be short, even empty, before the log is at its end.
// Clocks of processes may differ, so events of one moment may stand a minute apart in the log; those beyond are not looked for.
struct AuditQuery {
  std::optional<std::int64_t> before = {};  // ids below
  std::optional<std::string> actor = {};
  std::optional<std::string> type = {};  // "token.created", or "token" for all of them
  std::optional<Time> since = {};        // inclusive
  std::optional<Time> until = {};        // exclusive
  int limit = 50;
};
struct AuditPage {
  std::vector<Event> events;
  std::optional<std::int64_t> next;  // give it as `before` to go on
};

// The error of a photo that has no room.
Error quota_exceeded(const std::string& owner, std::int64_t used, std::int64_t quota);

class Accounts {
 public:
  virtual ~Accounts() = default;

  // --- accounts ---
  virtual std::optional<Account> find_account(std::string_view name) = 0;
  virtual std::vector<Account> list_accounts() = 0;  // by name
  virtual void put_account(const Account& account, const Actor& actor, Time now) = 0;  // makes or replaces it
  // Error conflict when there is one of this name.
  virtual Result<Account> create_account(const Account& account, const Actor& actor, Time now) = 0;
  // Errors: not_found; conflict when no active admin would be left.
  virtual Result<Account> change_account(std::string_view name, const AccountChange& change, const Actor& actor, Time now) = 0;
  // With its tokens and sessions; its images stay. Errors as above.
  virtual Result<void> delete_account(std::string_view name, const Actor& actor, Time now) = 0;
  virtual std::int64_t bytes_of(std::string_view owner) = 0;  // of all its photos

  // --- tokens ---
  // One token a name; a second put replaces the first, with all scopes and no end. `sha256` is of the token, which is stored nowhere.
  virtual void put_token(std::string_view name, std::string_view account, std::string_view sha256, std::string_view last_four, Time now) = 0;
  // Errors: conflict for a name that is taken, not_found for the account.
  virtual Result<TokenRecord> create_token(const TokenRecord& token, std::string_view sha256, const Actor& actor, Time now) = 0;
  virtual std::optional<TokenOwner> find_token(std::string_view sha256) = 0;
  virtual std::vector<TokenRecord> list_tokens(const std::optional<std::string>& account) = 0;  // none: everybody's
  // Of this account, if one is given. Error not_found.
  virtual Result<void> delete_token(std::string_view name, const std::optional<std::string>& account, const Actor& actor, Time now) = 0;
  virtual void touch_token(std::string_view name, Time now) = 0;

  // --- sessions ---
  // As it stands: begun now, and as long as this one. Also forgets those that have ended.
  virtual SessionRecord create_session(const SessionRecord& session, std::string_view sha256, const Actor& actor) = 0;
  virtual std::optional<SessionOwner> find_session(std::string_view sha256) = 0;
  virtual std::vector<SessionRecord> list_sessions(const std::optional<std::string>& account, Time now) = 0;
  virtual void touch_session(std::string_view id, Time now) = 0;
  // Of this account, if one is given. Error not_found.
  virtual Result<void> end_session(std::string_view id, const std::optional<std::string>& account, const Actor& actor, Time now) = 0;

  virtual AuditPage audit(const AuditQuery& query) = 0;
};

}  // namespace darkroom::store
