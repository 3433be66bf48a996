// Which passwords people may choose: long enough, and not among those that are tried first.
#pragma once

#include "base/result.h"

#include <string_view>

namespace darkroom::auth {

// Error weak_password, saying why.
Result<void> check_password(std::string_view password, std::string_view account);

}  // namespace darkroom::auth
