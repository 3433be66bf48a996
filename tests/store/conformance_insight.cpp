// What can be known of queues and of a job that waits.
#include "domain/maintenance.h"
#include "store/conformance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <thread>
#include <tuple>

namespace darkroom::store {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kWorker = "01890000-0000-7000-8000-000000000001";  // the node that the suite's claims name

// The store as a test of this file asks and changes it.
struct Insight {
  Store& store;
  Time& now;

  QueueReport report(const std::string& name = "ai_processing") {
    auto all = store.queues(now);
    auto found = std::ranges::find(all, name, [](const QueueReport& report) { return report.settings.name; });
    return found == all.end() ? QueueReport{} : *found;
  }

  void set(const QueueChange& change) { ASSERT_TRUE(store.change_queue("ai_processing", change, {"minji", "the disk is being changed"}, now)); }

  void register_worker(int slots = 1, std::vector<std::string> models = {"demo"}) {
    NodeRecord node{.id = kWorker, .name = "alpha", .role = "serve", .version = "1", .slots = slots, .models = std::move(models), .started_at = now};
    store.register_node(node, hours(10), now);
  }

  Place place(const ImageRecord& image) { return store.place_of(image.job.public_id, now).value(); }

  void expect(const Place& place, const std::string& code, std::initializer_list<std::string> words = {}) {
    EXPECT_EQ(place.code, code) << place.message;
    for (const std::string& word : words) EXPECT_NE(place.message.find(word), std::string::npos) << word << " is not in: " << place.message;
  }

  // Runs the next `count` jobs one after the other, each taking `each`, which moves the clock, as `between` does after it.
  void run(int count, Duration each = seconds(2), const std::string& model = "demo", Duration between = {}) {
    ClaimRequest one{.node = kWorker, .worker = "worker-1", .lanes = {domain::lane_of(domain::kProcessQueue, model)}, .count = 1};
    ClaimRequest none{.node = kWorker, .worker = "worker-1", .lanes = {}, .count = 0};
    for (int i = 0; i < count; ++i) {
      auto jobs = store.claim(one, now);
      ASSERT_EQ(jobs.size(), 1u);
      now += each;
      store.finish({jobs[0].fence, domain::Succeeded{{}, "{}"}, "worker-1", "v1"}, none, {}, now).stored.get();
      now += between;
    }
  }
};


TEST_P(StoreConformance, EveryQueueIsReportedByNameAlsoAnEmptyOne) {
  Insight see{*store_, now_};
  std::vector<std::string> names;
  for (const QueueReport& each : store_->queues(now_)) names.push_back(each.settings.name);
  EXPECT_TRUE(std::ranges::is_sorted(names));
  for (const char* name : {"ai_processing", "maintenance", "webhooks"}) EXPECT_TRUE(std::ranges::count(names, name) == 1) << name;
  QueueReport empty = see.report();
  EXPECT_EQ(empty.queued + empty.scheduled + empty.running + empty.finished_last_hour, 0);
  EXPECT_FALSE(empty.oldest || empty.wait || empty.run);
}

TEST_P(StoreConformance, AReportCountsEachStateOverAllLanes) {
  Insight see{*store_, now_};
  for (const char* model : {"demo", "other"}) {
    for (int i = 0; i < 3; ++i) upload(photo("a", i, model));
  }
  NewImage later = photo("b");
  later.run_at = now_ + hours(1);
  upload(later);
  claim_one();
  QueueReport found = see.report();
  EXPECT_EQ(found.queued, 5);
  EXPECT_EQ(found.scheduled, 1);
  EXPECT_EQ(found.running, 1);
  EXPECT_EQ(see.report("default").queued, 0);
}

TEST_P(StoreConformance, WhatWaitsAndRunsInOneQueueBearsOnNoOther) {
  Insight see{*store_, now_};
  see.register_worker();
  domain::Schedule rule{.name = "now", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::prune)};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  for (int i = 0; i < 2; ++i) store_->run_schedule("now", 4, {"admin", ""}, now_).value();
  auto jobs = store_->claim({.node = kWorker, .worker = "prune", .lanes = {domain::maintenance_lane(domain::kind::prune)}, .count = 2}, now_);
  ASSERT_EQ(jobs.size(), 2u);
  finish(jobs[0], transient());
  QueueReport photos = see.report(), upkeep = see.report("maintenance");
  EXPECT_EQ(std::tuple(photos.scheduled, photos.running), std::tuple(0, 0));
  EXPECT_EQ(std::tuple(upkeep.scheduled, upkeep.running), std::tuple(1, 1));
  see.set({.concurrency = 1});
  see.expect(see.place(upload()), "next");
}

