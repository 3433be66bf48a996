// A batch whose last two jobs ended at the same moment on two nodes, which each saw the other one open: whoever looks completes it, and only one does.
#include "store/open_store.h"
#include "store/sql/sqlite_connection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <latch>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

constexpr int kRounds = 10, kNodes = 8;

TEST(BatchCompletion, ABatchThatManyFindDoneEndsOnce) {
  std::string folder = testing::TempDir() + "batch-completion-" + std::to_string(::getpid()), path = folder + "/darkroom.db";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Time now = from_micros(1'700'000'000'000'000);
  auto batch = open_store(path, now)->create_batch("album", "minji", {"admin", ""}, now).public_id;
  (void)open_store(path, now)->seal_batch(batch, {"admin", ""}, now).value();  // it has no job, so that it is complete
  for (int round = 1; round <= kRounds; ++round) {
    SqliteConnection(path, SqliteConnection::Mode::writer).execute("UPDATE batch SET completed_at = NULL");
    auto store = open_store(path, now);
    std::atomic<int> completed = 0;
    std::latch begin(kNodes);
    {
      std::vector<std::jthread> nodes;
      for (int i = 0; i < kNodes; ++i) {
        nodes.emplace_back([&] {
          begin.arrive_and_wait();
          completed += store->complete_batches(now);
        });
      }
    }
    EXPECT_EQ(completed, 1);
    EXPECT_TRUE(store->find_batch(batch)->completed_at);
    int told = 0;
    for (const Event& event : store->events(0, std::nullopt, 1000)) told += event.type == "batch.completed" ? 1 : 0;
    EXPECT_EQ(told, 1 + round);  // the first time when it was sealed
  }
  std::filesystem::remove_all(folder);
}

TEST(BatchCounts, OfAnOpenBatchOfVeryManyItIsSaidThatThereAreMore) {
  std::string folder = testing::TempDir() + "batch-counts-" + std::to_string(::getpid()), path = folder + "/darkroom.db";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Time now = from_micros(1'700'000'000'000'000);
  auto batch = open_store(path, now)->create_batch("album", "minji", {"admin", ""}, now).public_id;
  SqliteConnection(path, SqliteConnection::Mode::writer)
      .execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= $1) "
               "INSERT INTO job (public_id, kind, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, finished_at, batch_id, created_at, updated_at) "
               "SELECT printf('%036d', i), 'maintenance.prune', 'maintenance', '', 'maintenance/maintenance.prune', 'system', 0, 0, 'completed', 1, 1, 1, 1, 1, 1 FROM n",
               {kExactInBatch});
  for (bool more : {true, false}) {
    BatchRecord counted = open_store(path, now)->find_batch(batch).value();
    EXPECT_EQ(counted.completed, kExactInBatch);
    EXPECT_EQ(counted.total, kExactInBatch);
    EXPECT_EQ(counted.over_limit, more);
    SqliteConnection(path, SqliteConnection::Mode::writer).execute("DELETE FROM job WHERE id = 1");
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace darkroom::store
