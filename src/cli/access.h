// The commands of users, tokens and the audit.
#pragma once

#include "cli/commands.h"

#include <map>
#include <string>

namespace darkroom::cli {

int show_users(const Session& session);
int add_user(const Session& session, const boost::json::object& user);
int change_user(const Session& session, const std::string& name, const boost::json::object& change);
int remove_user(const Session& session, const std::string& name);
int show_tokens(const Session& session, const std::string& user);  // *: everybody's
int create_token(const Session& session, const boost::json::object& token);
int revoke_token(const Session& session, const std::string& name);
int show_audit(const Session& session, const std::map<std::string, std::string>& conditions);

}  // namespace darkroom::cli
