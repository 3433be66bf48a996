#include "domain/maintenance.h"
#include "store/conformance.h"

#include <gmock/gmock.h>

namespace darkroom::store {
namespace {

using domain::JobState;
using std::chrono::days;
using std::chrono::hours;

const Actor kPrune{"prune", "too old"};

// Goes through all stretches and returns the sum.
template <class Prune>
std::int64_t all(const Prune& prune) {
  std::int64_t count = 0;
  std::optional<std::int64_t> cursor = 0;
  for (int i = 0; cursor && i < 100; ++i) {
    Stretch stretch = prune(*cursor);
    count += stretch.count;
    cursor = stretch.next;
  }
  EXPECT_FALSE(cursor) << "it never ends";
  return count;
}

class Retained {
 public:
  Retained(Store& store, Time now) : store_(store), now_(now) {}
  std::int64_t history(Time before) {
    return all([&](std::int64_t after) { return store_.prune_history(after, before); });
  }
  std::int64_t batches(Time before) {
    return all([&](std::int64_t after) { return store_.prune_batches(after, before); });
  }
  std::int64_t images(JobState state, Time before) {
    return all([&](std::int64_t after) { return store_.prune_images(after, state, before, kPrune, now_); });
  }
  std::int64_t events(Time before) {
    return all([&](std::int64_t after) { return store_.prune_events(after, before, now_); });
  }
  std::int64_t maintenance(Time before) {
    return all([&](std::int64_t) { return store_.prune_maintenance(before); });
  }

 private:
  Store& store_;
  Time now_;
};

TEST_P(StoreConformance, HistoryKeepsTheNewestJobAndTheOneOfTheResult) {
  auto image = upload();
  std::string with_result, last;
  for (int run = 0; run < 4; ++run) {
    auto job = claim_one();
    if (run == 1) with_result = job.public_id;
    last = job.public_id;
    finish(job, run == 1 ? domain::Ending(success()) : domain::Ending(permanent()));
    if (run == 3) break;
    ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  }
  Retained retained(*store_, now_);
  EXPECT_EQ(retained.history(now_), 0);  // not older than now
  EXPECT_EQ(retained.history(now_ + days(1)), 2);
  std::vector<std::string> left;
  for (const JobRecord& job : store_->jobs_of(image.id)) left.push_back(job.public_id);
  EXPECT_THAT(left, testing::ElementsAre(last, with_result));
  EXPECT_TRUE(store_->find_image(image.id)->document);
  EXPECT_EQ(store_->attempts_of(store_->find_job(with_result)->id).size(), 1u);
  EXPECT_EQ(retained.history(now_ + days(1)), 0);
}

TEST_P(StoreConformance, HistoryIsGoneThroughInStretches) {
  constexpr int kPhotos = 260;
  for (int i = 0; i < kPhotos; ++i) {
    auto image = upload();
    finish(claim_one(), permanent());
    ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
    finish(claim_one(), permanent());
  }
  Stretch first = store_->prune_history(0, now_ + days(1));
  EXPECT_LE(first.count, 200);
  EXPECT_TRUE(first.next);
  EXPECT_EQ(first.count + Retained(*store_, now_).history(now_ + days(1)), kPhotos);
}

TEST_P(StoreConformance, ACompletedBatchGoesWhenItsLastJobIsGoneAndOldEnough) {
  auto make = [&] { return store_->create_batch("album", "minji", {"admin", ""}, now_).public_id; };
  auto seal = [&](const std::string& batch) { EXPECT_TRUE(store_->seal_batch(batch, {"admin", ""}, now_)); };
  std::string open = make(), shown = make(), deleted = make(), empty = make();
  NewImage kept = photo(), goes = photo();
  kept.batch = shown, goes.batch = deleted;
  upload(kept);
  auto gone = upload(goes);
  finish(claim_one(), success());
  finish(claim_one(), success());
  for (const std::string& batch : {shown, deleted, empty}) seal(batch);
  ASSERT_TRUE(store_->delete_image(gone.id, {"admin", ""}, now_));
  Retained retained(*store_, now_);
  EXPECT_EQ(retained.batches(now_), 0);  // not older than now
  EXPECT_EQ(retained.batches(now_ + days(1)), 2);
  EXPECT_FALSE(store_->find_batch(deleted));
  EXPECT_FALSE(store_->find_batch(empty));
  EXPECT_TRUE(store_->find_batch(shown)) << "a photo of it is there";
  EXPECT_TRUE(store_->find_batch(open));
}

TEST_P(StoreConformance, ImagesGoByHowAndWhenTheyEnded) {
  auto put = [&](char content, const domain::Ending& ending) {
    NewImage image = photo();
    image.sha256 = std::string(64, content);
    auto made = upload(image);
    finish(claim_one(), ending);
    return made.id;
  };
  ImageId done = put('a', success()), broken = put('b', permanent());
  now_ += days(10);
  ImageId young = put('c', success());
  NewImage open = photo();
  open.sha256 = std::string(64, 'd');
  ImageId waiting = upload(open).id;
  Retained retained(*store_, now_);
  EXPECT_EQ(retained.images(JobState::completed, now_ - days(5)), 1);
  EXPECT_FALSE(store_->find_image(done));
  EXPECT_TRUE(store_->find_image(broken));
  EXPECT_TRUE(store_->find_image(young));
  EXPECT_THAT(store_->blobs_to_remove(kFolder), testing::ElementsAre(std::string(64, 'a')));
  EXPECT_EQ(event_types(done).back(), "image.deleted");
  EXPECT_EQ(retained.images(JobState::failed, now_ - days(5)), 1);
  EXPECT_EQ(retained.images(JobState::completed, now_ + days(5)), 1);
  EXPECT_TRUE(store_->find_image(waiting));
}

// Between the look and the deletion an image may be taken up again.
TEST_P(StoreConformance, AnImageThatIsProcessedAgainDoesNotGo) {
  auto image = upload();
  finish(claim_one(), success());
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  EXPECT_EQ(Retained(*store_, now_).images(JobState::completed, now_ + days(1)), 0);
  EXPECT_TRUE(store_->find_image(image.id));
}

TEST_P(StoreConformance, TheOldestEventsGo) {
  for (int i = 0; i < 1200; ++i) store_->record({.at = now_, .type = "test", .actor = "test"});
  store_->record({.at = now_ + hours(2), .type = "kept", .actor = "test"});
  EXPECT_EQ(Retained(*store_, now_).events(now_), 0);
  EXPECT_EQ(Retained(*store_, now_ + hours(3)).events(now_ + hours(1)), 1200);
  auto left = store_->events(0, std::nullopt, 10);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].type, "kept");
}

