#include "store/conformance.h"

#include <algorithm>
#include <thread>

namespace darkroom::store {
namespace {

using domain::JobState;

const Actor kAdmin{"admin", ""};

BatchRecord make(Store& store, Time now) { return store.create_batch("spring album", "minji", kAdmin, now); }

NewImage into(const BatchRecord& batch, NewImage image) {
  image.batch = batch.public_id;
  return image;
}

std::vector<Event> completions(Store& store) {
  std::vector<Event> found;
  for (const Event& event : store.events(0, std::nullopt, 10'000)) {
    if (event.type == "batch.completed") found.push_back(event);
  }
  return found;
}

BatchRecord look(Store& store, const BatchRecord& batch) { return store.find_batch(batch.public_id).value(); }

TEST_P(StoreConformance, ABatchTellsItsProgressAndCompletesOnce) {
  BatchRecord batch = make(*store_, now_);
  auto first = upload(into(batch, photo()));
  upload(into(batch, photo()));
  upload(into(batch, photo()));
  EXPECT_EQ(first.job.batch, batch.public_id);
  EXPECT_EQ(store_->find_job(first.job.public_id)->batch, batch.public_id);
  finish(claim_one(), success());
  claim_one();
  BatchRecord half = look(*store_, batch);
  EXPECT_EQ(half.title, "spring album");
  EXPECT_EQ(half.owner, "minji");
  EXPECT_EQ(half.total, 3);
  EXPECT_EQ(half.completed, 1);
  EXPECT_EQ(half.running, 1);
  EXPECT_EQ(half.waiting, 1);
  EXPECT_FALSE(half.sealed_at);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  EXPECT_TRUE(look(*store_, batch).sealed_at);
  finish(claim_one(), permanent());
  EXPECT_TRUE(completions(*store_).empty());
  store_->requeue_orphans("restart", policy_, now_);
  finish(claim_one(), success());
  BatchRecord done = look(*store_, batch);
  EXPECT_EQ(done.completed_at, now_);
  ASSERT_EQ(completions(*store_).size(), 1u);
  EXPECT_EQ(completions(*store_)[0].data, R"({"batch":")" + batch.public_id + R"(","total":3,"completed":2,"failed":1,"cancelled":0})");
  EXPECT_EQ(store_->complete_batches(now_), 0);
}

TEST_P(StoreConformance, ACompletedBatchKeepsItsCountsWhenItsImagesAreDeleted) {
  BatchRecord batch = make(*store_, now_), open = make(*store_, now_);
  auto first = upload(into(batch, photo())), second = upload(into(batch, photo()));
  auto third = upload(into(open, photo()));
  upload(into(open, photo()));
  finish(claim_one(), success());
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  for (const ImageRecord& image : {first, second, third}) ASSERT_TRUE(store_->delete_image(image.id, kAdmin, now_));
  BatchRecord done = look(*store_, batch);
  EXPECT_TRUE(done.completed_at);
  EXPECT_EQ(done.total, 2);
  EXPECT_EQ(done.completed, 1);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(store_->list_batches(10, std::nullopt).at(1).total, 2);
  EXPECT_EQ(look(*store_, open).total, 1) << "what is open is counted";
}

TEST_P(StoreConformance, ABatchThatIsNotSealedDoesNotComplete) {
  BatchRecord batch = make(*store_, now_);
  upload(into(batch, photo()));
  finish(claim_one(), success());
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_FALSE(look(*store_, batch).completed_at);
  auto sealed = store_->seal_batch(batch.public_id, kAdmin, now_);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->completed_at, now_);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  EXPECT_EQ(completions(*store_).size(), 1u);
}

TEST_P(StoreConformance, AnEmptyBatchCompletesWhenItIsSealed) {
  BatchRecord batch = make(*store_, now_);
  EXPECT_EQ(store_->seal_batch(batch.public_id, kAdmin, now_)->completed_at, now_);
  EXPECT_EQ(store_->seal_batch("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_FALSE(store_->find_batch("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"));
}

TEST_P(StoreConformance, WhoSealedABatchIsToldSoAndWhoCameLaterIsNot) {
  BatchRecord batch = make(*store_, now_);
  EXPECT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_)->sealed_now);
  EXPECT_FALSE(store_->seal_batch(batch.public_id, kAdmin, now_)->sealed_now);
}

TEST_P(StoreConformance, NothingIsAddedToASealedBatch) {
  BatchRecord batch = make(*store_, now_);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  NewImage image = photo();
  image.batch = batch.public_id;
  EXPECT_EQ(store_->create_image(image, kAdmin, now_).error().code, domain::code::conflict);
  image.batch = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
  EXPECT_EQ(store_->create_image(image, kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_TRUE(store_->list_images(std::nullopt, 10).images.empty());
}

TEST_P(StoreConformance, CancellingTheLastJobCompletesTheBatch) {
  BatchRecord batch = make(*store_, now_);
  auto first = upload(into(batch, photo())), second = upload(into(batch, photo()));
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  ASSERT_TRUE(store_->cancel_job(first.job.public_id, kAdmin, now_));
  EXPECT_FALSE(look(*store_, batch).completed_at);
  EXPECT_EQ(store_->act_on_jobs({.batch = batch.public_id}, Cancel{}, false, kAdmin, now_).changed, 1);
  EXPECT_EQ(look(*store_, batch).cancelled, 2);
  EXPECT_TRUE(look(*store_, batch).completed_at);
  EXPECT_EQ(completions(*store_).size(), 1u);
}

TEST_P(StoreConformance, DeletingTheLastOpenImageCompletesTheBatch) {
  BatchRecord batch = make(*store_, now_);
  upload(into(batch, photo()));
  auto second = upload(into(batch, photo()));
  finish(claim_one(), success());
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  ASSERT_TRUE(store_->delete_image(second.id, kAdmin, now_));
  EXPECT_TRUE(look(*store_, batch).completed_at);
  EXPECT_EQ(look(*store_, batch).total, 1);
  EXPECT_EQ(completions(*store_).size(), 1u);
}

TEST_P(StoreConformance, ARetriedJobTakesThePlaceOfTheFailedOne) {
  BatchRecord batch = make(*store_, now_);
  auto first = upload(into(batch, photo()));
  upload(into(batch, photo()));
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  finish(claim_one(), permanent());
  auto again = store_->retry_job(first.job.public_id, kAdmin, now_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job.batch, batch.public_id);
  EXPECT_FALSE(store_->find_job(first.job.public_id)->batch);
  EXPECT_EQ(look(*store_, batch).total, 2);
  EXPECT_EQ(look(*store_, batch).failed, 0);
  finish(claim_one(), success());
  EXPECT_FALSE(look(*store_, batch).completed_at);
  finish(claim_one(), success());
  EXPECT_EQ(look(*store_, batch).completed, 2);
  EXPECT_EQ(completions(*store_).size(), 1u);
}

TEST_P(StoreConformance, TheHistoryOfABatchStaysUntilItHasCompleted) {
  BatchRecord batch = make(*store_, now_);
  auto image = upload(into(batch, photo()));
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, kAdmin, now_));
  finish(claim_one(), success());
  const Time later = now_ + std::chrono::days(1);
  EXPECT_EQ(store_->prune_history(0, later).count, 0);
  EXPECT_EQ(look(*store_, batch).failed, 1);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  ASSERT_EQ(completions(*store_).size(), 1u);
  EXPECT_EQ(completions(*store_)[0].data, R"({"batch":")" + batch.public_id + R"(","total":1,"completed":0,"failed":1,"cancelled":0})");
  EXPECT_EQ(store_->prune_history(0, later).count, 1);
  EXPECT_EQ(look(*store_, batch).failed, 1);
}

TEST_P(StoreConformance, ACompletedBatchStaysAsItIsWhenAJobOfItIsRetried) {
  BatchRecord batch = make(*store_, now_);
  auto image = upload(into(batch, photo()));
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  finish(claim_one(), permanent());
  auto again = store_->retry_job(image.job.public_id, kAdmin, now_);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->job.batch);
  finish(claim_one(), success());
  EXPECT_EQ(look(*store_, batch).failed, 1);
  EXPECT_EQ(completions(*store_).size(), 1u);
}

TEST_P(StoreConformance, ExistingImagesAreReprocessedAsABatch) {
  auto first = upload(), second = upload();
  upload();
  finish(claim_one(), success());
  finish(claim_one(), permanent());
  BatchRecord batch = make(*store_, now_);
  Reprocess how{.model = "other", .priority = 5, .batch = batch.public_id};
  auto done = store_->act_on_jobs({.images = {first.id, second.id}}, how, false, kAdmin, now_);
  EXPECT_EQ(done.changed, 2);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  EXPECT_EQ(look(*store_, batch).waiting, 2);
  for (const auto& job : store_->claim(wants(5, {"other"}), now_)) finish(job, success());
  EXPECT_EQ(look(*store_, batch).completed, 2);
  EXPECT_EQ(completions(*store_).size(), 1u);
  EXPECT_EQ(store_->reprocess_image(first.id, how, kAdmin, now_).error().code, domain::code::conflict);
}

TEST_P(StoreConformance, TheNewestBatchIsListedFirst) {
  make(*store_, now_);
  BatchRecord second = make(*store_, now_);
  auto list = store_->list_batches(10);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].public_id, second.public_id);
  EXPECT_EQ(store_->list_batches(1).size(), 1u);
  auto rest = store_->list_batches(10, std::nullopt, list.front().id);
  ASSERT_EQ(rest.size(), list.size() - 1);
  EXPECT_EQ(rest.front().public_id, list.at(1).public_id);
  EXPECT_TRUE(store_->list_batches(10, std::nullopt, list.back().id).empty());
}