TEST_P(StoreConformance, JobsOfOneOwnerAreCountedOverAllLanesAndPriorities) {
  for (const char* model : {"demo", "other"}) {
    for (int i = 0; i < 3; ++i) upload(photo("a", i, model)), upload(photo("b", i, model));
  }
  NewImage later = photo("a");
  later.run_at = now_ + hours(1);
  upload(later);
  EXPECT_EQ(claim_one().priority, 2);
  JobCounts mine = store_->count_jobs("a"), all = store_->count_jobs();
  EXPECT_EQ(std::tuple(mine.scheduled, mine.queued, mine.running), std::tuple(1, 5, 1));
  EXPECT_EQ(std::tuple(all.scheduled, all.queued, all.running), std::tuple(1, 11, 1));
  EXPECT_EQ(store_->count_jobs("nobody").queued, 0);
}

TEST_P(StoreConformance, TheOldestIsTheOneThatWaitsLongestWhateverItsPriority) {
  Insight see{*store_, now_};
  upload("a", -7);
  Time first = now_;
  now_ += minutes(1);
  upload("a", 3);
  upload(photo("b", 0, "other"));
  EXPECT_EQ(see.report().oldest, first);
  ASSERT_EQ(store_->claim(wants(3), now_).size(), 2u);
  EXPECT_EQ(see.report().oldest, first + minutes(1));
}

TEST_P(StoreConformance, ThroughputAndLatencyAreThoseOfTheNewest) {
  Insight see{*store_, now_};
  for (int i = 0; i < 4; ++i) upload();
  Time start = now_;
  see.run(1, minutes(30));
  see.run(3, seconds(25));
  QueueReport found = see.report();
  EXPECT_EQ(found.finished_last_minute, 3);
  EXPECT_EQ(found.finished_last_hour, 4);
  ASSERT_TRUE(found.run && found.wait);
  EXPECT_EQ(found.run->p50, seconds(25));
  EXPECT_EQ(found.run->p95, seconds(25));
  EXPECT_EQ(found.wait->p50, minutes(30));
  now_ = start + hours(3);
  EXPECT_EQ(see.report().finished_last_hour, 0);
  EXPECT_EQ(see.report().run->p50, seconds(25));
}

TEST_P(StoreConformance, TheMiddleOfTheRunsIsToldBesideTheSlowestOfThem) {
  Insight see{*store_, now_};
  for (int i = 0; i < 20; ++i) upload();
  see.run(15, seconds(1));
  see.run(5, seconds(9));
  QueueReport found = see.report();
  ASSERT_TRUE(found.run);
  EXPECT_EQ(found.run->p50, seconds(1));
  EXPECT_EQ(found.run->p95, seconds(9));
}

// However slow they were before.
TEST_P(StoreConformance, TheNewestRunsSayHowLongOneTakes) {
  Insight see{*store_, now_};
  see.register_worker();
  std::vector<ImageRecord> images;
  for (int i = 0; i < 265; ++i) images.push_back(upload());
  see.run(40, seconds(30));
  see.run(205, seconds(1));
  QueueReport found = see.report();
  ASSERT_TRUE(found.run);
  EXPECT_EQ(found.run->p95, seconds(1));
  Place last = see.place(images.back());
  ASSERT_TRUE(last.starts_in);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 19, 2);
}

TEST_P(StoreConformance, AReportCarriesTheSettings) {
  Insight see{*store_, now_};
  see.set({.paused = true, .rate = RateLimit{10, seconds(60)}, .concurrency = 3});
  QueueReport found = see.report();
  EXPECT_TRUE(found.settings.paused);
  EXPECT_EQ(found.settings.paused_by, "minji");
  EXPECT_EQ(found.settings.rate, (RateLimit{10, seconds(60)}));
  EXPECT_EQ(found.settings.concurrency, 3);
}

