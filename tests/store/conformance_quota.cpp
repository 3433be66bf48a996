// A quota of bytes is exact, also for photos that arrive together.
#include "store/conformance.h"

#include <atomic>
#include <thread>

namespace darkroom::store {
namespace {

const Actor kAdmin{"admin", ""};

NewImage bounded(int number) {
  NewImage image{.title = "a", .owner = "minji", .sha256 = std::string(60, 'a') + std::to_string(1000 + number), .byte_count = 1000, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  image.within_quota = true;
  return image;
}

TEST_P(StoreConformance, ParallelPhotosDoNotOvershootTheQuota) {
  Account account{"minji", "uploader", "hash"};
  account.byte_quota = 10'500;
  store_->create_account(account, kAdmin, now_).value();
  std::atomic<int> taken = 0, refused = 0;
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 8; ++i) {
      senders.emplace_back([&, i] {
        for (int k = 0; k < 5; ++k) {
          auto made = store_->create_image(bounded(i * 5 + k), kAdmin, now_);
          if (made) ++taken;
          else if (made.error().code == domain::code::quota_exceeded) ++refused;
        }
      });
    }
  }
  EXPECT_EQ(taken, 10);
  EXPECT_EQ(refused, 30);
  EXPECT_EQ(store_->bytes_of("minji"), 10'000);
}

TEST_P(StoreConformance, OnlyWhoHasAQuotaIsBound) {
  EXPECT_TRUE(store_->create_image(bounded(1), kAdmin, now_)) << "there is no such account";
  store_->create_account({"minji", "uploader", "hash"}, kAdmin, now_).value();
  EXPECT_TRUE(store_->create_image(bounded(2), kAdmin, now_)) << "its account has none";
  AccountChange change;
  change.byte_quota = std::optional<std::int64_t>(2000);
  ASSERT_TRUE(store_->change_account("minji", change, kAdmin, now_));
  EXPECT_EQ(store_->create_image(bounded(3), kAdmin, now_).error().code, domain::code::quota_exceeded);
  NewImage other = bounded(4);
  other.owner = "joon";
  EXPECT_TRUE(store_->create_image(other, kAdmin, now_));
}

TEST_P(StoreConformance, WhatIsThereAlreadyNeedsNoRoom) {
  Account account{"minji", "uploader", "hash"};
  account.byte_quota = 1000;
  store_->create_account(account, kAdmin, now_).value();
  NewImage keyed = bounded(1);
  keyed.idempotency = IdempotencyKey{"minji", "k", std::string(64, 'b')};
  auto made = store_->create_image(keyed, kAdmin, now_).value();
  auto again = store_->create_image(keyed, kAdmin, now_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, made.id);
  ASSERT_TRUE(store_->delete_image(made.id, kAdmin, now_));
  EXPECT_TRUE(store_->create_image(bounded(2), kAdmin, now_));
}

TEST_P(StoreConformance, JobsOfOneOwnerAreCounted) {
  for (const char* owner : {"minji", "joon", "minji", "minji"}) upload(owner);
  NewImage later = photo("minji");
  later.run_at = now_ + std::chrono::hours(1);
  upload(later);
  auto job = claim_one();
  bool runs = store_->find_image(job.image)->owner == "minji";
  JobCounts own = store_->count_jobs("minji");
  EXPECT_EQ(own.queued, runs ? 2 : 3);
  EXPECT_EQ(own.running, runs ? 1 : 0);
  EXPECT_EQ(own.scheduled, 1);
  EXPECT_EQ(store_->count_jobs("nobody").queued, 0);
  EXPECT_EQ(store_->count_jobs().queued, 3);
}

}  // namespace
}  // namespace darkroom::store
