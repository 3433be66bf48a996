// Turns where several processes take photos in and start them: a photo that is on its way in while its line runs empty keeps a turn near the head.
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
constexpr int kBacklog = 80;

class PostgresTurns : public testing::Test {
 protected:
  PostgresTurns() : place_(shared_postgres()), one_(place_.open()), other_(place_.open()) {}

  std::int64_t upload(Store& store, const std::string& owner, std::optional<std::string> batch = {}) {
    std::string number = std::to_string(++photos_);  // each has a content of its own, which nobody else holds
    NewImage photo{.title = "a", .owner = owner, .sha256 = std::string(64 - number.size(), 'a') + number, .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    photo.batch = std::move(batch);
    return store.create_image(photo, {"admin", ""}, now_).value().id.value;
  }
  std::vector<domain::ClaimedJob> claim(int count) { return other_.claim({.node = kNode, .worker = "w", .lanes = {"ai_processing/demo"}, .count = count}, now_); }
  void finish(const std::vector<domain::ClaimedJob>& jobs) {
    for (const auto& job : jobs) other_.finish({job.fence, domain::Succeeded{{}, "{}"}, "w", "v"}, {.node = kNode, .worker = "w", .lanes = {}, .count = 0}, {}, now_).stored.get();
  }

  std::atomic<int> photos_ = 0;
  PostgresPlace place_;
  SqlStore one_, other_;
  Time now_ = from_micros(1'700'000'000'000'000);
};

// It has read where its turn is, and comes when all that were there have been started, and another owner has begun anew.
TEST_F(PostgresTurns, APhotoOnItsWayInWhileItsLineRunsEmptyDoesNotWaitForAllThatComeThen) {
  for (bool ended : {true, false}) {
    std::string batch = one_.create_batch("a", "b", {"admin", ""}, now_).public_id;
    for (int i = 0; i < kBacklog; ++i) upload(one_, "a");
    auto most = claim(kBacklog - 1);
    auto holder = place_.connect(), watcher = place_.connect();
    holder->run_script("BEGIN; SELECT id FROM batch FOR UPDATE", 20s);
    std::int64_t late = 0;
    std::jthread uploading([&] { late = upload(one_, "b", batch); });
    EXPECT_TRUE(comes_true([&] { return watcher->query("SELECT COUNT(*) FROM pg_locks WHERE NOT granted").front().integer(0) == 1; }));
    auto last = claim(1);
    EXPECT_EQ(last.size(), 1u);
    if (ended) {
      finish(most);
      now_ += 1s;
      finish(last);
    }
    for (int i = 0; i < kBacklog; ++i) upload(other_, "c");
    holder->run_script("COMMIT", 20s);
    uploading.join();
    auto next = claim(2);
    EXPECT_TRUE(std::ranges::any_of(next, [&](const domain::ClaimedJob& job) { return job.image.value == late; })) << "b's photo waits behind all of c's";
    claim(kBacklog);
  }
}

}  // namespace
}  // namespace darkroom::store