TEST_P(StoreConformance, ThePlaceIsTheOrderOfTheClaims) {
  Insight see{*store_, now_};
  std::vector<ImageRecord> images;
  for (int i = 0; i < 30; ++i) images.push_back(upload(std::string(1, static_cast<char>('a' + i * i % 3)), i * 7 % 4));
  upload(photo("a", 100, "other"));  // of another lane
  see.register_worker();
  std::vector<std::int64_t> told(30, -1);
  for (const ImageRecord& image : images) {
    Place found = see.place(image);
    ASSERT_TRUE(found.ahead);
    EXPECT_FALSE(found.over_limit);
    told.at(static_cast<std::size_t>(*found.ahead)) = image.id.value;
  }
  EXPECT_EQ(claim_order(30), told);
}

// Two models on one slot: what is more urgent is ahead whichever model it is for, and nobody can say how the models share the slot.
TEST_P(StoreConformance, MoreUrgentJobsOfAModelOnTheSameSlotsAreAhead) {
  Insight see{*store_, now_};
  see.register_worker(1, {"demo", "other"});
  for (int i = 0; i < 21; ++i) upload();
  see.run(20);
  auto image = upload(photo("b", -1));
  EXPECT_EQ(see.place(image).ahead, 1);
  EXPECT_TRUE(see.place(image).starts_in);
  for (int i = 0; i < 3; ++i) upload(photo("a", 7, "other"));
  upload(photo("a", -2, "other"));
  Place found = see.place(image);
  EXPECT_EQ(found.ahead, 4);
  EXPECT_FALSE(found.starts_in);
  see.expect(found, "in_line", {"4 jobs are ahead", "other models"});
  see.register_worker(1, {"demo"});
  EXPECT_EQ(see.place(image).ahead, 1) << "no worker that runs it runs the other model";
  EXPECT_TRUE(see.place(image).starts_in);
}

TEST_P(StoreConformance, AJobOfAModelOnTheSameSlotsWithTheSamePriorityMayBeNextInstead) {
  Insight see{*store_, now_};
  see.register_worker(1, {"demo", "other"});
  auto image = upload();
  see.expect(see.place(image), "next");
  upload(photo("a", 0, "other"));
  see.expect(see.place(image), "in_line", {"first in line of its model", "0 of 1 slot"});
  EXPECT_FALSE(see.place(image).starts_in);
  EXPECT_EQ(see.place(image).ahead, 0);
}

TEST_P(StoreConformance, AFullWorkerMakesALineAndAFreeOneTakesTheNext) {
  Insight see{*store_, now_};
  see.register_worker(2);
  auto running = upload(), second = upload(), third = upload(), fourth = upload();
  see.expect(see.place(running), "next", {"2 of 2 slots"});
  EXPECT_EQ(see.place(running).starts_in, Duration{});
  see.expect(see.place(second), "in_line", {"1 job is ahead"});
  store_->claim(wants(2), now_);
  now_ += seconds(3);
  see.expect(see.place(running), "running", {"worker-1", "3 s", "attempt 1 of 4"});
  see.expect(see.place(third), "in_line", {"first in line", "2 of 2 slots"});
  see.expect(see.place(fourth), "in_line", {"1 job is ahead", "not known"});
  EXPECT_EQ(see.place(fourth).ahead, 1);
  EXPECT_FALSE(see.place(fourth).starts_in);
}

// A process without slots does maintenance all the same: it was said that no worker was alive.
TEST_P(StoreConformance, MaintenanceWaitsForTheProcessesThatTakePhotosIn) {
  Insight see{*store_, now_};
  auto ask_for = [&](std::string_view kind) {
    domain::Schedule rule{.name = "now", .cron = "@hourly", .zone = "UTC", .kind = std::string(kind)};
    store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
    return store_->run_schedule("now", 4, {"admin", ""}, now_).value();
  };
  auto place = [&](const std::string& job) { return store_->place_of(job, now_).value(); };
  std::string prune = ask_for(domain::kind::prune);
  see.expect(place(prune), "no_worker", {"darkroom web"});
  store_->register_node({.id = "01890000-0000-7000-8000-000000000002", .name = "only-works", .role = "worker", .slots = 4, .models = {"demo"}, .started_at = now_}, hours(10), now_);
  see.expect(place(prune), "no_worker", {"darkroom web"});
  store_->register_node({.id = kWorker, .name = "front", .role = "web", .started_at = now_}, hours(10), now_);
  see.expect(place(prune), "next", {"1 of 1 slot"});
  auto claimed = store_->claim({.node = kWorker, .worker = "prune", .lanes = {domain::maintenance_lane(domain::kind::prune)}, .count = 1}, now_);
  ASSERT_EQ(claimed.size(), 1u);
  see.expect(place(ask_for(domain::kind::prune)), "in_line", {"1 of 1 slot"});
  see.expect(place(ask_for(domain::kind::cleanup)), "next");
}

