#include "blob/file_blob_store.h"
#include "scheduler/expire_due.h"
#include "scheduler/promote_due.h"
#include "scheduler/remove_blobs.h"
#include "scheduler/rescue_expired.h"
#include "store/open_store.h"
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace darkroom::scheduler {
namespace {

class SchedulerTest : public testing::Test {
 protected:
  SchedulerTest() : folder_(testing::TempDir() + "scheduler-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", now_);
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/blobs");
  }

  store::ImageRecord upload(const std::string& content = "photo") {
    auto staged = blobs_->stage();
    staged->write(content);
    blobs_->keep(*staged);
    store::NewImage image{.title = "a", .owner = "a", .sha256 = staged->sha256(), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store_->create_image(image, {"admin", ""}, now_).value();
  }

  std::string folder_;
  Time now_ = from_micros(1'700'000'000'000'000);
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
};

TEST_F(SchedulerTest, SleepsUntilTheNextJobIsDueAndPromotesIt) {
  PromoteDue promote({}, *store_);
  EXPECT_EQ(promote.run_once(now_), std::chrono::seconds(5));
  auto image = upload();
  auto job = store_->claim({"local", "slot-1", {"ai_processing/demo"}, 1}, now_).at(0);
  domain::RetryPolicy soon{.first_delay = std::chrono::seconds(3), .jitter = 0};
  store_->finish({job.fence, domain::Failed{{"model_unavailable", "x"}, domain::Failed::Kind::transient}, "slot-1", ""}, {"local", "slot-1", {}, 0}, soon, now_).stored.get();
  EXPECT_EQ(promote.run_once(now_), std::chrono::seconds(3));
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::scheduled);
  promote.run_once(now_ + std::chrono::seconds(3));
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::queued);
}

// A clock that was a year ahead for a moment let every retry of that moment wait for a year.
TEST_F(SchedulerTest, AClockThatIsPutForwardAndBackLetsNoRetryWait) {
  constexpr auto kYear = std::chrono::hours(24 * 366);
  domain::RetryPolicy policy{.first_delay = std::chrono::hours(2), .jitter = 0.1, .longest_delay = std::chrono::hours(1)};
  store::NewImage later{.title = "b", .owner = "b", .sha256 = std::string(64, 'b'), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  later.run_at = now_ + kYear;
  auto delayed = store_->create_image(later, {"admin", ""}, now_).value();
  auto fail = [&](Time at) {
    upload();
    auto job = store_->claim({"local", "slot-1", {"ai_processing/demo"}, 1}, at).at(0);
    store_->finish({job.fence, domain::Failed{{"model_unavailable", "x"}, domain::Failed::Kind::transient}, "slot-1", ""}, {"local", "slot-1", {}, 0}, policy, at).stored.get();
    return job.image;
  };
  auto state_of = [&](store::ImageId image) { return store_->find_image(image)->job.state; };
  PromoteDue promote({.retry = policy}, *store_);
  promote.run_once(now_);
  auto put_off = fail(now_), lost = fail(now_ + kYear);
  promote.run_once(now_ + kYear - std::chrono::hours(1));
  EXPECT_EQ(state_of(lost), domain::JobState::scheduled);
  EXPECT_EQ(state_of(put_off), domain::JobState::queued);
  ASSERT_EQ(fail(now_), put_off);
  promote.run_once(now_ + std::chrono::seconds(1));
  EXPECT_EQ(state_of(lost), domain::JobState::queued);
  EXPECT_EQ(state_of(put_off), domain::JobState::scheduled) << "it waits as long as it may";
  EXPECT_EQ(state_of(delayed.id), domain::JobState::scheduled) << "it waits as long as it shall";
}

TEST_F(SchedulerTest, AllRetriesAreDueWhenAClockIsPutBack) {
  constexpr auto kAhead = std::chrono::hours(24);
  std::vector<store::ImageId> images;
  for (int i = 0; i < 5; ++i) images.push_back(upload().id);
  for (const auto& job : store_->claim({"local", "slot-1", {"ai_processing/demo"}, 5}, now_ + kAhead)) {
    store_->finish({job.fence, domain::Failed{{"model_unavailable", "x"}, domain::Failed::Kind::transient}, "slot-1", ""}, {"local", "slot-1", {}, 0}, {}, now_ + kAhead).stored.get();
  }
  PromoteDue promote({.most_at_once = 2}, *store_);
  EXPECT_EQ(promote.run_once(now_), Duration::zero()) << "there are more than it takes at once";
  promote.run_once(now_);
  promote.run_once(now_);
  for (store::ImageId image : images) EXPECT_EQ(store_->find_image(image)->job.state, domain::JobState::queued);
}

// Each turn would ask the database again at once, for as long as the other has it.
TEST(SchedulerOnPostgres, WhatAnotherHoldsIsLookedForAfterAPause) {
  store::PostgresPlace place(testing_support::shared_postgres());
  store::SqlStore store(place.open());
  Time now = from_micros(1'700'000'000'000'000);
  store::NewImage later{.title = "b", .owner = "b", .sha256 = std::string(64, 'b'), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  later.run_at = now + std::chrono::seconds(1);
  later.expires_at = now + std::chrono::seconds(2);
  store.create_image(later, {"admin", ""}, now).value();
  now += std::chrono::seconds(2);
  PromoteDue promote({}, store);
  ExpireDue expire({}, store);
  auto holder = place.connect();
  holder->run_script("BEGIN; SELECT id FROM job FOR UPDATE", std::chrono::seconds(20));
  EXPECT_GT(promote.run_once(now), Duration::zero());
  EXPECT_GT(expire.run_once(now), Duration::zero());
  holder->run_script("COMMIT", std::chrono::seconds(20));
  promote.run_once(now);
  expire.run_once(now);
  auto jobs = store.find_jobs({.limit = 10}).jobs;
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs.at(0).job.state, domain::JobState::failed);
}

// A worker with a lease of ten seconds that runs a job, and somebody who looks whether it is silent.
class RescueTest : public SchedulerTest {
 protected:
  RescueTest() {
    store_->register_node({.id = kNode, .name = "worker-1", .role = "worker", .slots = 1}, kLease, now_);
    upload();
    store_->claim({kNode, "slot-1", {"ai_processing/demo"}, 1}, now_);
  }

  // A second each.
  void look(int times, bool worker_beats) {
    for (int i = 0; i < times; ++i) {
      now_ += std::chrono::seconds(1);
      if (worker_beats) store_->beat(kNode, store::NodeState::running, {}, kLease, now_);
      EXPECT_EQ(rescue_.run_once(now_), std::chrono::seconds(1));
    }
  }
  bool is_lost() const { return std::ranges::any_of(store_->events(0, std::nullopt, 1000), [](const store::Event& event) { return event.type == "node.lost"; }); }

  static constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
  static constexpr std::chrono::seconds kLease{10};
  int rescued_ = 0;
  RescueExpired rescue_{{.lease = kLease}, *store_, [this](int count) { rescued_ += count; }};
};

TEST_F(RescueTest, WhoIsSilentForALeaseLosesItsJobsAtTheNextLook) {
  look(15, true);
  look(9, false);
  EXPECT_EQ(rescued_, 0);
  look(1, false);
  EXPECT_EQ(rescued_, 1);
  EXPECT_TRUE(is_lost());
}

// Whoever looked first when the database was back took their jobs from workers that had not yet had time for a heartbeat.
TEST_F(RescueTest, NobodyIsSilentWhileTheDatabaseWasAway) {
  look(15, true);
  now_ += std::chrono::seconds(12);
  look(2, false);
  store_->register_node({.id = kNode, .name = "worker-1", .role = "worker", .slots = 1}, kLease, now_, store::Begins::long_ago);
  look(20, true);
  EXPECT_EQ(rescued_, 0);
  EXPECT_FALSE(is_lost());
  look(10, false);
  EXPECT_EQ(rescued_, 1);
}

TEST_F(RescueTest, WhoHasJustBegunLooksForALeaseFirst) {
  now_ += std::chrono::seconds(60);
  look(10, false);
  EXPECT_EQ(rescued_, 0);
  look(1, false);
  EXPECT_EQ(rescued_, 1);
}

TEST_F(RescueTest, AClockThatIsPutBackIsABreak) {
  look(15, true);
  now_ -= std::chrono::hours(1);
  look(11, false);
  EXPECT_EQ(rescued_, 0);
}

TEST_F(RescueTest, WhatBelongsToNobodyGoesBackAtOnce) {
  store_->rescue_expired({}, now_);
  upload();
  store_->claim({"01890000-0000-7000-8000-000000000009", "slot-1", {"ai_processing/demo"}, 1}, now_);
  look(1, true);
  EXPECT_EQ(rescued_, 1);
  EXPECT_FALSE(is_lost());
}

TEST_F(SchedulerTest, ARemovalCutShortIsFinished) {
  auto image = upload();
  auto content = store_->delete_image(image.id, {"admin", ""}, now_).value();
  ASSERT_TRUE(content);
  EXPECT_TRUE(blobs_->open(*content));
  RemoveBlobs remove(*store_, *blobs_);
  EXPECT_EQ(remove.run_once(), 1);
  EXPECT_FALSE(blobs_->open(*content));
  EXPECT_EQ(remove.run_once(), 0);
}

// A photo that arrives while its equal is being deleted: made durable before the removal, its row after it. The file must be there in the end.
TEST_F(SchedulerTest, APhotoThatArrivesDuringTheRemovalOfItsEqualIsNotLost) {
  auto image = upload();
  RemoveBlobs remove(*store_, *blobs_);
  ASSERT_TRUE(store_->delete_image(image.id, {"admin", ""}, now_));
  auto staged = blobs_->stage();
  staged->write("photo");
  blobs_->keep(*staged);
  remove.run_once();
  EXPECT_FALSE(blobs_->open(staged->sha256()));
  store::NewImage again{.title = "b", .owner = "a", .sha256 = staged->sha256(), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  again.keep_again = [&] { blobs_->confirm(*staged); };
  ASSERT_TRUE(store_->create_image(again, {"admin", ""}, now_));
  EXPECT_TRUE(blobs_->open(staged->sha256()));
}

// Two processes go through the same notes. The second overtakes the first, a photo comes back, and the first gets to what it read of it long ago.
TEST_F(SchedulerTest, ARemovalThatWasOvertakenTakesNoPhotoThatHasComeBack) {
  auto first = upload("first"), second = upload("second");
  ASSERT_TRUE(store_->delete_image(first.id, {"admin", ""}, now_));
  ASSERT_TRUE(store_->delete_image(second.id, {"admin", ""}, now_ + std::chrono::seconds(1)));
  RemoveBlobs overtaking(*store_, *blobs_);
  std::optional<store::ImageRecord> back;
  RemoveBlobs overtaken(*store_, *blobs_, [&](const std::string&) {
    if (back) return;
    EXPECT_GT(overtaking.run_once(), 0);
    back = upload("second");
  });
  EXPECT_EQ(overtaken.run_once(), 1);
  ASSERT_TRUE(back);
  EXPECT_TRUE(blobs_->open(back->sha256));
}

}  // namespace
}  // namespace darkroom::scheduler
