// Limits of queues, counted for the whole cluster inside the transaction that claims.
//
// Who wants to start a job of a queue with a limit first locks the queue's row, then looks at the clock and counts: starts within the window in
// queue_start, running jobs in job. As the lock is kept until the commit, the next one counts what this one started. The starts of queues without
// limits are noted nowhere but in the log.
//
// Claims of one queue share a lock that whoever changes the queue holds alone: so a new limit counts all that was started before it, and a claim that
// has read the old settings is over before there are new ones.
#pragma once

#include "store/queues.h"
#include "store/sql/database.h"

#include <optional>
#include <set>
#include <string>

#define DARKROOM_QUEUE_COLUMNS                                                                                                          \
  "queue.name, queue.paused, queue.paused_by, queue.pause_reason, queue.rate_count, queue.rate_window, queue.concurrency, " \
  "queue.ageing_bound, queue.max_retries, queue.first_retry"

namespace darkroom::store {

inline constexpr std::size_t kQueueColumns = 10;

// Reads DARKROOM_QUEUE_COLUMNS from column `first` on.
QueueSettings queue_settings_from(const Row& row, std::size_t first = 0);

// What the settings and the count of a queue allow at this moment.
struct Allowance {
  std::int64_t starts = 0;  // that many more; the largest number: unlimited
  Time at{};                // this moment, by the database's clock if there is a rate or ageing to go by it
  std::optional<Duration> window;  // of the rate: starts are noted
  std::optional<Duration> ageing;
};

// Nobody changes these queues until the end of the transaction. To be called once in a transaction, before it reads what they are set to.
void share_queues(Transaction& transaction, const std::set<std::string>& queues);

// Locks the queue until the end of the transaction, and counts.
Allowance allow_starts(Transaction& transaction, const std::string& queue, Time now);
// To be called with what was started of it. Does nothing unless the rate is limited.
void note_starts(Transaction& transaction, const std::string& queue, const Allowance& allowance, std::int64_t count);

// When the newest starts of the queue were, newest first: those that count for this limit, at most rate.starts.
std::vector<Time> noted_starts(Connection& connection, const std::string& queue, const RateLimit& rate, Time now);

std::vector<const char*> hot_limit_statements();

}  // namespace darkroom::store