TEST_P(StoreConformance, MaintenanceKeepsNoSlotBusy) {
  Insight see{*store_, now_};
  see.register_worker(1);
  domain::Schedule rule{.name = "now", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::prune)};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  store_->run_schedule("now", 4, {"admin", ""}, now_).value();
  ASSERT_EQ(store_->claim({.node = kWorker, .worker = "prune", .lanes = {domain::maintenance_lane(domain::kind::prune)}, .count = 1}, now_).size(), 1u);
  see.expect(see.place(upload()), "next", {"1 of 1 slot"});
}

TEST_P(StoreConformance, EachCauseGivesItsOwnReason) {
  Insight see{*store_, now_};
  auto image = upload();
  see.expect(see.place(image), "no_worker", {"No worker is alive"});
  see.register_worker(4, {"other", "third"});
  see.expect(see.place(image), "no_worker", {"'demo'", "alpha"});
  see.register_worker(4);
  see.expect(see.place(image), "next");
  store_->beat(kNode, NodeState::draining, {}, hours(10), now_);
  see.expect(see.place(image), "draining", {"alpha", "'demo'"});
  store_->beat(kNode, NodeState::running, {}, hours(10), now_);
  see.set({.concurrency = 1});
  claim_one();
  auto second = upload();
  see.expect(see.place(second), "concurrency_limited", {"1 of 1 job"});
  see.set({.concurrency = std::optional<int>()});
  see.expect(see.place(second), "next");
  see.set({.rate = RateLimit{1, seconds(60)}});
  see.expect(see.place(second), "rate_limited", {"1/m", "1 start", to_rfc3339(now_ + seconds(60))});
  see.set({.paused = true});
  see.expect(see.place(second), "paused", {"minji", "the disk is being changed"});
  now_ += hours(11);
  see.set({.paused = false});
  see.expect(see.place(second), "no_worker");
}

// A killed server's lease may still run when the next one starts: its slots are gone all the same.
TEST_P(StoreConformance, ANodeOfAnEarlierLifeCountsNoMore) {
  Insight see{*store_, now_};
  see.register_worker();
  auto image = upload();
  see.expect(see.place(image), "next");
  store_->requeue_orphans("the server stopped while it ran", policy_, now_);
  see.expect(see.place(image), "no_worker");
  EXPECT_EQ(store_->nodes(now_).at(0).state, NodeState::stopped);
}

TEST_P(StoreConformance, WhatWaitsForItsTimeSaysWhen) {
  Insight see{*store_, now_};
  see.register_worker();
  NewImage later = photo();
  later.run_at = now_ + seconds(90);
  auto scheduled = upload(later), failing = upload();
  see.expect(see.place(scheduled), "scheduled", {to_rfc3339(*later.run_at), "1 min 30 s"});
  EXPECT_FALSE(see.place(scheduled).ahead);
  auto job = claim_one();
  EXPECT_EQ(job.public_id, failing.job.public_id);
  finish(job, transient());
  see.expect(see.place(failing), "retry_wait", {"Attempt 1 of 4", "model_unavailable", "not ready"});
  see.set({.paused = true});
  see.expect(see.place(scheduled), "scheduled");
}

TEST_P(StoreConformance, AFinalJobSaysHowItEnded) {
  Insight see{*store_, now_};
  see.register_worker();
  auto good = upload(), bad = upload();
  see.run(1);
  finish(claim_one(), permanent());
  see.expect(see.place(good), "finished", {"completed"});
  see.expect(see.place(bad), "finished", {"failed", "corrupt"});
  EXPECT_FALSE(see.place(bad).starts_in || see.place(bad).ahead);
  auto unknown = store_->place_of("01890000-0000-7000-8000-00000000ffff", now_);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, "not_found");
}

