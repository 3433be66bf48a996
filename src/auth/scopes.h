// What a token may be used for. Its rights are those of its scopes that its account's role has, too.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace darkroom::auth {

namespace scope {
inline constexpr std::string_view all = "*";  // whatever the role may
inline constexpr std::string_view images_read = "images:read";
inline constexpr std::string_view images_write = "images:write";
inline constexpr std::string_view jobs_act = "jobs:act";
inline constexpr std::string_view queues_manage = "queues:manage";  // queues and schedules
inline constexpr std::string_view system_read = "system:read";      // status, workers, queues, schedules
inline constexpr std::string_view models_manage = "models:manage";
inline constexpr std::string_view users_manage = "users:manage";  // users, tokens, sessions, audit
inline constexpr std::string_view admin = "admin";                // everything else that only an admin may: endpoints, settings
inline constexpr std::string_view metrics_read = "metrics:read";
inline constexpr std::string_view site = "site";  // the routes that another site's old code calls
}  // namespace scope

// Whether a token with these scopes reaches what needs `wanted`; what needs none is reached by every token.
bool covers(const std::vector<std::string>& scopes, std::string_view wanted);

// Names with blanks between them, as they are stored.
std::vector<std::string> split_scopes(std::string_view text);
std::string join_scopes(const std::vector<std::string>& scopes);

// Error invalid_field, with the names that there are, for one that there is not, and for an empty list.
Result<void> check_scopes(const std::vector<std::string>& scopes);

}  // namespace darkroom::auth
