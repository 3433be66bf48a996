#include "store/conformance.h"

#include <algorithm>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using Ids = std::vector<std::int64_t>;
using Types = std::vector<std::string>;

TEST_P(StoreConformance, LargerPriorityFirstThenArrival) {
  auto low = upload("a", -5).id.value, first = upload("a", 0).id.value, second = upload("a", 0).id.value, urgent = upload("a", 100).id.value;
  EXPECT_EQ(claim_order(4), (Ids{urgent, first, second, low}));
}

TEST_P(StoreConformance, OwnersTakeTurns) {
  Ids a, b;
  for (int i = 0; i < 4; ++i) a.push_back(upload("a").id.value);
  for (int i = 0; i < 2; ++i) b.push_back(upload("b").id.value);
  EXPECT_EQ(claim_order(6), (Ids{a[0], b[0], a[1], b[1], a[2], a[3]}));
}

// Ten thousand photos of one owner do not bury the one photo of another, nor does being done early cost an owner later turns.
TEST_P(StoreConformance, ALateOwnerStartsAfterOneJobOfABusyOne) {
  for (int i = 0; i < 200; ++i) upload("a");
  claim_order(100);
  auto late = upload("b").id.value;
  auto next = claim_order(2);
  EXPECT_EQ(next[1], late);
}

TEST_P(StoreConformance, AClaimTakesNoMoreThanAskedAndOnlyItsLanes) {
  upload(photo("a", 0, "demo"));
  upload(photo("a", 0, "other"));
  EXPECT_TRUE(store_->claim(wants(5, {"none"}), now_).empty());
  EXPECT_EQ(store_->claim(wants(5, {"demo"}), now_).size(), 1u);
  EXPECT_TRUE(store_->claim(wants(0, {"other"}), now_).empty());
  EXPECT_EQ(store_->claim(wants(5, {"demo", "other"}), now_).at(0).model, "other");
}

TEST_P(StoreConformance, AcrossLanesTheMostUrgentHeadWins) {
  auto calm = upload(photo("a", 0, "demo")).id.value;
  auto urgent = upload(photo("a", 5, "other")).id.value;
  auto jobs = store_->claim(wants(2, {"demo", "other"}), now_);
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].image.value, urgent);
  EXPECT_EQ(jobs[1].image.value, calm);
}

TEST_P(StoreConformance, OwnersTakeTurnsAlsoWhereSeveralModelsWait) {
  Ids a;
  for (int i = 0; i < 3; ++i) a.push_back(upload(photo("a", 5, "demo")).id.value);
  auto b = upload(photo("b", 5, "demo")).id.value, calm = upload(photo("c", 0, "other")).id.value;
  for (std::int64_t next : {a[0], b, a[1], a[2], calm}) EXPECT_EQ(store_->claim(wants(1, {"demo", "other"}), now_).at(0).image.value, next);
}

TEST_P(StoreConformance, AClaimedJobCarriesWhatRunningItNeeds) {
  auto image = upload();
  auto job = claim_one();
  EXPECT_EQ(job.image, image.id);
  EXPECT_EQ(job.public_id, image.job.public_id);
  EXPECT_EQ(job.sha256, std::string(64, 'a'));
  EXPECT_EQ(job.byte_count, 1000);
  EXPECT_EQ(job.pixel_count, 768 * 576);
  EXPECT_EQ(job.attempt, 1);
  auto record = store_->find_job(job.public_id);
  EXPECT_EQ(record->state, domain::JobState::running);
  EXPECT_EQ(record->worker, "worker-1");
  EXPECT_EQ(record->started_at, now_);
}

TEST_P(StoreConformance, ManyClaimersTakeEachJobOnce) {
  for (int i = 0; i < 200; ++i) upload("owner-" + std::to_string(i % 7));
  std::mutex mutex;
  std::set<std::int64_t> taken;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 8; ++w) {
      workers.emplace_back([&] {
        for (auto jobs = store_->claim(wants(3), now_); !jobs.empty(); jobs = store_->claim(wants(3), now_)) {
          std::lock_guard lock(mutex);
          for (const auto& job : jobs) EXPECT_TRUE(taken.insert(job.fence.job.value).second);
        }
      });
    }
  }
  EXPECT_EQ(taken.size(), 200u);
}

