// Endings: the fence is checked, the pure rule decides, and everything that an ending causes is written in one transaction.
#include "base/fail_point.h"
#include "base/random_share.h"
#include "store/sql_batches.h"
#include "store/sql_claims.h"
#include "store/sql_endings.h"
#include "store/sql_failures.h"
#include "store/sql_nodes.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <utility>

namespace darkroom::store {
namespace {

// Only a running job has a worker (a CHECK says so). By its state PostgreSQL would look for it in the small index of running jobs, and read all entries that
// are dead there: as many as jobs have run since the last vacuum.
constexpr RowSql kHold{
    "SELECT " DARKROOM_HELD_COLUMNS "/*, GIVEN*/ WHERE job.id = $1 AND job.claim_no = $2 AND job.worker IS NOT NULL /*FOR UPDATE OF JOB*/", "ii"};
// What a success needs of it: nothing can be decided but that it is completed.
constexpr RowSql kHoldSuccess{
    "SELECT job.id, job.claim_no, job.public_id, job.image_id, job.model, job.attempt, job.max_attempts, job.interruptions, job.batch_id, NULL, 0, NULL, NULL, "
    "job.worker, job.started_at, job.retry_of IS NULL FROM job /*, GIVEN*/ WHERE job.id = $1 AND job.claim_no = $2 AND job.worker IS NOT NULL /*FOR UPDATE OF JOB*/", "ii"};
constexpr const char* kOrphans = "SELECT " DARKROOM_HELD_COLUMNS "WHERE job.state = 'running' ORDER BY job.id";

#define DARKROOM_ENDED                                                                                                                        \
  "run_at = COALESCE($4, run_at), finished_at = $5, attempt = attempt - $6, crashes = crashes + $7, interruptions = interruptions + $8, "        \
  "error_code = $9, error_message = $10, node = NULL, worker = NULL, updated_at = $11 /*FROM GIVEN*/ WHERE id = $1 AND claim_no = $2 AND worker IS NOT NULL"
constexpr std::string_view kEndedTypes = "iitiiiiitti";
constexpr RowSql kEndJob{"UPDATE job SET state = $3, " DARKROOM_ENDED, kEndedTypes};
// A job that goes back was at the head and stays there: with its own rank, or with that of the head, where one that has gone back before stands there. A statement of its
// own, since PostgreSQL takes half as long again for it, also where nothing goes back.
constexpr RowSql kGoBack{
    "UPDATE job SET state = $3, rank = COALESCE((SELECT head.rank FROM job AS head WHERE head.state = 'queued' AND head.lane = job.lane "
    "AND head.priority = job.priority AND head.rank < job.rank ORDER BY head.rank, head.id LIMIT 1), job.rank), " DARKROOM_ENDED, kEndedTypes};
constexpr RowSql kInsertAttempt{
    "INSERT INTO attempt (job_id, claim_no, number, worker, started_at, finished_at, ending, error_code, error_message, model_version, timings) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", "iiitiittttt"};
constexpr RowSql kInsertResult{
    "INSERT INTO result (job_id, image_id, model, model_version, document, created_at) VALUES ($1, $2, $3, $4, $5, $6)", "iittti"};
constexpr RowSql kNewestResult{"UPDATE image SET result_job_id = $2, labels = $3 /*FROM GIVEN*/ WHERE id = $1 AND COALESCE(result_job_id, 0) <= $2", "iit"};
constexpr const char* kCountCrash =
    "INSERT INTO content_crash (sha256, crashes, last_at) VALUES ($1, 1, $2) "
    "ON CONFLICT (sha256) DO UPDATE SET crashes = content_crash.crashes + 1, last_at = excluded.last_at RETURNING crashes";

std::string stages_json(const domain::StageTimings& t) {
  return "{\"read\":" + std::to_string(t.read) + ",\"decode\":" + std::to_string(t.decode) + ",\"prepare\":" + std::to_string(t.prepare) +
         ",\"infer\":" + std::to_string(t.infer) + ",\"post\":" + std::to_string(t.post) + "}";
}

std::string labels_of(const domain::Findings& found) {
  std::set<std::string_view> labels;
  for (const auto& object : found.objects) labels.insert(object.label);
  for (const auto& each : found.classes) labels.insert(each.label);
  for (const auto& region : found.regions) labels.insert(region.label);
  return lines_of(labels);
}

// A held job whose end is decided.
struct Ended {
  HeldJob job;
  const domain::Ending& ending;
  std::string actor;
  std::string reason;  // empty: the error's
  std::string model_version;
  domain::Transition next;
  Time at{};
  std::optional<std::string> timings = {};

