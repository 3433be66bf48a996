#include "base/hash.h"
#include "store/conformance.h"

#include <atomic>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

const Actor kAdmin{"admin", ""};

NewImage with_key(NewImage image, const std::string& key, const std::string& request = "one", const std::string& scope = "admin") {
  image.idempotency = IdempotencyKey{scope, key, sha256_hex(request)};
  return image;
}

TEST_P(StoreConformance, TheSameKeyGivesTheFirstImageAgain) {
  auto first = upload(with_key(photo(), "k-1"));
  EXPECT_FALSE(first.replayed);
  auto second = upload(with_key(photo(), "k-1"));
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.job.public_id, first.job.public_id);
  EXPECT_NE(upload(with_key(photo(), "k-2")).id, first.id);
  EXPECT_NE(upload(with_key(photo(), "k-1", "one", "someone else")).id, first.id);
  EXPECT_EQ(store_->count_jobs().queued, 3);
}

TEST_P(StoreConformance, AKeyForAnotherRequestIsAMismatch) {
  upload(with_key(photo(), "k-1", "one"));
  EXPECT_EQ(store_->create_image(with_key(photo(), "k-1", "two"), kAdmin, now_).error().code, domain::code::idempotency_mismatch);
  EXPECT_EQ(store_->count_jobs().queued, 1);
}

TEST_P(StoreConformance, WhoLooksForAKeyTakesNone) {
  auto look = [&](const std::string& key, const std::string& request) { return store_->image_of_key(*with_key(photo(), key, request).idempotency, now_); };
  EXPECT_FALSE(look("k-1", "one").value());
  auto first = upload(with_key(photo(), "k-1", "one"));
  EXPECT_FALSE(first.replayed) << "it was not taken by the look";
  auto found = look("k-1", "one").value();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->replayed);
  EXPECT_EQ(found->id, first.id);
  EXPECT_EQ(look("k-1", "two").error().code, domain::code::idempotency_mismatch);
  now_ += std::chrono::hours(24 * 7) + std::chrono::seconds(1);
  EXPECT_FALSE(look("k-1", "one").value());
}

TEST_P(StoreConformance, AReplayTellsHowTheImageIsDoingNow) {
  upload(with_key(photo(), "k-1"));
  finish(claim_one(), success());
  reopen();
  EXPECT_EQ(upload(with_key(photo(), "k-1")).job.state, domain::JobState::completed);
}

TEST_P(StoreConformance, AKeyWhoseImageIsDeletedIsRefusedWithWords) {
  upload();  // keeps the content
  auto first = upload(with_key(photo(), "k-1"));
  ASSERT_TRUE(store_->delete_image(first.id, kAdmin, now_));
  auto again = store_->create_image(with_key(photo(), "k-1"), kAdmin, now_);
  EXPECT_EQ(again.error().code, domain::code::conflict);
  EXPECT_NE(again.error().message.find("deleted"), std::string::npos);
}

TEST_P(StoreConformance, ARefusedRequestLeavesItsKeyFree) {
  NewImage image = with_key(photo(), "k-1");
  image.batch = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  EXPECT_EQ(store_->create_image(image, kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_FALSE(upload(with_key(photo(), "k-1")).replayed);
}

TEST_P(StoreConformance, KeysAreForgottenAfterAWeek) {
  auto first = upload(with_key(photo(), "k-1"));
  now_ += std::chrono::hours(24 * 7) - std::chrono::seconds(1);
  EXPECT_EQ(upload(with_key(photo(), "k-1")).id, first.id);
  now_ += std::chrono::seconds(2);
  EXPECT_NE(upload(with_key(photo(), "k-1")).id, first.id);
}

// Only some of the old ones are removed with each photo, the oldest first.
TEST_P(StoreConformance, AKeyWhoseTimeIsOverIsFreeAlsoWhileItStandsThere) {
  for (int i = 0; i < 30; ++i) {
    upload(with_key(photo(), "older-" + std::to_string(i)));
    now_ += std::chrono::seconds(1);
  }
  auto first = upload(with_key(photo(), "k-1", "one"));
  now_ += std::chrono::hours(24 * 7) + std::chrono::seconds(1);
  auto anew = upload(with_key(photo(), "k-1", "two"));
  EXPECT_FALSE(anew.replayed);
  EXPECT_NE(anew.id, first.id);
  auto again = upload(with_key(photo(), "k-1", "two"));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.id, anew.id) << "its time begins anew";
}

TEST_P(StoreConformance, AHundredParallelRequestsWithOneKeyMakeOneJob) {
  std::mutex mutex;
  std::set<std::int64_t> images;
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 100; ++i) {
      clients.emplace_back([&] {
        auto image = upload(with_key(photo(), "k-1"));
        if (!image.replayed) ++made;
        std::lock_guard lock(mutex);
        images.insert(image.id.value);
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(images.size(), 1u);
  EXPECT_EQ(store_->count_jobs().queued, 1);
  EXPECT_EQ(store_->events(0, std::nullopt, 1000).size(), 1u);
}

}  // namespace
}  // namespace darkroom::store
