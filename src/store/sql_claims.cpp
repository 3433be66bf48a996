// Claiming. The head of each lane is probed in the claim's index without a lock; the lane with the most urgent head is taken from, and of it as many
// jobs at once as go before the head of any other lane. So a claim of n jobs takes what n claims of one would take, in the same order.
//
// Rows that another claimer has locked are passed over. When a lane gives nothing at the level that its head promised, its head counts as one level
// lower, and the choice between the lanes is made anew.
//
// Of heads of one priority that which came first is taken, unless a lane has waited too long for a start: then that which waits longest, and for a stretch
// whatever else its lane has.
#include "store/sql_claims.h"

#include "base/fail_point.h"
#include "domain/job_rules.h"
#include "store/sql_ageing.h"
#include "store/sql_limits.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/store.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <tuple>

namespace darkroom::store {
namespace {

// What the settings of a head's queue mean for a claim.
enum class Gate { open = 0, paused = 1, ruled = 2 };  // ruled: there are limits to count or starts to number, under a lock

constexpr RowSql kLaneHeads{
    "SELECT job.id, job.priority, CASE WHEN queue.paused = 1 THEN 1 WHEN COALESCE(queue.rate_count, queue.concurrency, queue.ageing_bound) IS NOT NULL "
    "THEN 2 ELSE 0 END, job.run_at, job.lane, COALESCE(/*CLOCK,*/ NULL, NULL) FROM job LEFT JOIN queue ON queue.name = job.queue /*, GIVEN*/ WHERE job.id = (SELECT head.id FROM job AS head "
    "WHERE head.state = 'queued' AND head.lane = $1 ORDER BY head.priority DESC, head.rank, head.id LIMIT 1)", "t"};

struct Head {
  int priority = 0;
  std::int64_t id = 0;
  Gate gate = Gate::open;
  Time arrived{};  // by the clock of the claimer, as the starts of its lanes
};

std::string queue_of(const std::string& lane) { return lane.substr(0, lane.find('/')); }

struct Lane {
  const std::string& name;
  std::optional<Time> last_start;
  bool has_stretch = false;
  bool earns_stretch = false;  // with its next start
  std::optional<Head> head = {};

  std::string queue() const { return queue_of(name); }
  Time waits_since() const { return std::max(head->arrived, last_start.value_or(head->arrived)); }
  bool has_waited(Time now) const { return now - waits_since() > kLaneWaits; }
  bool goes_before(const Lane& other, Time now) const { return place(now) < other.place(now); }

 private:
  std::tuple<int, int, Time, std::int64_t> place(Time now) const { return {-head->priority, has_stretch ? 0 : 1, has_waited(now) ? waits_since() : Time::max(), head->id}; }
};

// How far the database's clock is ahead of the claimer's is looked at once.
void note_heads(const Rows& found, std::span<Lane> lanes, std::optional<Duration>& ahead, Time now) {
  if (!ahead && !found.empty()) ahead = found.front().optional_time(5).value_or(now) - now;
  for (Lane& lane : lanes) {
    lane.head.reset();
    auto row = std::ranges::find(found, lane.name, [](const Row& each) { return each.text(4); });
    if (row != found.end()) lane.head = Head{row->small(1), row->integer(0), static_cast<Gate>(row->small(2)), row->time(3) - *ahead};
  }
}

// Of all these lanes, in one round trip.
void read_heads(Connection& connection, std::span<Lane> lanes, std::optional<Duration>& ahead, Time now) {
  RowParams names;
  for (const Lane& lane : lanes) names.emplace_back(lane.name);
  note_heads(connection.execute_rows(kLaneHeads, names), lanes, ahead, now);
}

#define DARKROOM_CANDIDATE_COLUMNS                                                                                                           \
  "SELECT job.id, job.claim_no, job.public_id, job.kind, job.args, job.image_id, job.model, job.priority, job.rank, job.attempt, " \
  "CASE WHEN job.started_at IS NULL THEN job.expires_at END, job.batch_id, image.sha256, image.byte_count, image.metadata, COALESCE(/*NEXT EVENT,*/ NULL, NULL), " \
  "(SELECT content_crash.crashes FROM content_crash WHERE content_crash.sha256 = image.sha256), COALESCE(/*CLOCK,*/ NULL, NULL), image.width * image.height " \
  "FROM job LEFT JOIN image ON image.id = job.image_id "

constexpr const char* kTakeHead = DARKROOM_CANDIDATE_COLUMNS
    "WHERE job.state = 'queued' AND job.lane = $1 AND job.priority >= $2 ORDER BY job.priority DESC, job.rank, job.id LIMIT 1 /*OF JOB SKIP LOCKED*/";
constexpr const char* kTakeHeads = DARKROOM_CANDIDATE_COLUMNS
    "WHERE job.state = 'queued' AND job.lane = $1 AND job.priority >= $2 ORDER BY job.priority DESC, job.rank, job.id LIMIT $3 /*OF JOB SKIP LOCKED*/";
// For a claim of one lane, without a look at its head first, or after one that may be out of date: nothing unless its queue is open.
constexpr const char* kTakeOpen = DARKROOM_CANDIDATE_COLUMNS
    "WHERE job.state = 'queued' AND job.lane = $1 AND job.priority >= $4 ORDER BY job.priority DESC, job.rank, job.id LIMIT COALESCE((SELECT CASE WHEN queue.paused = 0 AND "
    "COALESCE(queue.rate_count, queue.concurrency, queue.ageing_bound) IS NULL THEN CAST($3 AS BIGINT) ELSE 0 END FROM queue WHERE queue.name = $2), $3) "
    "/*OF JOB SKIP LOCKED*/";
constexpr const char* kTakeThis = DARKROOM_CANDIDATE_COLUMNS "WHERE job.state = 'queued' AND job.id = $1 /*OF JOB SKIP LOCKED*/";

constexpr std::size_t kClockColumn = 17;

// A queued job that is locked for us, as it is before its start.
struct Candidate {
  domain::ClaimedJob job;
  std::int64_t rank = 0;
  std::optional<Time> expires_at;  // unless it has been started before
  std::optional<std::int64_t> batch;
  int content_crashes = 0;
  std::int64_t event = 0;  // the id of that it starts, if the database gives it beforehand