TEST_P(StoreConformance, CompletingStoresResultAttemptAndEventTogether) {
  auto image = upload();
  auto job = claim_one();
  domain::Succeeded done = success(R"({"objects":[]})");
  done.outcome.timings.infer = 20'000;
  EXPECT_TRUE(finish(job, done).applied);
  auto found = store_->find_image(image.id);
  EXPECT_EQ(found->job.state, domain::JobState::completed);
  EXPECT_EQ(found->document, R"({"objects":[]})");
  EXPECT_EQ(found->job.finished_at, now_);
  EXPECT_FALSE(found->job.worker);
  auto attempts = store_->attempts_of(image.job.id);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].ending, "completed");
  EXPECT_EQ(attempts[0].model_version, "v1");
  EXPECT_NE(attempts[0].timings->find("\"infer\":20000"), std::string::npos);
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.completed"}));
}

TEST_P(StoreConformance, FinishingTakesTheNextJobInTheSameCommit) {
  upload();
  auto second = upload();
  auto finished = finish(claim_one(), success(), 1);
  ASSERT_EQ(finished.next.size(), 1u);
  EXPECT_EQ(finished.next[0].image, second.id);
}

// The fence: a worker that lost its claim can store nothing.
TEST_P(StoreConformance, ALateResultIsDiscarded) {
  auto image = upload();
  auto stale = claim_one();
  EXPECT_EQ(store_->requeue_orphans("the server was killed", policy_, now_), 1);
  auto fresh = claim_one();
  EXPECT_EQ(fresh.fence.job, stale.fence.job);
  EXPECT_GT(fresh.fence.claim_no, stale.fence.claim_no);
  EXPECT_FALSE(finish(stale, success(R"({"stale":true})")).applied);
  EXPECT_FALSE(store_->find_image(image.id)->document);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::running);
  EXPECT_TRUE(finish(fresh, success(R"({"fresh":true})")).applied);
  EXPECT_EQ(store_->find_image(image.id)->document, R"({"fresh":true})");
}

TEST_P(StoreConformance, AFinalStateNeverChanges) {
  auto image = upload();
  auto job = claim_one();
  EXPECT_TRUE(finish(job, permanent()).applied);
  EXPECT_FALSE(finish(job, success()).applied);
  EXPECT_FALSE(finish(job, permanent()).applied);
  EXPECT_EQ(store_->requeue_orphans("restart", policy_, now_), 0);
  auto found = store_->find_image(image.id);
  EXPECT_EQ(found->job.state, domain::JobState::failed);
  EXPECT_EQ(found->job.error->code, "corrupt");
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.failed"}));
}

TEST_P(StoreConformance, AResultOfADeletedImageIsDiscarded) {
  auto image = upload();
  auto job = claim_one();
  ASSERT_TRUE(store_->delete_image(image.id, {"admin", ""}, now_));
  EXPECT_FALSE(finish(job, success()).applied);
}

TEST_P(StoreConformance, TransientFailuresAreRetriedThreeTimesAtGrowingDelays) {
  auto image = upload();
  for (int delay : {60, 120, 240}) {
    finish(claim_one(), transient());
    auto waiting = store_->find_image(image.id)->job;
    EXPECT_EQ(waiting.state, domain::JobState::scheduled);
    EXPECT_EQ(waiting.run_at, now_ + std::chrono::seconds(delay));
    EXPECT_EQ(waiting.error->code, "model_unavailable");
    EXPECT_EQ(store_->promote_due(10, now_ + std::chrono::seconds(delay - 1)).count, 0);
    EXPECT_TRUE(store_->claim(wants(1), now_).empty());
    now_ += std::chrono::seconds(delay);
    EXPECT_EQ(store_->promote_due(10, now_).count, 1);
  }
  finish(claim_one(), transient());
  auto ended = store_->find_image(image.id)->job;
  EXPECT_EQ(ended.state, domain::JobState::failed);
  EXPECT_EQ(ended.attempt, 4);
  EXPECT_EQ(store_->attempts_of(ended.id).size(), 4u);
}