// However the last jobs end together, there is one completion; where two writers may miss each other, complete_batches() makes it.
TEST_P(StoreConformance, ManyEndingsAtOnceMakeOneCompletion) {
  for (int round = 0; round < 10; ++round) {
    BatchRecord batch = make(*store_, now_);
    for (int i = 0; i < 8; ++i) upload(into(batch, photo("owner-" + std::to_string(i))));
    auto jobs = store_->claim(wants(8), now_);
    ASSERT_EQ(jobs.size(), 8u);
    {
      std::vector<std::jthread> workers;
      workers.emplace_back([&] { ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_)); });
      for (const auto& job : jobs) {
        workers.emplace_back([&, job] { EXPECT_TRUE(finish(job, success()).applied); });
      }
    }
    store_->complete_batches(now_);
    EXPECT_TRUE(look(*store_, batch).completed_at);
    EXPECT_EQ(completions(*store_).size(), static_cast<std::size_t>(round + 1));
  }
}

// A photo that is sent while its batch is being sealed is in it before it completes, or is refused.
TEST_P(StoreConformance, NothingSlipsIntoABatchWhileItIsSealed) {
  for (int round = 0; round < 10; ++round) {
    BatchRecord batch = make(*store_, now_);
    {
      std::vector<std::jthread> clients;
      for (int i = 0; i < 6; ++i) {
        clients.emplace_back([&] {
          NewImage image = photo();
          image.batch = batch.public_id;
          auto made = store_->create_image(image, kAdmin, now_);
          EXPECT_TRUE(made || made.error().code == domain::code::conflict);
        });
      }
      clients.emplace_back([&] { ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_)); });
    }
    BatchRecord sealed = look(*store_, batch);
    EXPECT_EQ(sealed.completed_at.has_value(), sealed.total == 0);
  }
}

