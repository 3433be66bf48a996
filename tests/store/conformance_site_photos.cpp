#include "store/conformance.h"

#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using domain::DeliveryState;
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

// --- who is called back ---
NewImage with_site(NewImage image, Time now, std::int64_t number, char content) {
  image = from_site(std::move(image), now, number, "shop", content);
  image.callbacks.push_back({.site = "shop", .url = "", .signer = "", .format = domain::CallbackFormat::compat, .foreign_id = number,
                             .not_before = now + std::chrono::seconds(2), .after_answer = std::chrono::seconds(2)});
  return image;
}

struct Site {
  std::unique_ptr<Store>& store_;
  Time& now_;

  // Sends everything that is due, as the receiver sees it: the images in their order.
  std::vector<std::int64_t> told() {
    std::vector<std::int64_t> images;
    for (auto due = take(); !due.empty(); due = take()) {
      for (const ClaimedDelivery& one : due) {
        images.push_back(one.delivery.image->value);
        EXPECT_TRUE(end(one, SettledTry::Verdict::delivered));
      }
    }
    return images;
  }
  std::vector<ClaimedDelivery> take() { return store_->claim_deliveries({.count = 10, .per_target = 10, .lease = std::chrono::seconds(60)}, now_).deliveries; }
  // Half a minute later, when everything is due.
  ClaimedDelivery next_under_way() {
    now_ += std::chrono::seconds(30);
    return take().at(0);
  }
  bool end(const ClaimedDelivery& claimed, SettledTry::Verdict verdict) {
    return store_->settle_delivery({.id = claimed.delivery.id, .claim_no = claimed.delivery.claim_no, .made = {.started_at = now_, .status = {}, .error = {}, .excerpt = ""},
                                    .verdict = verdict, .wait = std::chrono::seconds(5)}, now_);
  }
  std::vector<domain::DeliveryState> states() {
    std::vector<domain::DeliveryState> all;
    for (const auto& delivery : store_->list_deliveries({}, std::nullopt, 100).deliveries) all.push_back(delivery.state);
    return all;
  }
};

TEST_P(StoreConformance, ASiteHearsOfThePhotoThatItSentLast) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  auto newer = upload(with_site(photo("minji", 50), now_, 7, 'b'));
  auto other = upload(with_site(photo(), now_, 8, 'a'));
  finish(claim_one(), success());  // the newer one is done first
  finish(claim_one(), success());
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), (std::vector{newer.id.value, other.id.value}));
}

TEST_P(StoreConformance, AResultThatIsOnItsWayIsNotSentOnceAnotherPhotoTookItsNumber) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  auto newer = upload(with_site(photo(), now_, 7, 'b'));
  EXPECT_EQ(site.states(), std::vector{DeliveryState::superseded});
  now_ += std::chrono::seconds(30);
  EXPECT_TRUE(site.told().empty());
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), std::vector{newer.id.value});
}

TEST_P(StoreConformance, TheNewPhotosResultWaitsForTheOldOnesThatIsUnderWay) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  auto older = site.next_under_way();
  auto newer = upload(with_site(photo(), now_, 7, 'b'));
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_TRUE(site.take().empty());
  EXPECT_TRUE(site.end(older, SettledTry::Verdict::again));
  EXPECT_EQ(site.states(), (std::vector{DeliveryState::waiting, DeliveryState::superseded}));
  EXPECT_EQ(store_->replay_delivery(older.delivery.public_id, kSite, now_).error().code, domain::code::conflict);
  EXPECT_EQ(site.told(), std::vector{newer.id.value});
}

// The newer one has no result yet, and may not have one for long.
TEST_P(StoreConformance, TheOldPhotosResultIsNotSentAgainWhileTheNewOneWaits) {
  Site site{store_, now_};
  for (auto verdict : {SettledTry::Verdict::again, SettledTry::Verdict::dead}) {
    upload(with_site(photo(), now_, 7, 'a'));
    finish(claim_one(), success());
    auto older = site.next_under_way();
    auto newer = upload(with_site(photo(), now_, 7, 'b'));
    EXPECT_TRUE(site.end(older, verdict));
    EXPECT_EQ(store_->find_delivery(older.delivery.public_id)->state, DeliveryState::superseded);
    now_ += std::chrono::seconds(30);
    EXPECT_TRUE(site.take().empty());
    finish(claim_one(), success());
    now_ += std::chrono::seconds(30);
    EXPECT_EQ(site.told(), std::vector{newer.id.value});
  }
}

