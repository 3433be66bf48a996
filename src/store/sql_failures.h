// The table of failures, kept by whatever makes a job fail and by whatever puts a new job in its place.
#pragma once

#include "store/acting.h"
#include "store/sql/database.h"

#include <set>
#include <vector>

namespace darkroom::store {

// The job's row says already that it failed.
void note_failure(Transaction& transaction, std::int64_t job, const Error& error, Time at);
// A newer job has taken its place.
void forget_failure(Transaction& transaction, std::int64_t job);

// Jobs whose failure meets the filter's cause, kind and failed_from.
std::set<std::int64_t> failed_of(Connection& connection, const JobFilter& filter);

// For the tests of plans.
std::vector<const char*> failure_statements();

}  // namespace darkroom::store