  std::optional<ImageId> image() const { return job.image.value ? std::optional(job.image) : std::nullopt; }
};

Candidate candidate_from(const Row& row) {
  Candidate candidate;
  domain::ClaimedJob& job = candidate.job;
  job.fence = {JobId{row.integer(0)}, row.integer(1) + 1};
  job.public_id = row.text(2);
  job.kind = row.text(3);
  job.args = row.text(4);
  job.image = ImageId{row.is_null(5) ? 0 : row.integer(5)};
  job.model = row.text(6);
  job.priority = row.small(7);
  candidate.rank = row.integer(8);
  job.attempt = row.small(9) + 1;
  candidate.expires_at = row.optional_time(10);
  candidate.batch = row.is_null(11) ? std::nullopt : std::optional(row.integer(11));
  if (job.image.value) {
    job.sha256 = row.text(12);
    job.byte_count = row.integer(13);
    job.metadata = row.text(14);
    job.pixel_count = row.integer(18);
  }
  if (!row.is_null(15)) candidate.event = row.integer(15);
  if (!row.is_null(16)) candidate.content_crashes = row.small(16);
  return candidate;
}

constexpr RowSql kStart{
    "UPDATE job SET state = 'running', attempt = attempt + 1, claim_no = claim_no + 1, error_code = NULL, error_message = NULL, "
    "node = $2, worker = $3, started_at = $4, updated_at = $4 /*FROM GIVEN*/ WHERE id = $1", "itti"};

// The callers of a claim for the same lanes: each gets what it wants before the next does.
class Claimers {
 public:
  explicit Claimers(std::span<Claimer* const> claimers) : claimers_(claimers) {
    for (const Claimer* claimer : claimers) wanted_ += claimer->request.count;
  }
  std::int64_t wanted() const { return wanted_; }
  const ClaimRequest& request() const { return claimers_.front()->request; }
  Time now() const { return claimers_.front()->now; }

  Claimer& next() {
    while (static_cast<int>(claimers_[at_]->taken.size()) >= claimers_[at_]->request.count) ++at_;
    --wanted_;
    return *claimers_[at_];
  }

 private:
  std::span<Claimer* const> claimers_;
  std::size_t at_ = 0;
  std::int64_t wanted_ = 0;
};

void start(Transaction& transaction, Claimers& claimers, std::vector<Candidate>& candidates, Time at) {
  RowParams rows;
  std::vector<Event> events;
  for (Candidate& candidate : candidates) {
    Claimer& claimer = claimers.next();
    rows.insert(rows.end(), {candidate.job.fence.job.value, claimer.request.node, claimer.request.worker, at});
    events.push_back({.id = candidate.event, .at = at, .type = "job.started", .image = candidate.image(), .job = candidate.job.public_id, .actor = claimer.request.worker,
                      .data = "{\"attempt\":" + std::to_string(candidate.job.attempt) + "}"});
    claimer.taken.push_back(std::move(candidate.job));
  }
  transaction.post_rows(kStart, rows);
  post_events(transaction, std::move(events));
}

// A claim that meets only jobs that shall not start gives up after this many: no other write shall wait for them, and the next claim goes on.
constexpr int kMostEnded = 200;

class Claim {
 public:
  Claim(Transaction& transaction, Claimers claimers, LaneStarts& starts) : transaction_(transaction), claimers_(claimers), now_(claimers.now()), starts_(starts) {
    const std::vector<std::string>& names = claimers_.request().lanes;
    lanes_.reserve(names.size());
    for (const std::string& name : names) lanes_.push_back({name, starts_.last(name, now_), starts_.has_stretch(name, now_)});
  }

