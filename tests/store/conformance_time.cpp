// Time: jobs that wait for theirs, jobs that expire, retries that keep to the line.
#include "store/conformance.h"

#include <algorithm>

namespace darkroom::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Types = std::vector<std::string>;

TEST_P(StoreConformance, AJobForLaterIsScheduledAndStartsWhenItsTimeHasCome) {
  NewImage later = photo();
  later.run_at = now_ + minutes(10);
  auto image = upload(later);
  EXPECT_EQ(image.job.state, domain::JobState::scheduled);
  EXPECT_EQ(image.job.run_at, now_ + minutes(10));
  EXPECT_TRUE(store_->claim(wants(1), now_ + minutes(20)).empty()) << "only promotion makes it ready";
  auto none = store_->promote_due(10, now_ + minutes(10) - Duration(1));
  EXPECT_EQ(none.count, 0);
  EXPECT_EQ(none.next_due, now_ + minutes(10));
  now_ += minutes(10);
  auto promoted = store_->promote_due(10, now_);
  EXPECT_EQ(promoted.count, 1);
  EXPECT_FALSE(promoted.next_due);
  EXPECT_EQ(claim_one().image, image.id);
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.queued", "job.started"}));
}

TEST_P(StoreConformance, PromotionIsInTheOrderOfTheTimesAndNoMoreThanAsked) {
  std::vector<std::int64_t> images;
  for (int i = 0; i < 5; ++i) {
    NewImage later = photo();
    later.run_at = now_ + seconds(50 - 10 * i);
    images.push_back(upload(later).id.value);
  }
  auto first = store_->promote_due(2, now_ + seconds(60));
  EXPECT_EQ(first.count, 2);
  EXPECT_EQ(first.next_due, now_ + seconds(30));
  EXPECT_EQ(store_->promote_due(10, now_ + seconds(60)).count, 3);
  std::ranges::reverse(images);
  EXPECT_EQ(claim_order(5), images);
}

TEST_P(StoreConformance, OwnersTakeTurnsAlsoWithWhatIsPromotedTogether) {
  std::vector<std::int64_t> images;
  for (const char* owner : {"a", "a", "a", "b", "b", "c"}) {
    NewImage later = photo(owner);
    later.run_at = now_ + minutes(10);
    images.push_back(upload(later).id.value);
  }
  now_ += minutes(10);
  EXPECT_EQ(store_->promote_due(10, now_).count, 6);
  EXPECT_EQ(claim_order(6), (std::vector{images[0], images[3], images[5], images[1], images[4], images[2]}));
}

TEST_P(StoreConformance, ARetryTakesItsOwnersNextTurn) {
  auto first = upload("a");
  finish(claim_one(), transient());
  for (int i = 0; i < 3; ++i) upload("b");
  now_ += seconds(60);
  store_->promote_due(10, now_);
  auto order = claim_order(2);
  EXPECT_TRUE(std::ranges::count(order, first.id.value) == 1);
}

// What it took before is not counted as its own.
TEST_P(StoreConformance, EachRunBeginsAtItsOwnTime) {
  auto image = upload();
  finish(claim_one(), transient());
  Time first = now_;
  now_ += minutes(5);
  store_->promote_due(10, now_);
  auto again = claim_one();
  EXPECT_EQ(store_->find_job(image.job.public_id)->started_at, now_);
  Time second = now_;
  now_ += seconds(3);
  finish(again, success());
  auto attempts = store_->attempts_of(image.job.id);
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].started_at, first);
  EXPECT_EQ(attempts[1].started_at, second);
  EXPECT_EQ(attempts[1].finished_at, now_);
}

// --- expiry ---

