// The four roles. What each may do stands in api/rules.cpp.
#pragma once

#include <optional>
#include <string_view>

namespace darkroom::auth {

enum class Role {
  uploader,        // sends photos, and sees and changes its own only
  viewer,          // reads everything, changes nothing
  operator_,       // acts on all images, jobs, queues and schedules
  admin,           // also users, tokens, models, endpoints, settings
};

std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view text);

}  // namespace darkroom::auth
