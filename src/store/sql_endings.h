// Ending a running job as a part of a transaction: for a worker's report, and for work that was taken away from its worker.
#pragma once

#include "domain/job_rules.h"
#include "store/records.h"
#include "store/sql/database.h"
#include "store/sql_lane_starts.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

#define DARKROOM_HELD_COLUMNS                                                                                                     \
  "job.id, job.claim_no, job.public_id, job.image_id, job.model, job.attempt, job.max_attempts, job.interruptions, job.batch_id, " \
  "image.sha256, COALESCE(content_crash.crashes, 0), queue.max_retries, queue.first_retry, job.worker, job.started_at, job.retry_of IS NULL FROM job "           \
  "LEFT JOIN image ON image.id = job.image_id LEFT JOIN content_crash ON content_crash.sha256 = image.sha256 "                      \
  "LEFT JOIN queue ON queue.name = job.queue "

namespace darkroom::store {

// The running job as its ending finds it.
struct HeldJob {
  domain::Fence fence;
  std::string public_id;
  ImageId image;  // value 0: of no image
  std::string model;
  std::optional<std::int64_t> batch;
  std::string sha256;
  domain::JobCounters counters;                        // max_attempts as the queue's own limit leaves it
  std::optional<std::chrono::seconds> first_retry;  // of the queue
  std::string worker;
  Time started_at{};
  bool is_first = false;  // of its image, which shows its result as soon as there is one
};

// Reads DARKROOM_HELD_COLUMNS.
HeldJob held_from(const Row& row);

// The worker is gone, not the photo's fault: the job goes back to its place in the line with the attempt refunded.
void interrupt(Transaction& transaction, const HeldJob& job, const std::string& reason, Time now);

// One caller of Store::finish_all() among those that call at the same moment.
struct Finisher {
  std::span<const Finish> finishes;
  const ClaimRequest& next;
  const domain::RetryPolicy& policy;
  Time now;
  std::vector<bool> applied = {};
  std::vector<domain::ClaimedJob> taken = {};
};

// Ends the jobs of all of them, then claims for all of them. The asks are of Finisher.
void finish_together(Transaction& transaction, std::span<void* const> asks, LaneStarts& starts);

std::vector<const char*> hot_ending_statements();
std::vector<RowSql> hot_ending_rows();

}  // namespace darkroom::store