  const domain::Succeeded* success() const { return std::get_if<domain::Succeeded>(&ending); }
  std::optional<std::string_view> error_code() const { return next.error.code.empty() ? std::nullopt : std::optional<std::string_view>(next.error.code); }
  std::optional<std::string_view> error_message() const { return next.error.code.empty() ? std::nullopt : std::optional<std::string_view>(next.error.message); }

  std::int64_t event_id = 0;  // if it was given beforehand

  Event event() const {
    return {.id = event_id, .at = at, .type = std::string(next.event), .image = job.image.value ? std::optional(job.image) : std::nullopt, .job = job.public_id, .actor = actor,
            .reason = reason.empty() ? next.error.message : reason, .data = success() && !job.image.value ? success()->document : "{}"};
  }
};

// The rows of kNewestResult, by image.
RowParams sorted_rows(const RowParams& pointers) {
  std::multimap<std::int64_t, std::size_t> rows;  // where that of an image begins
  for (std::size_t at = 0; at < pointers.size(); at += kNewestResult.types.size()) rows.emplace(std::get<std::int64_t>(pointers[at].value()), at);
  RowParams sorted;
  for (auto [image, at] : rows) sorted.insert(sorted.end(), {pointers[at], pointers[at + 1], pointers[at + 2]});
  return sorted;
}

void store_results(Transaction& transaction, const std::vector<Ended>& endings) {
  RowParams results, pointers;
  std::list<std::string> labels;  // the parameters refer to them
  for (const Ended& ended : endings) {
    const auto* success = ended.success();
    if (!success || !ended.job.image.value) continue;
    std::int64_t id = ended.job.fence.job.value;
    results.insert(results.end(), {id, ended.job.image.value, ended.job.model, ended.model_version, success->document, ended.at});
    std::string found = labels_of(success->outcome.found);
    if (ended.job.is_first && found.empty()) continue;  // its image points to it from the start
    pointers.insert(pointers.end(), {ended.job.image.value, id, labels.emplace_back(std::move(found))});
  }
  transaction.post_rows(kInsertResult, results);
  transaction.post_rows(kNewestResult, sorted_rows(pointers));
}

void store_endings(Transaction& transaction, std::vector<Ended>& endings, const std::optional<Interest>& interest = std::nullopt) {
  RowParams jobs, back, attempts;
  std::vector<Event> events;
  std::set<std::int64_t> batches;
  for (Ended& ended : endings) {
    const auto& [job, next] = std::tie(ended.job, ended.next);
    std::int64_t id = job.fence.job.value;
    std::optional<Time> run_at = next.state == domain::JobState::scheduled ? std::optional(next.run_at) : std::nullopt;
    std::optional<Time> finished_at = domain::is_final(next.state) ? std::optional(ended.at) : std::nullopt;
    if (ended.success() && job.image.value) ended.timings = stages_json(ended.success()->outcome.timings);
    RowParams& rows = next.state == domain::JobState::queued ? back : jobs;
    rows.insert(rows.end(), {id, job.fence.claim_no, domain::to_string(next.state), run_at, finished_at, next.refund_attempt ? 1 : 0, next.crashed ? 1 : 0,
                             next.interrupted ? 1 : 0, ended.error_code(), ended.error_message(), ended.at});
    attempts.insert(attempts.end(), {id, job.fence.claim_no, job.counters.attempt, job.worker, job.started_at, ended.at, next.attempt_end, ended.error_code(),
                                     ended.error_message(), ended.model_version, ended.timings});
    events.push_back(ended.event());
    if (finished_at && job.batch) batches.insert(*job.batch);
  }
  transaction.post_rows(kEndJob, jobs);
  transaction.post_rows(kGoBack, back);
  transaction.post_rows(kInsertAttempt, attempts);
  for (const Ended& ended : endings) {
    if (ended.next.state == domain::JobState::failed) note_failure(transaction, ended.job.fence.job.value, ended.next.error, ended.at);
  }
  store_results(transaction, endings);
  post_events(transaction, std::move(events), interest);
  Time last = endings.empty() ? Time{} : endings.back().at;
  for (std::int64_t batch : batches) batch_job_ended(transaction, batch, last);
}

}  // namespace

HeldJob held_from(const Row& row) {
  HeldJob job;
  job.fence = {JobId{row.integer(0)}, row.integer(1)};
  job.public_id = row.text(2);
  job.image = ImageId{row.is_null(3) ? 0 : row.integer(3)};
  job.model = row.text(4);
  job.counters = {.attempt = row.small(5), .max_attempts = row.small(6), .interruptions = row.small(7), .content_crashes = row.small(10)};
  if (!row.is_null(8)) job.batch = row.integer(8);
  job.sha256 = row.optional_text(9).value_or("");
  if (!row.is_null(11)) job.counters.max_attempts = std::min(job.counters.max_attempts, row.small(11) + 1);
  job.worker = row.optional_text(13).value_or("");
  job.started_at = row.optional_time(14).value_or(Time{});
  job.is_first = row.integer(15) != 0;
  if (!row.is_null(12)) job.first_retry = std::chrono::floor<std::chrono::seconds>(Duration(row.integer(12)));
  return job;
}

void interrupt(Transaction& transaction, const HeldJob& job, const std::string& reason, Time now) {
  domain::Ending ending = domain::Interrupted{reason};
  std::vector<Ended> endings;
  endings.push_back({job, ending, "system", reason, "", domain::decide(ending, job.counters, {}, now, 0.0), now});
  store_endings(transaction, endings);
}

namespace {

using FenceKey = std::pair<std::int64_t, std::int64_t>;

// What the endings of these callers need to know.
struct Held {
  std::map<FenceKey, HeldJob> jobs;  // those of the fences that still hold, locked for us
  Interest interest;
  std::vector<std::int64_t> event_ids;  // as many as there are fences
  std::optional<Time> clock;            // the database's, where it has one
  std::optional<Rows> heads;            // of what is claimed behind them, if nothing can go back to its line before

