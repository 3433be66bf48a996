// What the photos of an owner take, without adding them up.
#pragma once

#include "store/sql/connection.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace darkroom::store {

std::int64_t bytes_of_owner(Connection& connection, std::string_view owner);

std::vector<const char*> byte_statements();

}  // namespace darkroom::store