// One event of a machine a year ahead kept all that came after it for a year; and many of them are as little in the way.
TEST_P(StoreConformance, EventsOfAClockThatWasAheadKeepNoOthers) {
  auto write = [&](int count, Time at, const char* type) {
    for (int i = 0; i < count; ++i) store_->record({.at = at, .type = type, .actor = "test"});
  };
  write(1, now_, "old");
  write(1200, now_ + days(366), "ahead");
  write(700, now_, "old");
  write(1, now_ + days(10), "young");
  write(1, now_, "behind");
  EXPECT_EQ(Retained(*store_, now_ + days(11)).events(now_ + days(1)), 701);
  auto left = store_->events(0, std::nullopt, 5000);
  ASSERT_EQ(left.size(), 1202u);
  EXPECT_EQ(left.front().type, "ahead");
  EXPECT_EQ(left[1200].type, "young");
  EXPECT_EQ(left[1201].type, "behind") << "it is the newest of all";
}

TEST_P(StoreConformance, FinishedMaintenanceGoesWithItsEventsAndSlots) {
  auto image = upload();
  domain::Schedule rule{.name = "sweep", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::sweep_blobs)};
  auto schedule = store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  Firing firing{.schedule = "sweep", .revision = schedule.revision, .expected = now_, .slot = now_, .next_slot = now_ + hours(1)};
  ASSERT_TRUE(store_->fire(firing, now_));
  auto jobs = store_->claim({.node = kNode, .worker = "maintenance", .lanes = {domain::maintenance_lane(domain::kind::sweep_blobs)}, .count = 1}, now_);
  finish(jobs.at(0), success("{}"));
  ASSERT_TRUE(store_->run_schedule("sweep", 1, {"admin", ""}, now_));  // open
  EXPECT_EQ(Retained(*store_, now_).maintenance(now_ + hours(2)), 1);
  EXPECT_FALSE(store_->find_job(jobs[0].public_id));
  EXPECT_TRUE(store_->fires_of("sweep", 10).empty());
  for (const Event& event : store_->events(0, std::nullopt, 1000)) EXPECT_NE(event.job, jobs[0].public_id);
  EXPECT_EQ(event_types(image.id).size(), 1u);
  EXPECT_EQ(store_->find_jobs({}).jobs.size(), 2u);
}

TEST_P(StoreConformance, OnlyContentsWithoutAnImageAreNotedForRemoval) {
  upload();
  std::string used(64, 'a'), unused(64, 'b');
  EXPECT_THAT(store_->unused_blobs({used, unused}), testing::ElementsAre(unused));
  EXPECT_TRUE(store_->blobs_to_remove(kFolder).empty());
  EXPECT_THAT(store_->note_unused_blobs({used, unused}, now_), testing::ElementsAre(unused));
  EXPECT_THAT(store_->blobs_to_remove(kFolder), testing::ElementsAre(unused));
  NewImage same = photo();
  same.sha256 = unused;
  EXPECT_EQ(store_->create_image(same, {"admin", ""}, now_).error().code, domain::code::conflict);
}