TEST_P(StoreConformance, AnExpiredHeadIsEndedByTheClaimWhichGoesOn) {
  NewImage brief = photo("a");
  brief.expires_at = now_ + minutes(5);
  auto expired = upload(brief);
  auto in_time = upload("a");
  now_ += minutes(5);
  EXPECT_EQ(claim_one().image, in_time.id);
  auto job = store_->find_image(expired.id)->job;
  EXPECT_EQ(job.state, domain::JobState::failed);
  EXPECT_EQ(job.error->code, domain::code::expired);
  EXPECT_NE(job.error->message.find(to_rfc3339(now_)), std::string::npos) << job.error->message;
  EXPECT_EQ(job.finished_at, now_);
  EXPECT_EQ(job.attempt, 0);
  EXPECT_EQ(event_types(expired.id), (Types{"image.created", "job.failed"}));
}

TEST_P(StoreConformance, AClaimOfManyStartsNoneThatHasExpired) {
  for (int i = 0; i < 30; ++i) {
    NewImage image = photo("a");
    if (i % 3 == 0) image.expires_at = now_ + seconds(1);
    upload(image);
  }
  now_ += seconds(1);
  EXPECT_EQ(store_->claim(wants(30), now_).size(), 20u);
  EXPECT_EQ(store_->find_jobs({.state = domain::JobState::failed, .limit = 100}).jobs.size(), 10u);
}

TEST_P(StoreConformance, WhatStartedBeforeItsExpiryMayFinishAfterIt) {
  NewImage brief = photo();
  brief.expires_at = now_ + minutes(5);
  upload(brief);
  auto job = store_->claim(wants(1), now_ + minutes(5) - Duration(1)).at(0);
  now_ += minutes(6);
  EXPECT_EQ(store_->expire_due(10, now_).count, 0);
  EXPECT_TRUE(finish(job, success()).applied);
}

TEST_P(StoreConformance, WhatWasStartedInTimeDoesNotExpireWhileItWaitsToRunAgain) {
  for (bool by_retry : {true, false}) {
    NewImage brief = photo();
    brief.expires_at = now_ + minutes(5);
    auto image = upload(brief);
    finish(claim_one(), by_retry ? domain::Ending(transient()) : domain::Ending(domain::Interrupted{"its runner was taken away"}));
    now_ += minutes(6);
    auto none = store_->expire_due(10, now_);
    EXPECT_EQ(none.count, 0);
    EXPECT_FALSE(none.next_due);
    store_->promote_due(10, now_);
    auto again = claim_one();
    EXPECT_EQ(again.image, image.id);
    finish(again, success());
  }
}

TEST_P(StoreConformance, ExpireDueEndsWaitingJobsAndTellsWhenTheNextExpires) {
  NewImage queued = photo(), scheduled = photo(), later = photo();
  queued.expires_at = now_ + minutes(1);
  scheduled.expires_at = now_ + minutes(2);
  scheduled.run_at = now_ + minutes(10);
  later.expires_at = now_ + minutes(30);
  auto first = upload(queued), second = upload(scheduled), third = upload(later);
  auto none = store_->expire_due(10, now_);
  EXPECT_EQ(none.count, 0);
  EXPECT_EQ(none.next_due, now_ + minutes(1));
  now_ += minutes(2);
  auto one = store_->expire_due(1, now_);
  EXPECT_EQ(one.count, 1);
  EXPECT_EQ(one.next_due, now_);
  EXPECT_EQ(store_->expire_due(10, now_).next_due, third.job.expires_at);
  EXPECT_EQ(store_->find_image(first.id)->job.error->code, domain::code::expired);
  EXPECT_EQ(store_->find_image(second.id)->job.state, domain::JobState::failed);
  EXPECT_EQ(store_->find_image(third.id)->job.state, domain::JobState::queued);
  EXPECT_EQ(event_types(second.id), (Types{"image.created", "job.failed"}));
}

TEST_P(StoreConformance, AnExpiredJobCanBeRetried) {
  NewImage brief = photo();
  brief.expires_at = now_ + minutes(1);
  auto image = upload(brief);
  now_ += minutes(1);
  store_->expire_due(10, now_);
  ASSERT_TRUE(store_->retry_job(image.job.public_id, {"admin", ""}, now_));
  EXPECT_EQ(claim_one().image, image.id);
}

}  // namespace
}  // namespace darkroom::store
