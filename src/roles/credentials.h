// The administrator's log-in: made at the first start, told once, and kept as hashes. The token also lies in a 0600 file for the command line.
#pragma once

#include "base/clock.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace darkroom::roles {

inline constexpr const char* kAdminName = "admin";
inline constexpr const char* kBootstrapToken = "bootstrap";

std::string token_file(const std::string& data_dir);  // <data_dir>/admin.token

struct LogIn {
  std::optional<std::string> new_password;  // made just now: the only time that it can be told
};

// Sees to the admin account and its token. `wished_token` (from the configuration) replaces the token at every start; empty keeps the one in
// the file, or makes one. `token_name` tells the tokens of several data folders over one database apart.
LogIn ensure_admin(store::Store& store, const std::string& data_dir, const std::string& wished_token, const std::string& token_name, Time now);

// Gives the account a new password and returns it. Error not_found for an account that does not exist.
Result<std::string> reset_password(store::Store& store, const std::string& name, Time now);

// Writes a file that only its owner can read, whole or not at all. Throws std::runtime_error.
void write_private_file(const std::string& path, const std::string& text);

// Shows a secret to the person at the terminal; without one it goes to a 0600 file, and its path is printed instead.
void tell_secret(const std::string& text, const std::string& file);

}  // namespace darkroom::roles
