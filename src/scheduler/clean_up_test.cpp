#include "scheduler/clean_up.h"
#include "scheduler/counts.h"
#include "scheduler/fixture_for_test.h"
#include "store/postgres_place.h"
#include "store/sql/sqlite_connection.h"
#include "store/sql_store.h"

#include <gmock/gmock.h>

#include <array>

namespace darkroom::scheduler {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

TEST_F(MaintenanceTest, CleanUpFindsNothingInAHealthyStore) {
  auto image = upload("one");
  end_next(domain::Succeeded{});
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, clock_.now()));
  upload("two");
  store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, clock_.now());
  CleanUp clean_up({}, *store_);
  EXPECT_EQ(clean_up.run(clock_.now(), {}).value(),
            R"({"running_without_node":0,"batches_not_completed":0,"open_attempts":0,"wrong_lanes":0,"images_without_job":0,"stale_jobs":0,"stale_results":0,"wrong_sums":0})");
}

std::string repaired(int running, int batches, int attempts, int lanes, int images) {
  return counts_json({{"running_without_node", running}, {"batches_not_completed", batches}, {"open_attempts", attempts}, {"wrong_lanes", lanes}, {"images_without_job", images},
                      {"stale_jobs", 0}, {"stale_results", 0}, {"wrong_sums", 0}});
}

// Four photos, of which the first is done in a sealed batch and the second runs on a node that nobody knows; kDamage is done to it by hand.
void fill(store::Store& store, Time now) {
  std::string batch = store.create_batch("album", "a", {"admin", ""}, now).public_id;
  auto upload = [&](std::optional<std::string> into) {
    store::NewImage image{.title = "a", .owner = "a", .sha256 = std::string(64, 'a'), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    image.batch = std::move(into);
    store.create_image(image, {"admin", ""}, now).value();
  };
  store::ClaimRequest next{.node = "unknown", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1};
  upload(batch);
  store.finish({store.claim(next, now).at(0).fence, domain::Succeeded{}, "w", "v"}, {}, {}, now).stored.get();
  store.seal_batch(batch, {"admin", ""}, now).value();
  upload({});
  ASSERT_EQ(store.claim(next, now).size(), 1u);
  upload({});
  upload({});
}

constexpr std::array kDamage = {
    "UPDATE batch SET completed_at = NULL",
    "UPDATE attempt SET ending = NULL, finished_at = NULL WHERE job_id = (SELECT job_id FROM image WHERE id = 1)",
    "UPDATE job SET lane = 'ai_processing/gone' WHERE image_id = 3",
    "DELETE FROM job WHERE image_id = 4",
};

TEST_F(MaintenanceTest, CleanUpCountsWhatItRepairsAndRepairsItOnce) {
  fill(*store_, clock_.now());
  store_.reset();
  for (const char* sql : kDamage) store::SqliteConnection(folder_ + "/darkroom.db", store::SqliteConnection::Mode::writer).execute(sql);
  store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
  CleanUp clean_up({}, *store_);
  EXPECT_EQ(clean_up.run(clock_.now(), {}).value(), repaired(0, 1, 1, 1, 1)) << "what runs here is nobody else's";
  EXPECT_EQ(clean_up.run(clock_.now(), {}).value(), repaired(0, 0, 0, 0, 0));
}

// A store that is too large for one run: the next one began anew, and none ever came to its end.
TEST_F(MaintenanceTest, CleanUpGoesOnWhereItLeftOff) {
  constexpr const char* kManyJobs =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
      "INSERT INTO job (public_id, kind, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, finished_at, created_at, updated_at) "
      "SELECT printf('%036d', i), 'maintenance.prune', 'maintenance', '', 'maintenance/maintenance.prune', 'system', 0, 0, 'completed', 1, 1, 1, 1, 1 FROM n";
  auto by_hand = [&](const char* sql) {
    store_.reset();
    store::SqliteConnection(folder_ + "/darkroom.db", store::SqliteConnection::Mode::writer).execute(sql);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
  };
  by_hand(kManyJobs);
  upload("one");
  by_hand("UPDATE job SET lane = 'ai_processing/gone' WHERE image_id = 1");
  CleanUp clean_up({.most_stretches = 1}, *store_);
  EXPECT_EQ(clean_up.run(clock_.now(), {}).value(), repaired(0, 0, 0, 0, 0)) << "it lies behind what is looked at in one run";
  EXPECT_EQ(clean_up.run(clock_.now(), {}).value(), repaired(0, 0, 0, 1, 0));
}

TEST(MaintenanceOnPostgres, CleanUpAlsoTakesBackWhatRunsOnANodeThatNobodyKnows) {
  store::PostgresPlace place(testing_support::shared_postgres());
  store::SqlStore store(place.open());
  Time now = ManualClock().now();
  fill(store, now);
  for (const char* sql : kDamage) place.connect()->run_script(sql, 20s);
  CleanUp clean_up({}, store);
  EXPECT_EQ(clean_up.run(now, {}).value(), repaired(1, 1, 1, 1, 1));
  EXPECT_EQ(clean_up.run(now, {}).value(), repaired(0, 0, 0, 0, 0));
}

// As long as somebody holds what one owner's photos take, that one is not put right: the run fails, and those that follow do what is left and count all.
TEST(MaintenanceOnPostgres, ASumThatCannotBePutRightKeepsCleanUpFromNoOther) {
  store::PostgresPlace place(testing_support::shared_postgres());
  place.options.lock_timeout = std::chrono::milliseconds(100);
  store::SqlStore store(place.open());
  Time now = ManualClock().now();
  for (const char* owner : {"joon", "minji", "sua"}) {
    store::NewImage image{.title = "a", .owner = owner, .sha256 = std::string(64, 'a'), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    store.create_image(image, {"admin", ""}, now).value();
  }
  auto outside = place.connect();
  outside->run_script("UPDATE owner_bytes SET bytes = 1", std::chrono::seconds(20));
  outside->run_script("BEGIN; UPDATE owner_bytes SET bytes = bytes WHERE owner = 'minji'", std::chrono::seconds(20));
  CleanUp clean_up({}, store);
  EXPECT_THROW((void)clean_up.run(now, {}), store::StoreUnavailable);
  EXPECT_THROW((void)clean_up.run(now, {}), store::StoreUnavailable);
  EXPECT_EQ(store.bytes_of("joon"), 5);
  EXPECT_EQ(store.bytes_of("sua"), 5);
  outside->run_script("ROLLBACK", std::chrono::seconds(20));
  EXPECT_THAT(clean_up.run(now, {}).value(), HasSubstr(R"("wrong_sums":3})"));
  EXPECT_TRUE(store.look_at_sums("").wrong.empty());
}

}  // namespace
}  // namespace darkroom::scheduler
