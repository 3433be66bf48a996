#include "store/conformance.h"

#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using domain::JobState;

const Actor kSite{"shop", ""};

NewImage from_site(NewImage image, Time now, std::int64_t number, const std::string& site = "shop", char content = 'a') {
  image.sha256 = std::string(64, content);
  image.site_photo = SitePhoto{site, number, now + std::chrono::seconds(2)};
  return image;
}

TEST_P(StoreConformance, TheSamePhotoAgainWhileItWaitsIsTheSameJobWithTheHigherPriority) {
  auto first = upload(from_site(photo("minji", 5), now_, 7));
  EXPECT_FALSE(first.replayed);
  auto lower = upload(from_site(photo("minji", 1), now_, 7));
  EXPECT_TRUE(lower.replayed);
  EXPECT_EQ(lower.job.public_id, first.job.public_id);
  EXPECT_EQ(lower.job.priority, 5);
  auto higher = upload(from_site(photo("minji", 50), now_, 7));
  EXPECT_EQ(higher.job.public_id, first.job.public_id);
  EXPECT_EQ(higher.job.priority, 50);
  EXPECT_EQ(store_->count_jobs().queued, 1);
  EXPECT_EQ(claim_one().priority, 50);
}

TEST_P(StoreConformance, WhatRunsIsNotBegunAgain) {
  auto first = upload(from_site(photo(), now_, 7));
  claim_one();
  auto again = upload(from_site(photo("minji", 50), now_, 7));
  EXPECT_EQ(again.job.public_id, first.job.public_id);
  EXPECT_EQ(again.job.state, JobState::running);
  EXPECT_EQ(store_->count_jobs().queued, 0);
}

TEST_P(StoreConformance, AfterItFinishedItIsANewJobOfTheSameImage) {
  auto first = upload(from_site(photo(), now_, 7));
  finish(claim_one(), success());
  NewImage changed = from_site(photo("minji", 3), now_, 7);
  changed.metadata = R"({"title":"new"})";
  auto second = upload(changed);
  EXPECT_FALSE(second.replayed);
  EXPECT_EQ(second.id, first.id);
  EXPECT_NE(second.job.public_id, first.job.public_id);
  EXPECT_EQ(second.job.state, JobState::queued);
  EXPECT_EQ(second.job.priority, 3);
  EXPECT_EQ(second.metadata, R"({"title":"new"})");
  EXPECT_EQ(claim_one().metadata, R"({"title":"new"})");
}

TEST_P(StoreConformance, AnotherSiteNumberOrPhotoIsAnotherJob) {
  std::set<std::int64_t> images;
  for (const NewImage& image : {from_site(photo(), now_, 7), from_site(photo(), now_, 8), from_site(photo(), now_, 7, "blog"), from_site(photo(), now_, 7, "shop", 'b')}) images.insert(upload(image).id.value);
  EXPECT_EQ(images.size(), 4u);
  EXPECT_EQ(store_->count_jobs().queued, 4);
  EXPECT_NE(upload().id, upload().id);  // photos without a number are never the same
}

TEST_P(StoreConformance, ManyWhoSendTheSameAtOnceShareOneJob) {
  std::vector<std::string> jobs(16);
  std::vector<std::jthread> senders;
  for (std::string& job : jobs) senders.emplace_back([&] { job = upload(from_site(photo(), now_, 7)).job.public_id; });
  senders.clear();
  EXPECT_EQ(std::set<std::string>(jobs.begin(), jobs.end()).size(), 1u);
  EXPECT_EQ(store_->count_jobs().queued, 1);
}

TEST_P(StoreConformance, TheCallbackWaitsForTheLastAnswer) {
  auto image = upload(from_site(photo(), now_, 7));
  EXPECT_EQ(store_->site_photo(image.id)->callback_from, now_ + std::chrono::seconds(2));
  now_ += std::chrono::seconds(10);
  upload(from_site(photo(), now_, 7));
  reopen();
  auto photo = store_->site_photo(image.id);
  EXPECT_EQ(photo->site, "shop");
  EXPECT_EQ(photo->number, 7);
  EXPECT_EQ(photo->callback_from, now_ + std::chrono::seconds(2));
  EXPECT_FALSE(store_->site_photo(upload().id));
}

TEST_P(StoreConformance, ADeletedImageLeavesItsNumberFree) {
  auto first = upload(from_site(photo(), now_, 7));
  ASSERT_TRUE(store_->delete_image(first.id, kSite, now_));
  store_->blob_removed(first.sha256);
  EXPECT_NE(upload(from_site(photo(), now_, 7)).id, first.id);
}

TEST_P(StoreConformance, AQuarantinedPhotoIsNotRunAgain) {
  auto first = upload(from_site(photo(), now_, 7));
  finish(claim_one(), crash());
  finish(claim_one(), crash());
  EXPECT_EQ(store_->create_image(from_site(photo(), now_, 7), kSite, now_).error().code, domain::code::quarantined);
  EXPECT_EQ(upload(from_site(photo(), now_, 8)).job.state, JobState::failed);
}

TEST_P(StoreConformance, TheNumberInWorkIsTheOldestThatRuns) {
  EXPECT_FALSE(store_->in_work().any);
  upload("minji", 100);
  upload(from_site(photo("minji", 50), now_, 70));
  upload(from_site(photo("minji", 10), now_, 60));
  claim_one();
  EXPECT_TRUE(store_->in_work().any);
  EXPECT_FALSE(store_->in_work().number);  // not a site's
  now_ += std::chrono::seconds(1);
  auto job = claim_one();
  now_ += std::chrono::seconds(1);
  claim_one();
  EXPECT_EQ(store_->in_work().number, 70);
  finish(job, success());
  EXPECT_EQ(store_->in_work().number, 60);
}

TEST_P(StoreConformance, WhatWaitsIsCountedUpToABound) {
  EXPECT_EQ(store_->count_waiting(100), 0);
  for (int i = 0; i < 5; ++i) upload();
  NewImage later = photo();
  later.run_at = now_ + std::chrono::hours(1);
  upload(later);
  upload(photo("minji", 0, "other"));
  EXPECT_EQ(store_->count_waiting(100), 7);
  claim_one();
  EXPECT_EQ(store_->count_waiting(100), 6);
  EXPECT_EQ(store_->count_waiting(3), 4);  // three in line, one for its time
}

}  // namespace
}  // namespace darkroom::store
