#include "store/conformance.h"

namespace darkroom::store {
namespace {

using domain::JobState;
using Types = std::vector<std::string>;

const Actor kAdmin{"admin", "mended"};
const std::string kContent(64, 'a');

TEST_P(StoreConformance, ANewUploadOfAQuarantinedContentIsTakenAndFailsAtOnce) {
  crashed_twice();
  auto again = upload("someone else");
  EXPECT_EQ(again.job.state, JobState::failed);
  EXPECT_EQ(again.job.finished_at, now_);
  EXPECT_EQ(again.job.attempt, 0);
  ASSERT_TRUE(again.job.error);
  EXPECT_EQ(again.job.error->code, domain::code::quarantined);
  EXPECT_NE(again.job.error->message.find(kContent), std::string::npos);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  EXPECT_EQ(event_types(again.id), (Types{"image.created", "job.failed"}));
}

TEST_P(StoreConformance, AnotherContentIsNotTouched) {
  crashed_twice();
  NewImage other = photo();
  other.sha256 = std::string(64, 'b');
  EXPECT_EQ(upload(other).job.state, JobState::queued);
}

TEST_P(StoreConformance, AQuarantinedPhotoIsNotRunAgain) {
  auto image = crashed_twice();
  EXPECT_EQ(store_->retry_job(image.job.public_id, kAdmin, now_).error().code, domain::code::quarantined);
  EXPECT_EQ(store_->reprocess_image(image.id, {}, kAdmin, now_).error().code, domain::code::quarantined);
  auto dry = store_->act_on_jobs({}, Retry{}, true, kAdmin, now_);
  EXPECT_EQ(dry.matched, 1);
  EXPECT_EQ(dry.changed, 0);
  EXPECT_EQ(store_->act_on_jobs({}, Retry{}, false, kAdmin, now_).changed, 0);
}

TEST_P(StoreConformance, TheListNamesContentCrashesAndImages) {
  auto image = crashed_twice();
  auto again = upload();
  auto list = store_->list_quarantine(10);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].sha256, kContent);
  EXPECT_EQ(list[0].crashes, 2);
  EXPECT_EQ(list[0].last_at, now_);
  EXPECT_EQ(list[0].images, (std::vector<ImageId>{again.id, image.id}));
}

TEST_P(StoreConformance, TheContentThatCrashedLastIsListedFirst) {
  auto crash_twice = [&](char content) {
    NewImage image = photo();
    image.sha256 = std::string(64, content);
    upload(image);
    for (int i = 0; i < 2; ++i, now_ += std::chrono::minutes(1)) finish(claim_one(), crash());
    return image.sha256;
  };
  auto first = crash_twice('b'), last = crash_twice('a');
  auto list = store_->list_quarantine(10);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].sha256, last);
  EXPECT_EQ(list[0].last_at, now_ - std::chrono::minutes(1)) << "its second crash";
  EXPECT_EQ(list[1].sha256, first);
  list = store_->list_quarantine(1);
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].sha256, last);
}

TEST_P(StoreConformance, OneCrashIsNoQuarantine) {
  upload();
  finish(claim_one(), crash());
  EXPECT_TRUE(store_->list_quarantine(10).empty());
  EXPECT_EQ(store_->release_quarantine(kContent, kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, AReleasedPhotoRunsAgain) {
  auto image = crashed_twice();
  ASSERT_TRUE(store_->release_quarantine(kContent, kAdmin, now_));
  EXPECT_TRUE(store_->list_quarantine(10).empty());
  auto event = store_->events(0, std::nullopt, 100).back();
  EXPECT_EQ(event.type, "quarantine.released");
  EXPECT_EQ(event.reason, "mended");
  EXPECT_EQ(event.data, R"({"sha256":")" + kContent + R"(","crashes":2})");
  ASSERT_TRUE(store_->retry_job(image.job.public_id, kAdmin, now_));
  EXPECT_EQ(upload().job.state, JobState::queued);
  finish(claim_one(), success());
  EXPECT_EQ(store_->find_image(image.id)->job.state, JobState::completed);
}

TEST_P(StoreConformance, AReleasedPhotoMayCrashOnceMoreBeforeItIsQuarantinedAgain) {
  auto image = crashed_twice();
  ASSERT_TRUE(store_->release_quarantine(kContent, kAdmin, now_));
  ASSERT_TRUE(store_->retry_job(image.job.public_id, kAdmin, now_));
  finish(claim_one(), crash());
  EXPECT_TRUE(store_->list_quarantine(10).empty());
  finish(claim_one(), crash());
  EXPECT_EQ(store_->list_quarantine(10).size(), 1u);
}

TEST_P(StoreConformance, TheSecondCrashEndsAllThatWaitsWithThisContent) {
  auto batch = store_->create_batch("all", "minji", kAdmin, now_);
  NewImage in_batch = photo(), later = photo(), other = photo();
  in_batch.batch = batch.public_id;
  later.run_at = now_ + std::chrono::hours(1);
  other.sha256 = std::string(64, 'b');
  upload();
  auto first = claim_one();
  upload();
  auto second = claim_one();
  auto goes_back = upload();
  auto third = claim_one();
  auto queued = upload(in_batch), scheduled = upload(later), untouched = upload(other);
  ASSERT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_));
  finish(first, crash());
  EXPECT_EQ(store_->find_image(queued.id)->job.state, JobState::queued);
  finish(second, crash());
  for (const ImageRecord& image : {queued, scheduled}) {
    auto job = store_->find_image(image.id)->job;
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.attempt, 0);
    ASSERT_TRUE(job.error);
    EXPECT_EQ(job.error->code, domain::code::quarantined);
    EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.failed"}));
  }
  EXPECT_TRUE(store_->find_batch(batch.public_id)->completed_at);
  EXPECT_EQ(store_->failures({}).failures, 4);
  // What ran meanwhile and goes back ends when it is its turn.
  finish(third, domain::Interrupted{"its runner was taken away"});
  auto next = store_->claim(wants(5), now_);
  ASSERT_EQ(next.size(), 1u);
  EXPECT_EQ(next[0].image, untouched.id);
  EXPECT_EQ(store_->find_image(goes_back.id)->job.error->code, domain::code::quarantined);
}

TEST_P(StoreConformance, OfManyThatWaitWithAQuarantinedContentNoneStarts) {
  auto twice = [&] {
    finish(claim_one(), crash());
    finish(claim_one(), crash());
  };
  for (int i = 0; i < 620; ++i) upload();
  NewImage other = photo("b");
  other.sha256 = std::string(64, 'b');
  twice();
  EXPECT_EQ(store_->count_jobs().queued, 119) << "one transaction ends five hundred of those that wait";
  upload(other);
  EXPECT_EQ(claim_one().sha256, other.sha256);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  EXPECT_EQ(store_->count_jobs().queued, 0);
}

TEST_P(StoreConformance, AQuarantinedPhotoInABatchDoesNotHoldItUp) {
  crashed_twice();
  auto batch = store_->create_batch("all", "minji", kAdmin, now_);
  NewImage image = photo();
  image.batch = batch.public_id;
  upload(image);
  EXPECT_TRUE(store_->seal_batch(batch.public_id, kAdmin, now_)->completed_at);
  EXPECT_EQ(store_->find_batch(batch.public_id)->failed, 1);
}

}  // namespace
}  // namespace darkroom::store
