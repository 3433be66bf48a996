// What the access files of the store share: accounts from rows, and events about an account.
#pragma once

#include "store/access.h"
#include "store/sql/database.h"

namespace darkroom::store {

#define DARKROOM_ACCOUNT_COLUMNS "account.name, account.role, account.password_hash, account.disabled_at, account.byte_quota, account.created_at"
inline constexpr std::size_t kAccountColumns = 6;

Account account_from(const Row& row, std::size_t first = 0);

// An event of an act on access; `data` names what it is about. Names are checked by api/ and hold nothing that JSON would escape.
void append_access_event(Transaction& transaction, std::string_view type, const std::string& data, const Actor& actor, Time now);
std::string about(std::string_view key, std::string_view name);

std::vector<const char*> access_statements();

}  // namespace darkroom::store
