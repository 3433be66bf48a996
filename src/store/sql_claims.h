// The claim as a part of a transaction, so that finishing a job can take the next one in the same commit.
#pragma once

#include "store/records.h"
#include "store/sql/database.h"

#include <optional>
#include <span>
#include <string>

namespace darkroom::store {

// One caller of a claim that several make at the same moment.
struct Claimer {
  const ClaimRequest& request;
  Time now;
  std::vector<domain::ClaimedJob> taken = {};
};

// Claims for all of them. Those that ask for the same lanes take from them by one statement, in the order in which they stand here.
void claim_together(Transaction& transaction, std::vector<Claimer*> claimers);

// The asks are of Claimer.
void claim_asks(Transaction& transaction, std::span<void* const> asks);

// A scheduled or queued job whose expiry has come.
struct LateJob {
  std::int64_t id = 0;
  std::string public_id;
  std::optional<std::int64_t> image;
  Time expires_at{};
  std::optional<std::int64_t> batch;
};

// Ends it as failed, with its event.
void end_expired(Transaction& transaction, const LateJob& job, Time now);

// The statements whose cost must not grow with the backlog or the history: tests pin their plans.
std::vector<const char*> hot_statements();
// Those of them that run for many rows at once.
std::vector<RowSql> hot_row_statements();
std::vector<const char*> hot_claim_statements();
RowSql start_statement();

}  // namespace darkroom::store
