// The claim as a part of a transaction, so that finishing a job can take the next one in the same commit.
#pragma once

#include "store/records.h"
#include "store/sql/database.h"
#include "store/sql_lane_starts.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace darkroom::store {

// One caller of a claim that several make at the same moment.
struct Claimer {
  const ClaimRequest& request;
  Time now;
  std::vector<domain::ClaimedJob> taken = {};
};

// Claims for all of them. Those that ask for the same lanes take from them by one statement, in the order in which they stand here. `heads` are what
// ask_heads() of all of them was answered in this transaction, if it was asked.
void claim_together(Transaction& transaction, std::vector<Claimer*> claimers, LaneStarts& starts, const Rows* heads = nullptr);

// A look at the heads of the lanes from which these will claim, which may travel with what is asked before: one round trip less. None where it is not worth it.
std::optional<Ask> ask_heads(std::span<const ClaimRequest* const> requests);

// The asks are of Claimer.
void claim_asks(Transaction& transaction, std::span<void* const> asks, LaneStarts& starts);

// A scheduled or queued job that shall not start any more.
struct WaitingJob {
  std::int64_t id = 0;
  std::string public_id;
  std::optional<ImageId> image;
  std::optional<std::int64_t> batch;
  Error error;
};

Error expired_at(Time when);

// Ends them as failed, with their events. Their rows are locked.
void end_waiting(Transaction& transaction, const std::vector<WaitingJob>& jobs, Time now);

// Ends at most 500 jobs that wait with this content, which has just been quarantined. Those beyond end when they are claimed.
void end_quarantined(Transaction& transaction, const std::string& sha256, std::int64_t crashes, Time now);

// The statements whose cost must not grow with the backlog or the history: tests pin their plans.
std::vector<const char*> hot_statements();
// Those of them that run for many rows at once.
std::vector<RowSql> hot_row_statements();
std::vector<const char*> hot_claim_statements();
std::vector<RowSql> hot_claim_rows();

}  // namespace darkroom::store