TEST_P(StoreConformance, WhatASenderLeftIsNotSentOnceAnotherPhotoTookItsNumber) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  site.next_under_way();
  upload(with_site(photo(), now_, 7, 'b'));
  now_ += std::chrono::seconds(90);
  EXPECT_EQ(store_->release_deliveries(false, now_), 1);
  EXPECT_TRUE(site.take().empty());
  EXPECT_EQ(site.states(), std::vector{DeliveryState::superseded});
}

TEST_P(StoreConformance, WhatWasToldOfAPhotoIsNotReplayedOnceAnotherTookItsNumber) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  auto older = site.next_under_way();
  EXPECT_TRUE(site.end(older, SettledTry::Verdict::delivered));
  auto newer = upload(with_site(photo(), now_, 7, 'b'));
  auto refused = store_->replay_delivery(older.delivery.public_id, kSite, now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::code::conflict);
  EXPECT_NE(refused.error().message.find("image " + std::to_string(newer.id.value)), std::string::npos) << refused.error().message;
  EXPECT_EQ(store_->replay_deliveries({}, true, kSite, now_).changed, 0);
}

TEST_P(StoreConformance, TheOldPhotosResultIsNotReplayedOverTheNewOnes) {
  Site site{store_, now_};
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  auto older = site.next_under_way();
  EXPECT_TRUE(site.end(older, SettledTry::Verdict::dead));
  upload(with_site(photo(), now_, 7, 'b'));
  finish(claim_one(), success());
  EXPECT_EQ(store_->replay_delivery(older.delivery.public_id, kSite, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->replay_deliveries({}, true, kSite, now_).changed, 0);
}

TEST_P(StoreConformance, TheFirstPhotoSentOnceMoreIsTheLastOne) {
  Site site{store_, now_};
  auto first = upload(with_site(photo(), now_, 7, 'a'));
  upload(with_site(photo(), now_, 7, 'b'));
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), std::vector{first.id.value});
  upload(with_site(photo(), now_, 7, 'b'));
  upload(with_site(photo(), now_, 7, 'a'));
  finish(claim_one(), success());
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), std::vector{first.id.value});
}

TEST_P(StoreConformance, APhotoFromBeforeItsSiteWasConfiguredIsToldOnceItIsSentAgain) {
  Site site{store_, now_};
  auto image = upload(from_site(photo(), now_, 7));
  upload(with_site(photo(), now_, 7, 'a'));  // it still waits
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), std::vector{image.id.value});

  auto ended = upload(from_site(photo(), now_, 8));
  finish(claim_one(), success());
  upload(with_site(photo(), now_, 8, 'a'));
  finish(claim_one(), success());
  now_ += std::chrono::seconds(30);
  EXPECT_EQ(site.told(), std::vector{ended.id.value});
}

// The photo was stored, and its sender answered, at an unknown time between its arrival and the end of its job.
TEST_P(StoreConformance, TheCallbacksDelayIsCountedFromTheLastMomentOfTheAnswer) {
  auto due_after = [&](std::chrono::seconds run) {
    Time sent = now_;
    auto image = upload(with_site(photo(), now_, 7, 'a'));
    now_ += run;
    finish(claim_one(), success());
    return store_->list_deliveries({.image = image.id}, std::nullopt, 1).deliveries.at(0).due_at - sent;
  };
  EXPECT_EQ(due_after(std::chrono::seconds(0)), std::chrono::seconds(2));
  EXPECT_EQ(due_after(std::chrono::seconds(5)), std::chrono::seconds(7));
  EXPECT_EQ(due_after(std::chrono::seconds(11)), std::chrono::seconds(12));
  EXPECT_EQ(due_after(std::chrono::seconds(60)), std::chrono::seconds(60));
}

TEST_P(StoreConformance, ADeletedImageLeavesItsNumberFree) {
  auto first = upload(from_site(photo(), now_, 7));
  ASSERT_TRUE(store_->delete_image(first.id, kSite, now_));
  store_->remove_content(first.sha256, kFolder, [] {});
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