  void run(const Rows* seen) {
    if (seen) {
      note_heads(*seen, lanes_, ahead_, now_);
      if (!take_seen()) return;
    } else if (lanes_.size() == 1) {
      take_open(lanes_.front(), domain::kLowestPriority, wanted());
    }
    if (wanted() > 0) read_heads(transaction_.connection, lanes_, ahead_, now_);
    while (wanted() > 0 && ended_ < kMostEnded) {
      Lane* lane = first();
      if (!lane) break;
      take_from(*lane);
    }
  }

 private:
  std::int64_t wanted() const { return claimers_.wanted(); }

  void take_open(Lane& lane, int lowest, std::int64_t most) {
    Rows rows = transaction_.execute(kTakeOpen, {lane.name, lane.queue(), most, lowest});
    if (!rows.empty()) take(lane, rows, nullptr);
  }

  // What was seen says which lane goes first; what may be taken of it is looked at again, behind the locks of the queues. False: nothing waits, and whoever
  // adds a job wakes those that could run it.
  bool take_seen() {
    Lane* lane = first();
    if (lane && lane->head->gate == Gate::open) {
      Share share = share_of(*lane);
      take_open(*lane, share.lowest, share.most);
    }
    return lane != nullptr;
  }

  Lane* first(const Lane* except = nullptr) {
    Lane* best = nullptr;
    for (Lane& lane : lanes_) {
      if (&lane != except && lane.head && (!best || lane.goes_before(*best, now_))) best = &lane;
    }
    return best;
  }

  void close(const std::string& queue) {
    for (Lane& lane : lanes_) {
      if (lane.queue() == queue) lane.head.reset();
    }
  }

  Allowance& allowance_of(const std::string& queue) {
    auto found = allowances_.find(queue);
    return found != allowances_.end() ? found->second : allowances_.emplace(queue, allow_starts(transaction_, queue, now_)).first->second;
  }

  struct Share {
    int lowest;
    std::int64_t most;
  };

  // As many as go before the other lanes' heads: all above their level, or one where only arrival decides.
  Share share_of(Lane& lane) {
    const Lane* rival = first(&lane);
    bool tied = rival && rival->head->priority == lane.head->priority;
    lane.earns_stretch = tied && !lane.has_stretch && lane.has_waited(now_);
    bool one = tied && !lane.has_stretch && !lane.earns_stretch;
    return {!rival ? domain::kLowestPriority : tied ? lane.head->priority : rival->head->priority + 1, one ? 1 : wanted()};
  }

  void take_from(Lane& lane) {
    if (lane.head->gate == Gate::paused) return close(lane.queue());
    Allowance* allowance = lane.head->gate == Gate::ruled ? &allowance_of(lane.queue()) : nullptr;
    if (allowance && allowance->starts == 0) return close(lane.queue());

    auto [lowest, most] = share_of(lane);
    if (allowance) most = std::min(most, allowance->starts);
    if (allowance && allowance->ageing) {
      std::int64_t before_next = kAgeingStride - 1 - counted_starts(transaction_.connection, lane.name) % kAgeingStride;
      if (before_next == 0 && take_overdue(lane, *allowance)) return;
      most = std::min(most, std::max<std::int64_t>(before_next, 1));
    }
    Rows rows = most == 1 ? transaction_.execute(kTakeHead, {lane.name, lowest}) : transaction_.execute(kTakeHeads, {lane.name, lowest, most});
    if (rows.empty()) {
      lane.head->priority = lowest - 1;
      lane.head->id = std::numeric_limits<std::int64_t>::max();
      lane.head->arrived = now_;  // of what it has there nobody knows since when
      if (lowest == domain::kLowestPriority) lane.head.reset();
    } else {
      take(lane, rows, allowance);
    }
  }

  void begin_stretch(Lane& lane) {
    for (Lane& other : lanes_) other.has_stretch = &other == &lane;
    starts_.begin_stretch(lane.name, now_);
  }

  bool take_overdue(Lane& lane, Allowance& allowance) {
    auto id = overdue_head(transaction_.connection, lane.name, allowance.at - *allowance.ageing);
    Rows rows = id ? transaction_.execute(kTakeThis, {*id}) : Rows{};
    if (rows.empty()) return false;
    take(lane, rows, &allowance);
    return true;
  }

