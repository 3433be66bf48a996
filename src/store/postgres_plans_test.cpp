// The plans of the hot statements on PostgreSQL, with enough rows that a wrong one would be chosen if it could; and claims beside each other.
#include "base/fail_point.h"
#include "store/postgres_place.h"
#include "store/sql_claims.h"
#include "store/sql_deliveries.h"
#include "store/sql_failures.h"
#include "store/sql_finding.h"
#include "store/sql_job_lists.h"
#include "store/sql_turns.h"
#include "store/sql_insight.h"
#include "store/sql_minutes.h"
#include "store/sql_store.h"

#include <future>
#include <mutex>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

// Forty thousand photos of a hundred owners: four in ten finished, three queued, two scheduled, one running.
constexpr const char* kFill =
    "INSERT INTO image (title, owner, sha256, byte_count, format, width, height, created_at, updated_at) "
    "SELECT 'a', 'owner-' || n % 100, lpad(to_hex(n), 64, '0'), 1, 'JPEG', 1, 1, n, n FROM generate_series(1, 40000) AS n;"
    "INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, attempt, max_attempts, node, worker, "
    "started_at, finished_at, created_at, updated_at) "
    "SELECT lpad(n::text, 36, '0'), 'image.process', n, 'ai_processing', 'm' || n % 5, 'ai_processing/m' || n % 5, "
    "'owner-' || n % 100, n % 7, n / 100, "
    "CASE WHEN n % 10 < 4 THEN 'completed' WHEN n % 10 < 7 THEN 'queued' WHEN n % 10 < 9 THEN 'scheduled' ELSE 'running' END, n, 1, 4, "
    "CASE WHEN n % 10 = 9 THEN 'node-' || n % 20 END, CASE WHEN n % 10 = 9 THEN 'worker' END, CASE WHEN n % 10 = 9 THEN n END, "
    "CASE WHEN n % 10 < 4 THEN n END, n, n FROM generate_series(1, 40000) AS n;"
    "INSERT INTO attempt (job_id, claim_no, number, worker, started_at) SELECT n, 1, 1, 'worker', n FROM generate_series(1, 40000) AS n;"
    "INSERT INTO queue_start (queue, at) SELECT 'ai_processing', n FROM generate_series(1, 40000) AS n;"
    "INSERT INTO blob_removal (sha256, since) SELECT lpad(to_hex(n), 64, '0'), n FROM generate_series(50001, 55000) AS n;"
    "INSERT INTO content_crash (sha256, crashes, last_at) SELECT lpad(to_hex(n), 64, '0'), 1, n FROM generate_series(1, 5000) AS n;"
    "INSERT INTO result (job_id, image_id, model, model_version, document, created_at) SELECT n, n, 'demo', '1', '{}', n FROM generate_series(1, 16000) AS n;"
    "INSERT INTO image_callback (image_id, target, format) SELECT n, 'site:django', 'compat' FROM generate_series(1, 20000) AS n;"
    "INSERT INTO delivery (public_id, target, format, type, image_id, body, due_at, created_at) "
    "SELECT 'msg_' || n, 'site:django', 'compat', 'job.completed', n, '{}', n, n FROM generate_series(1, 20000) AS n;"
    "INSERT INTO site_photo (site, number, sha256, image_id, callback_from) SELECT 'shop', n, lpad(to_hex(n), 64, '0'), n, n FROM generate_series(1, 40000) AS n;"
    "INSERT INTO failure (job_id, cause, queue, kind, model, owner, failed_at) SELECT n, 'cause-' || n % 20, 'ai_processing', 'image.process', 'm1', 'owner-1', n "
    "FROM generate_series(1, 16000) AS n;"
    "INSERT INTO queue_minute (queue, minute, completed, failed, cancelled, wait, run) "
    "SELECT 'queue-' || q, n * 60000000::bigint, 1, 0, 0, '', '' FROM generate_series(1, 4) AS q, generate_series(1, 10000) AS n;"
    "UPDATE image SET job_id = id; ANALYZE;";