  Time now_of(const Finisher& finisher) const { return clock.value_or(finisher.now); }
};

RowParams rows_of(const std::set<FenceKey>& fences) {
  RowParams values;
  for (const FenceKey& fence : fences) values.insert(values.end(), {fence.first, fence.second});
  return values;
}

std::optional<Ask> heads_behind(std::span<Finisher* const> finishers) {
  std::vector<const ClaimRequest*> requests;
  for (const Finisher* finisher : finishers) requests.push_back(&finisher->next);
  return ask_heads(requests);
}

Held hold_all(Transaction& transaction, std::span<Finisher* const> finishers) {
  std::set<FenceKey> successes, others;  // sorted, so that two that lock the same rows do not wait for each other in a circle: all in one list if need be
  for (const Finisher* finisher : finishers) {
    for (const Finish& finish : finisher->finishes) {
      (std::holds_alternative<domain::Succeeded>(finish.ending) ? successes : others).insert({finish.fence.job.value, finish.fence.claim_no});
    }
  }
  if (!others.empty()) others.merge(std::exchange(successes, {}));
  std::vector<Ask> asks = {{kHoldSuccess, rows_of(successes)}, {kHold, rows_of(others)}, ask_interest()};
  std::optional<Ask> heads = others.empty() ? heads_behind(finishers) : std::nullopt;
  if (heads) asks.push_back(std::move(*heads));
  Answers found = transaction.connection.execute_together(asks, {{"event", successes.size() + others.size()}});
  Held held{.jobs = {}, .interest = interest_from(found.rows[2]), .event_ids = std::move(found.ids), .clock = found.clock, .heads = {}};
  if (heads) held.heads = std::move(found.rows[3]);
  for (const Rows* rows : {&found.rows[0], &found.rows[1]}) {
    for (const Row& row : *rows) {
      HeldJob job = held_from(row);
      held.jobs.insert_or_assign(FenceKey(job.fence.job.value, job.fence.claim_no), std::move(job));
    }
  }
  return held;
}

// Two crashes of one content may be told at the same moment from two nodes: the row of the content decides which of them is the second.
void count_crashes(Transaction& transaction, Held& held, std::span<Finisher* const> finishers) {
  std::set<FenceKey> met;
  std::vector<std::pair<HeldJob*, Time>> crashed;
  for (const Finisher* finisher : finishers) {
    for (const Finish& finish : finisher->finishes) {
      FenceKey key{finish.fence.job.value, finish.fence.claim_no};
      auto found = held.jobs.find(key);
      if (found == held.jobs.end() || !met.insert(key).second || !std::holds_alternative<domain::Crashed>(finish.ending) || found->second.sha256.empty()) continue;
      crashed.emplace_back(&found->second, held.now_of(*finisher));
    }
  }
  std::ranges::stable_sort(crashed, {}, [](const auto& each) -> const std::string& { return each.first->sha256; });
  for (auto [job, at] : crashed) job->counters.content_crashes = transaction.execute(kCountCrash, {job->sha256, at}).front().small(0) - 1;
}

// A retry waits by the clock that promotes it, whatever its worker's says.
Ended decide(HeldJob job, const Finish& finish, const Finisher& finisher, Time at) {
  domain::RetryPolicy of_queue = finisher.policy;
  of_queue.first_delay = job.first_retry.value_or(of_queue.first_delay);
  domain::Transition next = domain::decide(finish.ending, job.counters, of_queue, at, random_share());
  return {std::move(job), finish.ending, finish.worker, "", finish.model_version, std::move(next), at};
}

// The contents that these crashes have quarantined, with their crashes.
std::map<std::string, std::int64_t> quarantined_by(const std::vector<Ended>& endings) {
  std::map<std::string, std::int64_t> contents;
  for (const Ended& ended : endings) {
    int crashes = ended.job.counters.content_crashes + 1;
    if (ended.next.crashed && !ended.job.sha256.empty() && crashes >= domain::kCrashesUntilQuarantine) contents[ended.job.sha256] = crashes;
  }
  return contents;
}

}  // namespace

void finish_together(Transaction& transaction, std::span<void* const> asks, LaneStarts& starts) {
  std::vector<Finisher*> finishers;
  for (void* ask : asks) finishers.push_back(static_cast<Finisher*>(ask));
  Held held = hold_all(transaction, finishers);
  count_crashes(transaction, held, finishers);
  std::vector<Ended> endings;
  for (Finisher* finisher : finishers) {
    finisher->applied.clear();
    finisher->taken.clear();
    for (const Finish& finish : finisher->finishes) {
      auto found = held.jobs.extract({finish.fence.job.value, finish.fence.claim_no});  // one that is named twice ends once
      finisher->applied.push_back(!found.empty());
      if (found.empty()) continue;
      std::int64_t event = held.event_ids.at(endings.size());
      endings.push_back(decide(std::move(found.mapped()), finish, *finisher, held.now_of(*finisher)));
      endings.back().event_id = event;
      if (endings.back().job.image.value) starts.note_end(domain::lane_of(domain::kProcessQueue, endings.back().job.model), finisher->now);
    }
  }
  store_endings(transaction, endings, held.interest);
  for (const auto& [content, crashes] : quarantined_by(endings)) end_quarantined(transaction, content, crashes, endings.back().at);
  for (std::size_t i = 0; i < endings.size(); ++i) fail_point<StoreUnavailable>("K12");
  std::vector<Claimer> claimers;
  for (const Finisher* finisher : finishers) claimers.push_back({finisher->next, finisher->now});
  std::vector<Claimer*> pointers;
  for (Claimer& claimer : claimers) pointers.push_back(&claimer);
  claim_together(transaction, pointers, starts, held.heads ? &*held.heads : nullptr);
  for (std::size_t i = 0; i < claimers.size(); ++i) finishers[i]->taken = std::move(claimers[i].taken);
}

AllFinished SqlStore::finish_all(std::span<const Finish> finishes, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) {
  Finisher finisher{finishes, next, policy, now};
  std::shared_future<void> stored = database_->write_together_early(finishing_, &finisher, finishes.size() + 1);
  return {std::move(finisher.applied), std::move(finisher.taken), std::move(stored)};
}

Finished SqlStore::finish(const Finish& finish, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) {
  AllFinished all = finish_all({&finish, 1}, next, policy, now);
  return {all.applied.front(), std::move(all.next), std::move(all.stored)};
}

constexpr const char* kStopNodes = "UPDATE node SET state = 'stopped', lease_until = $1 WHERE state <> 'stopped'";

int SqlStore::requeue_orphans(std::string_view reason, const domain::RetryPolicy&, Time now) {
  return database_->write([&](Transaction& transaction) {
    Rows orphans = transaction.execute(kOrphans);
    for (const Row& row : orphans) interrupt(transaction, held_from(row), std::string(reason), now);
    transaction.execute(kStopNodes, {now});
    forget_nodes(transaction, now);
    return static_cast<int>(orphans.size());
  });
}

std::vector<const char*> hot_ending_statements() { return {kCountCrash}; }
std::vector<RowSql> hot_ending_rows() { return {kHold, kHoldSuccess, kEndJob, kGoBack, kInsertAttempt, kInsertResult, kNewestResult}; }

}  // namespace darkroom::store