  void take(Lane& lane, const Rows& rows, Allowance* allowance) {
    if (!clock_) clock_ = rows.front().optional_time(kClockColumn);
    std::vector<Candidate> candidates;
    std::vector<WaitingJob> ended;
    for (const Row& row : rows) {
      Candidate candidate = candidate_from(row);
      if (auto error = objection_to(candidate)) {
        ended.push_back({candidate.job.fence.job.value, candidate.job.public_id, candidate.image(), candidate.batch, std::move(*error)});
      } else {
        candidates.push_back(std::move(candidate));
      }
    }
    // It was the head that had waited, not those behind it.
    if (lane.earns_stretch && !ended.empty() && ended.front().id == rows.front().integer(0)) candidates.clear();
    end_waiting(transaction_, ended, clock());
    ended_ += static_cast<int>(ended.size());
    // A row that was changed while it was being locked comes with its new values in its old place.
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      return std::tuple(-a.job.priority, a.rank, a.job.fence.job) < std::tuple(-b.job.priority, b.rank, b.job.fence.job);
    });
    std::int64_t started = static_cast<std::int64_t>(candidates.size());
    if (started > 0) {
      start(transaction_, claimers_, candidates, allowance && allowance->window ? allowance->at : clock());
      if (lane.earns_stretch) begin_stretch(lane);
      lane.last_start = now_;
      starts_.note(lane.name, now_);
    }
    if (allowance) count(lane, *allowance, started);
    if (wanted() > 0) read_heads(transaction_.connection, {&lane, 1}, ahead_, now_);
  }

  // The claimer's clock may be wrong: what all shall agree on is said by the one that comes with the candidates.
  Time clock() const { return clock_.value_or(now_); }

  std::optional<Error> objection_to(const Candidate& candidate) const {
    if (candidate.expires_at && *candidate.expires_at <= clock()) return expired_at(*candidate.expires_at);
    if (candidate.content_crashes >= domain::kCrashesUntilQuarantine) return quarantined(candidate.job.sha256, candidate.content_crashes);
    return std::nullopt;
  }

  void count(const Lane& lane, Allowance& allowance, std::int64_t started) {
    if (started == 0) return;
    std::string queue = lane.queue();
    allowance.starts -= started;
    note_starts(transaction_, queue, allowance, started);
    if (allowance.ageing) count_starts(transaction_, lane.name, queue, started);
  }

  Transaction& transaction_;
  Claimers claimers_;
  Time now_;
  LaneStarts& starts_;
  std::optional<Duration> ahead_;  // the database's clock of ours, as soon as there were heads
  std::optional<Time> clock_;  // as soon as there were candidates, where the database has one
  std::vector<Lane> lanes_;
  std::map<std::string, Allowance> allowances_;  // of the queues that are locked
  int ended_ = 0;
};

std::set<std::string> queues_of(const std::vector<Claimer*>& claimers) {
  std::set<std::string> queues;
  for (const Claimer* claimer : claimers) {
    for (const std::string& lane : claimer->request.lanes) queues.insert(queue_of(lane));
  }
  return queues;
}

}  // namespace

std::optional<Ask> ask_heads(std::span<const ClaimRequest* const> requests) {
  const ClaimRequest* asked = nullptr;
  for (const ClaimRequest* request : requests) {
    if (request->count <= 0) continue;
    if (asked && asked->lanes != request->lanes) return std::nullopt;
    asked = request;
  }
  if (!asked || asked->lanes.size() < 2) return std::nullopt;
  return Ask{kLaneHeads, RowParams(asked->lanes.begin(), asked->lanes.end())};
}

void claim_together(Transaction& transaction, std::vector<Claimer*> claimers, LaneStarts& starts, const Rows* heads) {
  std::erase_if(claimers, [](const Claimer* claimer) { return claimer->request.count <= 0; });
  share_queues(transaction, queues_of(claimers));
  while (!claimers.empty()) {
    const std::vector<std::string>& lanes = claimers.front()->request.lanes;
    auto others = std::stable_partition(claimers.begin(), claimers.end(), [&](const Claimer* claimer) { return claimer->request.lanes == lanes; });
    std::vector<Claimer*> same(claimers.begin(), others);
    Claim(transaction, Claimers(same), starts).run(heads);
    for (const Claimer* claimer : same) {
      if (!claimer->taken.empty()) fail_point<StoreUnavailable>("K8");
    }
    claimers.erase(claimers.begin(), others);
  }
}

void claim_asks(Transaction& transaction, std::span<void* const> asks, LaneStarts& starts) {
  std::vector<Claimer*> claimers;
  for (void* ask : asks) {
    claimers.push_back(static_cast<Claimer*>(ask));
    claimers.back()->taken.clear();
  }
  claim_together(transaction, std::move(claimers), starts);
}

std::vector<const char*> hot_claim_statements() { return {kTakeHead, kTakeHeads, kTakeOpen, kTakeThis}; }

std::vector<RowSql> hot_claim_rows() { return {kLaneHeads, kStart}; }

}  // namespace darkroom::store