class PostgresPlans : public testing::Test {
 protected:
  PostgresPlans() : place_(shared_postgres()) {
    place_.open();
    session_ = place_.connect();
    session_->run_script(kFill, 60s);
    session_->run_script("SET plan_cache_mode = force_generic_plan", 20s);
  }

  // As the server plans it once it no longer looks at the parameters.
  std::string plan(const std::string& statement) { return plan_of(postgres_statement(statement)); }

  std::string plan_of(const std::string& text) {
    session_->run_script("PREPARE hot AS " + text, 20s);
    auto count = session_->query("SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'hot'").front().integer(0);
    std::string nulls;
    for (int i = 0; i < count; ++i) nulls += i ? ", NULL" : "NULL";
    std::string lines;
    for (const Row& row : session_->query("EXPLAIN EXECUTE hot" + (count ? "(" + nulls + ")" : ""))) lines += row.text(0) + "\n";
    session_->run_script("DEALLOCATE hot", 20s);
    return lines;
  }

  PostgresPlace place_;
  std::unique_ptr<PostgresConnection> session_;
};

// Those rows alone that it was given: they are put in order so that they are locked in it.
bool holds_in_order(std::string_view statement) { return statement.find("ORDER BY") < statement.find("/*FOR UPDATE*/") && statement.ends_with("/*FOR UPDATE*/"); }

TEST_F(PostgresPlans, HotStatementsNeitherScanNorSort) {
  for (const char* statement : hot_statements()) {
    std::string found = plan(statement);
    for (const char* table : {"job", "image", "event", "attempt", "result"}) {
      EXPECT_EQ(found.find(std::string("Seq Scan on ") + table + " "), std::string::npos) << statement << "\n" << found;
    }
    EXPECT_TRUE(found.find("Sort") == std::string::npos || holds_in_order(statement)) << statement << "\n" << found;
  }
}

// The same when they run for many rows: those are found one by one, however many jobs there are.
TEST_F(PostgresPlans, HotStatementsForManyRowsNeitherScanNorSort) {
  for (const RowSql& row : hot_row_statements()) {
    std::string statement = postgres_rows_statement(row.text, row.types);
    std::string found = plan_of(statement);
    for (const char* word : {"Seq Scan on job", "Seq Scan on image", "Seq Scan on delivery", "Hash Join", "Merge Join"}) {
      EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    }
    EXPECT_TRUE(found.find("Sort") == std::string::npos || holds_in_order(row.text)) << statement << "\n" << found;
  }
}

