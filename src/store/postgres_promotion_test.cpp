// Processes that promote at the same time: the jobs of an owner keep their order, and nobody waits for who promotes.
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <algorithm>
#include <barrier>
#include <future>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

constexpr int kJobs = 1'000;
constexpr int kMost = kJobs / 2;

class PostgresPromotion : public testing::Test {
 protected:
  PostgresPromotion() : place_(shared_postgres()), one_(place_.open()), other_(place_.open()) {
    NewImage photo{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    photo.run_at = due_;
    for (int i = 0; i < kJobs; ++i) one_.create_image(photo, {"admin", ""}, due_ - 1min).value();
  }

  void expect_claims_by_id() {
    auto jobs = one_.claim({.node = "01890000-0000-7000-8000-000000000001", .worker = "w", .lanes = {"ai_processing/demo"}, .count = kJobs}, due_);
    EXPECT_EQ(jobs.size(), static_cast<std::size_t>(kJobs));
    EXPECT_TRUE(std::ranges::is_sorted(jobs, {}, [](const domain::ClaimedJob& job) { return job.fence.job; }));
  }

  PostgresPlace place_;
  SqlStore one_, other_;
  Time due_ = from_micros(1'700'000'000'000'000);
};

TEST_F(PostgresPromotion, WhoComesWhileAnotherPromotesComesAgainSoon) {
  auto holder = place_.connect();
  holder->run_script("BEGIN; LOCK TABLE event IN SHARE MODE", 20s);
  auto first = std::async(std::launch::async, [&] { return one_.promote_due(kMost, due_); });
  auto watcher = place_.connect();
  constexpr const char* kWaiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = CAST('event' AS regclass)";
  ASSERT_TRUE(comes_true([&] { return watcher->query(kWaiting).front().integer(0) == 1; }));
  auto second = std::async(std::launch::async, [&] { return other_.promote_due(kMost, due_); });
  EXPECT_TRUE(comes_true([&] { return second.wait_for(0s) == std::future_status::ready || watcher->query(kWaiting).front().integer(0) == 2; }));
  holder->run_script("COMMIT", 20s);
  EXPECT_EQ(first.get().count, kMost);
  Promoted none = second.get();
  EXPECT_EQ(none.count, 0);
  ASSERT_TRUE(none.next_due);
  EXPECT_GT(*none.next_due, due_);
  EXPECT_LT(*none.next_due, due_ + 1s);
  EXPECT_EQ(other_.promote_due(kMost, due_).count, kMost);
  expect_claims_by_id();
}

TEST_F(PostgresPromotion, TwoAtOnceKeepTheOrderOfAnOwnersJobs) {
  std::barrier both(2);
  auto promote_all = [&](SqlStore& store) {
    both.arrive_and_wait();
    while (store.promote_due(kMost, due_).next_due) std::this_thread::yield();
  };
  {
    std::jthread other([&] { promote_all(other_); });
    promote_all(one_);
  }
  expect_claims_by_id();
}

}  // namespace
}  // namespace darkroom::store