TEST_P(StoreConformance, PlacesOfManyAreThoseOfEach) {
  Insight see{*store_, now_};
  see.register_worker(2, {"demo", "other"});
  std::vector<ImageRecord> images;
  for (const char* model : {"demo", "other", "nobody-has-it"}) {
    for (int i = 0; i < 4; ++i) images.push_back(upload(photo("a", i, model)));
  }
  NewImage later = photo("b");
  later.run_at = now_ + hours(1);
  images.push_back(upload(later));
  see.run(1);
  claim_one();
  now_ += seconds(1);
  std::vector<JobId> jobs{JobId{987654321}};
  for (const ImageRecord& image : images) jobs.push_back(image.job.id);
  auto places = store_->places_of(jobs, now_);
  EXPECT_EQ(places.size(), images.size());
  std::set<std::string> codes;
  for (const ImageRecord& image : images) {
    Place one = see.place(image), of_many = places.at(image.job.id.value);
    EXPECT_EQ(of_many.message, one.message);
    EXPECT_EQ(std::tie(of_many.state, of_many.ahead, of_many.over_limit, of_many.starts_in, of_many.error, of_many.code),
              std::tie(one.state, one.ahead, one.over_limit, one.starts_in, one.error, one.code));
    codes.insert(one.code);
  }
  EXPECT_EQ(codes, (std::set<std::string>{"finished", "running", "next", "in_line", "no_worker", "scheduled"}));
  EXPECT_TRUE(store_->places_of({}, now_).empty());
}

TEST_P(StoreConformance, AfterTwentyFinishedJobsTheStartIsEstimated) {
  Insight see{*store_, now_};
  see.register_worker();
  std::vector<ImageRecord> images;
  for (int i = 0; i < 60; ++i) images.push_back(upload());
  see.run(19);
  EXPECT_FALSE(see.place(images.back()).starts_in);
  see.run(1);
  claim_one();
  now_ += seconds(1);
  Place last = see.place(images.back());
  EXPECT_EQ(last.ahead, 38);
  ASSERT_TRUE(last.starts_in && last.error);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 1 + 38 * 2, 4);
  see.expect(last, "in_line", {"38 jobs are ahead", "1 min 1", "give or take"});
  see.set({.paused = true});
  EXPECT_FALSE(see.place(images.back()).starts_in);
  see.set({.paused = false, .rate = RateLimit{1, seconds(10)}});
  last = see.place(images.back());
  ASSERT_TRUE(last.starts_in);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 9 + 38 * 10, 10);
}

TEST_P(StoreConformance, OnlyRunsOfTheModelThatCameToTheirEndAreEstimatedFrom) {
  Insight see{*store_, now_};
  see.register_worker();
  for (int i = 0; i < 20; ++i) upload(), upload(photo("a", 0, "other"));
  see.run(20);
  see.run(20, seconds(30), "other");
  for (int i = 0; i < 5; ++i) {
    auto image = upload();
    claim_one();
    now_ += seconds(60);
    ASSERT_TRUE(store_->cancel_job(image.job.public_id, {"admin", ""}, now_));
  }
  std::vector<ImageRecord> images;
  for (int i = 0; i < 40; ++i) images.push_back(upload());
  Place last = see.place(images.back());
  ASSERT_TRUE(last.starts_in);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 39 * 2, 4);
}

TEST_P(StoreConformance, NoMoreSlotsAreReckonedWithThanAQueueLetsRun) {
  Insight see{*store_, now_};
  see.register_worker(4);
  std::vector<ImageRecord> images;
  for (int i = 0; i < 60; ++i) images.push_back(upload());
  see.run(20);
  now_ += seconds(1);
  see.set({.concurrency = 1});
  Place last = see.place(images.back());
  ASSERT_TRUE(last.starts_in);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 39 * 2, 6);
}

