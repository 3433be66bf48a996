// Two transactions of different processes that mean the same job at one moment: the second sees what the first has made of it, and writes nothing about what was.
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <functional>
#include <future>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
constexpr const char* kWaitsForAnother =
    "SELECT COUNT(*) FROM pg_locks AS waits JOIN pg_locks AS job ON job.pid = waits.pid WHERE NOT waits.granted AND job.relation = CAST('job' AS regclass)";
constexpr const char* kEnd = "UPDATE job SET state = 'completed', finished_at = 1, node = NULL, worker = NULL";
constexpr const char* kCancel = "UPDATE job SET state = 'cancelled', finished_at = 1, node = NULL, worker = NULL";
constexpr const char* kStart = "UPDATE job SET state = 'running', attempt = 1, claim_no = 1, started_at = 1, node = 'n', worker = 'w'";
constexpr const char* kRetry =
    "INSERT INTO job (public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, created_at, updated_at) "
    "SELECT lpad('1', 36, '0'), kind, image_id, queue, model, lane, owner, priority, rank, 'queued', run_at, max_attempts, created_at, updated_at FROM job; "
    "UPDATE image SET job_id = (SELECT MAX(id) FROM job)";
constexpr const char* kComplete = "UPDATE batch SET completed_at = 1, jobs_completed = 0, jobs_failed = 1, jobs_cancelled = 0";

class PostgresMeeting : public testing::Test {
 protected:
  PostgresMeeting() : place_(shared_postgres()), opened_(place_.open()), other_(place_.connect()) {}

  ImageRecord upload(const std::optional<std::string>& batch = {}) {
    NewImage image{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    image.batch = batch;
    return store_.create_image(image, kAdmin, now_).value();
  }

  domain::ClaimedJob claim() { return store_.claim({.node = kNode, .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).at(0); }

  bool finish(const domain::ClaimedJob& job, domain::Ending ending) {
    Finished finished = store_.finish({job.fence, std::move(ending), "w", "v"}, {}, {}, now_);
    finished.stored.get();
    return finished.applied;
  }

  void fail(const domain::ClaimedJob& job) { finish(job, domain::Failed{{"corrupt", "x"}, domain::Failed::Kind::permanent}); }

  // What comes of `act`, which begins when the other has done `sql`, and goes on when the other has committed it.
  template <class Act>
  auto met(const char* sql, Act act) {
    other_->run_script(std::string("BEGIN; ") + sql, 20s);
    auto acting = std::async(std::launch::async, std::move(act));
    auto watcher = place_.connect();
    EXPECT_TRUE(comes_true([&] { return watcher->query(kWaitsForAnother).front().integer(0) > 0 || acting.wait_for(0s) == std::future_status::ready; }));
    other_->run_script("COMMIT", 20s);
    return acting.get();
  }

  std::string last_event() { return store_.events(0, std::nullopt, 100).back().type; }

  const Actor kAdmin{"admin", ""};
  Time now_ = from_micros(1'700'000'000'000'000);
  PostgresPlace place_;
  SqlStore opened_;
  Store& store_ = opened_;
  std::unique_ptr<PostgresConnection> other_;
};

// It was told as completed after it was told as cancelled.
TEST_F(PostgresMeeting, AResultThatMeetsACancelIsRefused) {
  upload();
  auto job = claim();
  EXPECT_FALSE(met(kCancel, [&] { return finish(job, domain::Succeeded{{}, "{}"}); }));
  EXPECT_FALSE(store_.find_image(job.image)->document);
  EXPECT_EQ(last_event(), "job.started");
}

TEST_F(PostgresMeeting, AMoveThatMeetsAStartChangesNothing) {
  upload();
  EXPECT_EQ(met(kStart, [&] { return store_.act_on_jobs({}, Reprioritise{7}, false, kAdmin, now_).changed; }), 0);
  EXPECT_EQ(last_event(), "image.created");
}

TEST_F(PostgresMeeting, ANodeThatSignsOffAsItsJobEndsGivesNothingBack) {
  store_.register_node({.id = kNode, .name = "n", .role = "worker", .slots = 1}, 10s, now_);
  upload();
  claim();
  met(kEnd, [&] { return store_.unregister_node(kNode, "in good order", now_), true; });
  EXPECT_EQ(last_event(), "node.stopped");
  for (const Event& event : store_.events(0, std::nullopt, 100)) EXPECT_NE(event.type, "job.interrupted");
}

// It does not wait for it either: all others' jobs would wait with it.
TEST_F(PostgresMeeting, ARescueStepsOverAJobThatIsJustEnding) {
  upload();
  claim();
  other_->run_script(std::string("BEGIN; ") + kEnd, 20s);
  EXPECT_EQ(store_.rescue_expired({}, now_), 0);
  other_->run_script("COMMIT", 20s);
  EXPECT_EQ(store_.rescue_expired({}, now_), 0);
  EXPECT_EQ(last_event(), "job.started");
}

TEST_F(PostgresMeeting, OfTwoWhoRetryAJobOneMakesANewOne) {
  auto image = upload();
  fail(claim());
  auto retried = met(kRetry, [&] { return store_.retry_job(image.job.public_id, kAdmin, now_); });
  ASSERT_FALSE(retried);
  EXPECT_EQ(retried.error().code, "conflict");
  EXPECT_EQ(store_.jobs_of(image.id).size(), 2u);
}

// It would be completed with a job that waits.
TEST_F(PostgresMeeting, ARetryThatMeetsTheCompletionOfItsBatchStaysOutOfIt) {
  std::string batch = store_.create_batch("album", "minji", kAdmin, now_).public_id;
  auto image = upload(batch);
  upload(batch);  // keeps it open
  ASSERT_TRUE(store_.seal_batch(batch, kAdmin, now_));
  fail(claim());
  auto retried = met(kComplete, [&] { return store_.retry_job(image.job.public_id, kAdmin, now_); });
  ASSERT_TRUE(retried);
  EXPECT_FALSE(retried->job.batch);
}

}  // namespace
}  // namespace darkroom::store
