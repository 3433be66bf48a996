// The completion of batches as a part of the transaction that ends a job.
#pragma once

#include "store/records.h"
#include "store/sql/database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace darkroom::store {

// Makes an unsealed batch of this public id, with its event. Returns its row id.
std::int64_t insert_batch(Transaction& transaction, const std::string& public_id, const NewBatch& batch, const Actor& actor, Time now);

// To be called when a job of this batch has become final (or is gone), after the statement that made it so. Completes the batch, with its one event,
// when it is sealed and no other job of it is open.
//
// Two last jobs that end at the same moment on two nodes may each see the other one open, and nobody waits for a batch that another has locked; then
// Store::complete_batches() does it.
void batch_job_ended(Transaction& transaction, std::int64_t batch_id, Time now);

// What is asked of a batch at each ending and each second: tests pin that it reads no other jobs.
std::vector<const char*> batch_statements();
std::vector<const char*> retention_statements();  // of batches

}  // namespace darkroom::store