// Nor do they gather a whole range of which they want a part.
TEST_F(PostgresPlans, StatementsThatLookIntoTheLineReadAPieceOfAnIndex) {
  std::vector<const char*> statements = queue_statements();
  for (const char* statement : place_statements()) statements.push_back(statement);
  for (const char* statement : count_statements()) statements.push_back(statement);
  for (const char* statement : statements) {
    std::string found = plan(statement);
    for (const char* word : {"Seq Scan on job", "Sort"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    bool gathers = found.find("Bitmap Heap Scan") != std::string::npos;
    EXPECT_FALSE(gathers && std::string_view(statement).find("LIMIT") != std::string_view::npos) << statement << "\n" << found;
  }
}

TEST_F(PostgresPlans, TheNextJobIsTheHeadOfTheClaimIndex) {
  std::string head = plan("SELECT id FROM job WHERE state = 'queued' AND lane = $1 ORDER BY priority DESC, rank, id LIMIT 1 /*SKIP LOCKED*/");
  EXPECT_NE(head.find("using job_claim"), std::string::npos) << head;
  EXPECT_EQ(head.find("Sort"), std::string::npos) << head;
  std::string ranks = plan(kRanks.text);
  EXPECT_NE(ranks.find("using job_claim"), std::string::npos) << ranks;
  EXPECT_NE(ranks.find("using job_turn"), std::string::npos) << ranks;
}

// However many images there are, a page of them is read in the order of an index. (For the order of titles the server looks at the parameters first.)
TEST_F(PostgresPlans, StatementsThatFindImagesDoNotSort) {
  for (const char* statement : finding_statements()) {
    if (std::string_view(statement).find("ORDER BY image.title_folded") != std::string_view::npos) continue;
    std::string found = plan(statement);
    for (const char* word : {"Sort", "Seq Scan on job", "Seq Scan on image", "Hash Join", "Bitmap"}) {
      EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    }
  }
}

// However many jobs there are, a page of them is read in the order of an index. (Of one owner those of the same turn, which
// are few, are put in order.)
TEST_F(PostgresPlans, ListsOfJobsDoNotSort) {
  std::vector<const char*> statements = job_list_statements();
  for (const char* statement : line_statements()) statements.push_back(statement);
  for (const char* statement : statements) {
    std::string found = plan(statement);
    for (const char* word : {"Seq Scan on job", "Seq Scan on image", "Hash Join", "Merge Join"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    bool of_owner = found.find("using job_turn") != std::string::npos;
    EXPECT_TRUE(of_owner || found.find("Sort") == std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(PostgresPlans, StatementsOfSendersReadAPieceOfAnIndex) {
  std::vector<const char*> statements = sending_statements();
  for (const char* statement : endpoint_deletion_statements()) statements.push_back(statement);
  for (const char* statement : statements) {
    std::string found = plan(statement);
    for (const char* word : {"Seq Scan on delivery", "Sort"}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
  }
  std::string left = plan("DELETE FROM delivery WHERE endpoint_id = $1");  // as the foreign key does it
  EXPECT_NE(left.find("delivery_of_endpoint"), std::string::npos) << left;
}

// What finished is not looked through for what failed.
TEST_F(PostgresPlans, StatementsAboutFailuresReadTheJobsThatTheyShow) {
  for (const char* statement : failure_statements()) {
    std::string found = plan(statement);
    for (const char* word : {"Seq Scan on job", "Seq Scan on image", "Hash Join", "Merge Join"}) {
      EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
    }
  }
}

TEST_F(PostgresPlans, StatementsAboutMinutesReadAPieceOfAnIndex) {
  for (const char* statement : minute_statements()) {
    if (std::string_view(statement).find("FROM queue ") != std::string_view::npos) continue;  // there is a handful of queues
    std::string found = plan(statement);
    for (const char* word : {"Seq Scan", "Sort  "}) EXPECT_EQ(found.find(word), std::string::npos) << statement << "\n" << found;
  }
}

// Sessions of this schema that have locked a job.
constexpr const char* kClaimsUnderWay =
    "SELECT COUNT(*) FROM pg_locks AS job JOIN pg_locks AS own ON own.pid = job.pid AND own.locktype = 'transactionid' AND own.granted "
    "WHERE job.relation = CAST('job' AS regclass) AND job.mode = 'RowShareLock'";

class PostgresClaims : public testing::Test {
 protected:
  PostgresClaims() : place_(shared_postgres()), store_(place_.open()) {}

  void upload(int count, const std::string& model = "demo", int priority = 0) {
    for (int i = 0; i < count; ++i) {
      NewImage image{.title = "a", .owner = "minji", .external_id = {}, .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG",
                     .width = 1, .height = 1, .model = model, .priority = priority};
      ASSERT_TRUE(store_.create_image(image, {"admin", ""}, now_));
    }
  }
  static ClaimRequest wants(int count, const std::vector<std::string>& models = {"demo"}) {
    ClaimRequest request{.node = "01890000-0000-7000-8000-000000000001", .worker = "worker", .lanes = {}, .count = count};
    for (const std::string& model : models) request.lanes.push_back(domain::lane_of(domain::kProcessQueue, model));
    return request;
  }
  Finished finish(const domain::ClaimedJob& job, const ClaimRequest& next) {
    return store_.finish({job.fence, domain::Succeeded{.outcome = {}, .document = "{}"}, "worker", "1"}, next, {}, now_);
  }
  std::string model_of_next() { return store_.claim(wants(1, {"demo", "other"}), now_).at(0).model; }

  PostgresPlace place_;
  SqlStore store_;
  Time now_ = from_micros(1'700'000'000'000'000);
};

TEST_F(PostgresClaims, AHeadThatAnotherIsTakingIsSteppedOver) {
  upload(2);
  auto other = place_.connect();
  other->run_script("BEGIN; SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1 FOR UPDATE", 20s);
  auto jobs = store_.claim(wants(2), now_);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].fence.job.value, 2);
  other->run_script("ROLLBACK", 20s);
  EXPECT_EQ(store_.claim(wants(2), now_).at(0).fence.job.value, 1);
}

// The lane's only job is just being taken elsewhere, after a long wait.
TEST_F(PostgresClaims, ALaneThatHasNothingToGiveBeginsNoStretch) {
  upload(1, "other");
  now_ += 2s;
  upload(2, "demo");
  auto taker = place_.connect();
  taker->run_script("BEGIN; SELECT id FROM job WHERE model = 'other' FOR UPDATE", 20s);
  EXPECT_EQ(model_of_next(), "demo");
  taker->run_script("DELETE FROM job WHERE model = 'other'; COMMIT", 20s);
  upload(1, "other");
  EXPECT_EQ(model_of_next(), "demo") << "that came first";
}

TEST_F(PostgresClaims, TheWaitOfAnUrgentJobThatAnotherIsTakingIsNotThatOfTheNext) {
  upload(1, "other", 5);
  now_ += 2s;
  upload(1, "demo");
  upload(1, "other");
  auto taker = place_.connect();
  taker->run_script("BEGIN; SELECT id FROM job WHERE priority = 5 FOR UPDATE", 20s);
  EXPECT_EQ(model_of_next(), "demo") << "that came first";
  taker->run_script("ROLLBACK", 20s);
}

// Also where several models wait, and a claim is for as many slots at once.
TEST_F(PostgresClaims, JobsThatAnotherIsTakingAreSteppedOverInEachLane) {
  for (int i = 0; i < 3; ++i) upload(1, "demo", 5), upload(1, "other");
  auto taker = place_.connect();
  taker->run_script("BEGIN; SELECT id FROM job WHERE id IN (1, 2) FOR UPDATE", 20s);
  std::vector<std::int64_t> taken;
  for (const auto& job : store_.claim(wants(6, {"demo", "other"}), now_)) taken.push_back(job.fence.job.value);
  EXPECT_EQ(taken, (std::vector<std::int64_t>{3, 5, 4, 6}));
  taker->run_script("ROLLBACK", 20s);
}

// A limit that is set while a claim of another process is under way.
TEST_F(PostgresClaims, ANewLimitCountsTheStartsOfAClaimThatIsUnderWay) {
  SqlStore second(place_.open());
  auto session = place_.connect();
  std::vector<QueueChange> limits = {{.concurrency = std::optional<int>(1)}, {.rate = RateLimit{1, 60s}}, {.paused = true}};
  for (const QueueChange& limit : limits) {
    upload(3);
    ASSERT_TRUE(arm_fail_points("K8=delay:1500@1"));
    auto under_way = std::async(std::launch::async, [&] { return store_.claim(wants(1), now_); });
    ASSERT_TRUE(comes_true([&] { return session->query(kClaimsUnderWay).front().integer(0) > 0; }));
    ASSERT_TRUE(second.change_queue(domain::kProcessQueue, limit, {"admin", ""}, now_));
    EXPECT_EQ(second.count_jobs({}).running, 1) << "a job is about to start in a queue that says it lets none";
    EXPECT_TRUE(second.claim(wants(3), now_).empty());
    EXPECT_EQ(under_way.get().size(), 1u);
    ASSERT_TRUE(arm_fail_points(""));
    ASSERT_TRUE(second.change_queue(domain::kProcessQueue, {.paused = false, .rate = std::optional<RateLimit>(), .concurrency = std::optional<int>()}, {"admin", ""}, now_));
    now_ += 61s;
    for (const auto& job : second.find_jobs({.state = domain::JobState::running}).jobs) ASSERT_TRUE(second.cancel_job(job.job.public_id, {"admin", ""}, now_));
  }
}

// The look at the heads of several lanes travels ahead of the locks of their queues.
TEST_F(PostgresClaims, APauseBetweenTheLookAtTheLanesAndTheTakingIsKept) {
  upload(2, "demo");
  upload(1, "other");
  ASSERT_TRUE(store_.change_queue(domain::kProcessQueue, {.paused = false}, {"admin", ""}, now_));
  domain::ClaimedJob running = store_.claim(wants(1, {"demo", "other"}), now_).at(0);
  auto changer = place_.connect(), watcher = place_.connect();
  changer->run_script("BEGIN; SELECT pg_advisory_xact_lock(6272, hashtext('ai_processing')); UPDATE queue SET paused = 1 WHERE name = 'ai_processing'", 20s);
  auto finished = std::async(std::launch::async, [&] { return finish(running, wants(1, {"demo", "other"})); });
  ASSERT_TRUE(comes_true([&] { return watcher->query("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").front().integer(0) > 0; }));
  changer->run_script("COMMIT", 20s);
  Finished end = finished.get();
  EXPECT_TRUE(end.applied);
  EXPECT_TRUE(end.next.empty()) << "it started in a queue that had been paused before";
}

// Who hands in a result has a slot that could be working.
TEST_F(PostgresClaims, AnEndingThatIsHeldUpHoldsUpNoOther) {
  upload(2);
  auto running = store_.claim(wants(2), now_);
  ASSERT_EQ(running.size(), 2u);
  auto holder = place_.connect(), watcher = place_.connect();
  holder->run_script("BEGIN; SELECT id FROM job WHERE id = 1 FOR UPDATE", 20s);
  auto held_up = std::async(std::launch::async, [&] { return finish(running.at(0), wants(0)).applied; });
  ASSERT_TRUE(comes_true([&] { return watcher->query("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted").front().integer(0) > 0; }));
  EXPECT_TRUE(finish(running.at(1), wants(0)).applied);
  EXPECT_EQ(held_up.wait_for(0s), std::future_status::timeout) << "the second waited for the first";
  holder->run_script("ROLLBACK", 20s);
  EXPECT_TRUE(held_up.get());
}

TEST_F(PostgresClaims, TwoProcessesNeverTakeTheSameJob) {
  upload(120);
  SqlStore second(place_.open());
  std::mutex mutex;
  std::multiset<std::int64_t> taken;
  {
    std::vector<std::jthread> claimers;
    for (int i = 0; i < 4; ++i) {
      claimers.emplace_back([&, i] {
        for (auto jobs = (i % 2 ? store_ : second).claim(wants(3), now_); !jobs.empty(); jobs = (i % 2 ? store_ : second).claim(wants(3), now_)) {
          std::lock_guard guard(mutex);
          for (const auto& job : jobs) taken.insert(job.fence.job.value);
        }
      });
    }
  }
  // One that was being taken is stepped over, so the last ones may be left by a claimer, and taken by the next.
  for (const auto& job : store_.claim(wants(120), now_)) taken.insert(job.fence.job.value);
  EXPECT_EQ(taken.size(), 120u);
  EXPECT_EQ(std::set<std::int64_t>(taken.begin(), taken.end()).size(), 120u);
}

}  // namespace
}  // namespace darkroom::store