TEST_P(StoreConformance, WhereARateIsUsedUpTheOldestOfItsStartsMakesRoomFirst) {
  Insight see{*store_, now_};
  see.register_worker();
  for (int i = 0; i < 23; ++i) upload();
  see.run(20);
  now_ += minutes(5);
  see.set({.rate = RateLimit{3, seconds(60)}});
  Time first = now_;
  see.run(3, seconds(2), "demo", seconds(18));
  std::vector<ImageRecord> images;
  for (int i = 0; i < 4; ++i) images.push_back(upload());
  now_ = first + seconds(45);
  see.expect(see.place(images[0]), "rate_limited", {"3/m", "3 starts", to_rfc3339(first + seconds(60))});
  for (int i = 0; i < 4; ++i) {
    Place place = see.place(images[static_cast<std::size_t>(i)]);
    ASSERT_TRUE(place.starts_in) << i;
    EXPECT_NEAR(place.starts_in->count() / 1e6, (std::array{15, 35, 55, 75})[static_cast<std::size_t>(i)], 1) << i;
  }
}

// A rate that is gone made the starts slower than the slots explain.
TEST_P(StoreConformance, WhatTheSettingsWereBeforeTheyChangedSlowsNoEstimate) {
  Insight see{*store_, now_};
  see.register_worker();
  std::vector<ImageRecord> images;
  for (int i = 0; i < 60; ++i) images.push_back(upload());
  see.run(25, seconds(2), "demo", seconds(8));
  Place slow = see.place(images.back());
  ASSERT_TRUE(slow.starts_in);
  EXPECT_NEAR(slow.starts_in->count() / 1e6, 34 * 10, 20);
  see.set({.concurrency = 1});
  Place quick = see.place(images.back());
  ASSERT_TRUE(quick.starts_in);
  EXPECT_NEAR(quick.starts_in->count() / 1e6, 34 * 2, 4);
}

TEST_P(StoreConformance, AWorkerThatIsLostSharesItsSlotsWithNobody) {
  Insight see{*store_, now_};
  NodeRecord lost{.id = "01890000-0000-7000-8000-000000000002", .name = "beta", .role = "worker", .version = "1", .slots = 1, .models = {"demo", "other"}, .started_at = now_};
  store_->register_node(lost, seconds(1), now_);
  see.register_worker();
  std::vector<ImageRecord> images;
  for (int i = 0; i < 40; ++i) images.push_back(upload());
  see.run(20);
  upload(photo("a", 7, "other"));
  Place last = see.place(images.back());
  EXPECT_EQ(last.ahead, 19);
  ASSERT_TRUE(last.starts_in);
  EXPECT_NEAR(last.starts_in->count() / 1e6, 19 * 2, 4);
}

TEST_P(StoreConformance, AScheduledJobStartsAtItsTimeOrAfterTheLine) {
  Insight see{*store_, now_};
  see.register_worker();
  NewImage soon = photo(), late = photo();
  for (int i = 0; i < 60; ++i) upload();
  see.run(20);
  soon.run_at = now_ + seconds(5);
  late.run_at = now_ + hours(1);
  auto first = upload(soon), second = upload(late);
  ASSERT_TRUE(see.place(first).starts_in && see.place(second).starts_in);
  EXPECT_GT(*see.place(first).starts_in, seconds(60));
  EXPECT_EQ(*see.place(second).starts_in, hours(1));
}

TEST_P(StoreConformance, FarBackThePlaceIsOver10000) {
  Insight see{*store_, now_};
  {
    std::vector<std::jthread> uploaders;
    for (int t = 0; t < 16; ++t) {
      uploaders.emplace_back([&] {
        for (int i = 0; i < 626; ++i) upload();
      });
    }
  }
  auto last = upload(), urgent = upload("a", 1);
  see.register_worker();
  Place found = see.place(last);
  EXPECT_EQ(found.ahead, kExactPosition);
  EXPECT_TRUE(found.over_limit);
  EXPECT_FALSE(found.starts_in);
  see.expect(found, "in_line", {"Over 10000"});
  EXPECT_EQ(see.place(urgent).ahead, 0);
  EXPECT_EQ(see.report().queued, kExactPosition + 1);
  EXPECT_EQ(store_->count_jobs().queued, kExactPosition + 1);
  EXPECT_EQ(store_->count_jobs("minji").queued, kExactPosition + 1);
  EXPECT_EQ(store_->count_jobs("a").queued, 1);
}

}  // namespace
}  // namespace darkroom::store