TEST_P(StoreConformance, AHealthyStoreNeedsNoRepair) {
  auto image = upload();
  upload("other", 5);
  finish(claim_one(), transient());
  NewImage another = photo();
  another.sha256 = std::string(64, 'b');
  upload(another);
  finish(claim_one(), success());
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  claim_one();
  finish(claim_one(), crash());
  RepairStretch jobs = store_->repair_jobs(0, now_), images = store_->repair_images(0, "demo", now_);
  EXPECT_EQ(jobs.repairs, Repairs{});
  EXPECT_EQ(images.repairs, Repairs{});
  EXPECT_FALSE(jobs.next);
  EXPECT_FALSE(images.next);
}

TEST_P(StoreConformance, FailuresAreCountedFromATimeOn) {
  upload();
  upload();
  finish(claim_one(), permanent());
  now_ += hours(2);
  finish(claim_one(), permanent());
  EXPECT_EQ(store_->failures_since(now_), 1);
  EXPECT_EQ(store_->failures_since(now_ - hours(3)), 2);
}

TEST_P(StoreConformance, AnAlertTellsOnlyItsCrossings) {
  std::string text = "Only 3 MB are free.";
  EXPECT_FALSE(store_->set_alert("disk_low", "", std::nullopt, now_));
  EXPECT_TRUE(store_->set_alert("disk_low", "", AlertText{text}, now_));
  EXPECT_FALSE(store_->set_alert("disk_low", "", AlertText{text}, now_));
  EXPECT_EQ(store_->alerts().at(0).text.said, "{}");
  EXPECT_FALSE(store_->set_alert("disk_low", "", AlertText{text, R"({"bytes":3})"}, now_));
  EXPECT_EQ(store_->alerts().at(0).text.said, R"({"bytes":3})") << "one that an older program raised gets its numbers";
  EXPECT_FALSE(store_->set_alert("disk_low", "", AlertText{"Only 2 MB are free.", R"({"bytes":2})"}, now_ + hours(1)));
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].text.message, "Only 2 MB are free.");
  EXPECT_EQ(store_->alerts()[0].text.said, R"({"bytes":2})");
  EXPECT_EQ(store_->alerts()[0].raised_at, now_);
  EXPECT_TRUE(store_->set_alert("disk_low", "", std::nullopt, now_));
  EXPECT_FALSE(store_->set_alert("disk_low", "", std::nullopt, now_));
  EXPECT_TRUE(store_->alerts().empty());
  EXPECT_EQ(store_->ended_alerts(1).at(0).text.said, R"({"bytes":2})");
  std::vector<std::string> told;
  for (const Event& event : store_->events(0, std::nullopt, 10)) told.push_back(event.type);
  EXPECT_THAT(told, testing::ElementsAre("alert.raised", "alert.cleared"));
}

TEST_P(StoreConformance, AlertsThatEndedAreKeptTheNewestFirst) {
  EXPECT_TRUE(store_->ended_alerts(10).empty());
  for (int i = 1; i <= 3; ++i) {
    store_->set_alert("disk_low", "", AlertText{"Only " + std::to_string(i) + " MB are free."}, now_);
    store_->set_alert("disk_low", "", std::nullopt, now_ + hours(1));
    now_ += hours(2);
  }
  reopen();
  auto ended = store_->ended_alerts(2);
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(ended[0].name, "disk_low");
  EXPECT_EQ(ended[0].text.message, "Only 3 MB are free.");
  EXPECT_EQ(ended[0].raised_at, now_ - hours(2));
  EXPECT_EQ(ended[0].ended_at, now_ - hours(1));
  EXPECT_EQ(ended[1].text.message, "Only 2 MB are free.");
}

// Two processes with the same alert: the one that is well takes nothing back that the other one has said of its own machine.
TEST_P(StoreConformance, AnAlertAboutAMachineIsThatMachinesOwn) {
  EXPECT_TRUE(store_->set_alert("disk_low", "web-1", AlertText{"Only 1 MB."}, now_));
  EXPECT_TRUE(store_->set_alert("disk_low", "web-2", AlertText{"Only 2 MB."}, now_));
  EXPECT_FALSE(store_->set_alert("disk_low", "web-3", std::nullopt, now_));
  EXPECT_TRUE(store_->set_alert("disk_low", "web-2", std::nullopt, now_));
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].node, "web-1");
  EXPECT_EQ(store_->ended_alerts(5).at(0).node, "web-2");
  for (const Event& event : store_->events(0, std::nullopt, 1000)) {
    if (event.type == "alert.cleared") { EXPECT_EQ(event.data, R"({"alert":"disk_low","node":"web-2"})"); }
  }
}

}  // namespace
}  // namespace darkroom::store
