#include "auth/role.h"

namespace darkroom::auth {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::uploader: return "uploader";
    case Role::viewer: return "viewer";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
  }
  return "";
}

std::optional<Role> parse_role(std::string_view text) {
  for (Role role : {Role::uploader, Role::viewer, Role::operator_, Role::admin}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

}  // namespace darkroom::auth
