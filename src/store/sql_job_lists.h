// The statements of the lists of jobs, for the tests of their plans; and what both lists share.
#pragma once

#include "store/job_lists.h"
#include "store/sql/connection.h"

#include <cstdint>
#include <map>
#include <vector>

namespace darkroom::store {

// By job, read at once; oldest first, at most the newest 50 of each.
std::map<std::int64_t, std::vector<AttemptRecord>> attempts_of_all(Connection& connection, const std::vector<std::int64_t>& jobs);
std::vector<FoundJob> with_attempts(Connection& connection, std::vector<JobRecord> jobs);

// Each reads a range of an index in the order of its answer.
std::vector<const char*> job_list_statements();
std::vector<const char*> line_statements();

}  // namespace darkroom::store
