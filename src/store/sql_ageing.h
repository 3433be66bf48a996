// Ageing: every 8th start of a lane goes to the priority level whose head has waited longest over the bound. The starts of a lane are counted while
// ageing is on; no waiting row is ever changed by it.
#pragma once

#include "store/sql/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

std::int64_t counted_starts(Connection& connection, const std::string& lane);
void count_starts(Transaction& transaction, const std::string& lane, const std::string& queue, std::int64_t count);
void forget_starts(Transaction& transaction, const std::string& queue);

// Of the heads of the lane's priority levels the one that is due since longest, if that is `since` or longer ago.
std::optional<std::int64_t> overdue_head(Connection& connection, const std::string& lane, Time since);

std::vector<const char*> hot_ageing_statements();

}  // namespace darkroom::store