// A process that was killed while it filled a batch with images left it open for ever, and its completion was never told.
TEST_P(StoreConformance, WhatAProcessThatIsGoneWasFillingIsSealed) {
  constexpr Duration kLease = std::chrono::seconds(10);
  store_->register_node({.id = kNode, .name = "web-1", .role = "web"}, kLease, now_);
  auto filled = store_->create_batch("filled", "minji", kAdmin, now_, kNode), open = make(*store_, now_);
  upload(into(filled, photo()));
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_FALSE(look(*store_, filled).sealed_at) << "its process lives";
  if (store_->is_shared()) {
    now_ += kLease;
    store_->rescue_expired(policy_, now_);
    now_ += std::chrono::minutes(1);
  } else {
    reopen();
    store_->requeue_orphans("restart", policy_, now_);
  }
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_EQ(look(*store_, filled).sealed_at, now_);
  EXPECT_FALSE(look(*store_, open).sealed_at) << "it waits for its uploads";
  finish(claim_one(), success());
  ASSERT_EQ(completions(*store_).size(), 1u);
  EXPECT_EQ(look(*store_, filled).completed_at, now_);
}

// A process that the database did not hear for one lease filled on into a batch that was sealed: the rest of its photos was refused.
TEST_P(StoreConformance, WhatAProcessFillsThatWasSilentForALeaseStaysOpen) {
  if (!store_->is_shared()) GTEST_SKIP() << "nobody is taken for lost where one process has the database";
  constexpr Duration kLease = std::chrono::seconds(10);
  store_->register_node({.id = kNode, .name = "web-1", .role = "web"}, kLease, now_);
  auto filled = store_->create_batch("filled", "minji", kAdmin, now_, kNode);
  now_ += kLease;
  store_->rescue_expired(policy_, now_);
  now_ += std::chrono::seconds(59);
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_FALSE(look(*store_, filled).sealed_at);
  store_->register_node({.id = kNode, .name = "web-1", .role = "web"}, kLease, now_);  // its next beat does so
  now_ += std::chrono::minutes(5);
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_FALSE(look(*store_, filled).sealed_at) << "it is back";
  upload(into(filled, photo()));
}

TEST_P(StoreConformance, WhatAProcessWasFillingThatStoppedInGoodOrderIsSealedAtOnce) {
  store_->register_node({.id = kNode, .name = "web-1", .role = "web"}, std::chrono::seconds(10), now_);
  auto filled = store_->create_batch("filled", "minji", kAdmin, now_, kNode);
  store_->unregister_node(kNode, "in good order", now_);
  store_->complete_batches(now_);
  EXPECT_TRUE(look(*store_, filled).completed_at);
}

TEST_P(StoreConformance, WhatWasFilledAndSealedNeedsItsProcessNoMore) {
  auto filled = store_->create_batch("filled", "minji", kAdmin, now_, kNode);
  ASSERT_TRUE(store_->seal_batch(filled.public_id, kAdmin, now_));
  now_ += std::chrono::seconds(1);
  EXPECT_EQ(store_->complete_batches(now_), 0);
  EXPECT_EQ(look(*store_, filled).sealed_at, now_ - std::chrono::seconds(1));
}

}  // namespace
}  // namespace darkroom::store
