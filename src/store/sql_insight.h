// Looking into the line without walking it: statements that stop counting at 10,000 and look only at the front or the newest.
#pragma once

#include "store/queues.h"
#include "store/sql/connection.h"

#include <string>
#include <vector>

namespace darkroom::store {

// Lanes with queued jobs, by one probe each.
std::vector<std::string> queued_lanes(Connection& connection);

// Priorities that have something queued in the lane, highest first, by one probe each.
std::vector<std::int64_t> levels_of(Connection& connection, const std::string& lane);

// The statements of queues(), place_of(), count_jobs() and seen_events(), whose cost must not grow with the backlog or the history: tests pin their plans.
std::vector<const char*> queue_statements();
std::vector<const char*> place_statements();
std::vector<const char*> count_statements();
std::vector<const char*> event_statements();

}  // namespace darkroom::store