// What failed together does not come back together.
TEST_P(StoreConformance, RetriesOfTheSameMomentAreSpread) {
  policy_.jitter = 0.1;
  std::set<Time> again;
  for (int i = 0; i < 20; ++i) {
    auto image = upload();
    finish(claim_one(), transient());
    again.insert(store_->find_image(image.id)->job.run_at);
  }
  EXPECT_GT(again.size(), 1u);
}

TEST_P(StoreConformance, PromotionTellsWhenTheNextJobIsDue) {
  upload();
  EXPECT_FALSE(store_->promote_due(10, now_).next_due);
  finish(claim_one(), transient());
  EXPECT_EQ(store_->promote_due(10, now_).next_due, now_ + std::chrono::seconds(60));
}

TEST_P(StoreConformance, ASecondCrashOfTheSameContentEndsItAlsoInAnotherJob) {
  auto first = upload(), second = upload();
  finish(claim_one(), crash());
  EXPECT_EQ(store_->find_image(first.id)->job.state, domain::JobState::queued);
  EXPECT_EQ(store_->find_image(first.id)->job.crashes, 1);
  EXPECT_EQ(claim_one().image, first.id);  // it went back to the head of the line
  auto other = claim_one();
  EXPECT_EQ(other.image, second.id);
  finish(other, crash());
  auto ended = store_->find_image(second.id)->job;
  EXPECT_EQ(ended.state, domain::JobState::failed);
  EXPECT_EQ(ended.error->code, "decoder_crash");
}

TEST_P(StoreConformance, AnInterruptionCostsNoAttemptFiveTimes) {
  auto image = upload();
  for (int i = 0; i < 5; ++i) {
    finish(claim_one(), domain::Interrupted{"killed from outside"});
    auto job = store_->find_image(image.id)->job;
    EXPECT_EQ(job.state, domain::JobState::queued);
    EXPECT_EQ(job.attempt, 0);
  }
  finish(claim_one(), domain::Interrupted{"killed from outside"});
  auto ended = store_->find_image(image.id)->job;
  EXPECT_EQ(ended.state, domain::JobState::failed);
  EXPECT_EQ(ended.error->code, "interrupted");
  EXPECT_EQ(store_->attempts_of(ended.id).size(), 6u);
}

TEST_P(StoreConformance, EveryChangeOfAJobHasItsEvent) {
  auto image = upload();
  finish(claim_one(), crash());
  finish(claim_one(), domain::Interrupted{"killed"});
  finish(claim_one(), transient());
  now_ += std::chrono::hours(1);
  store_->promote_due(10, now_);
  finish(claim_one(), success());
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", "again"}, now_));
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.crashed", "job.started", "job.interrupted", "job.started", "job.retry_scheduled",
                                          "job.queued", "job.started", "job.completed", "job.created"}));
}

TEST_P(StoreConformance, CountsTheStatesThatAreNotFinal) {
  for (int i = 0; i < 4; ++i) upload();
  finish(claim_one(), transient());
  claim_one();
  finish(claim_one(), success());
  auto counts = store_->count_jobs();
  EXPECT_EQ(counts.scheduled, 1);
  EXPECT_EQ(counts.queued, 1);
  EXPECT_EQ(counts.running, 1);
  EXPECT_EQ(store_->find_jobs({.state = domain::JobState::completed}).jobs.size(), 1u);
  EXPECT_EQ(store_->find_jobs({}).jobs.size(), 4u);
}

}  // namespace
}  // namespace darkroom::store
