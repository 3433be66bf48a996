#include "store/conformance.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using domain::JobState;
using Ids = std::vector<std::int64_t>;
using Types = std::vector<std::string>;

const Actor kAdmin{"admin", "asked for"};

TEST_P(StoreConformance, AQueuedJobIsCancelledAndNeverStarts) {
  auto image = upload();
  auto cancelled = store_->cancel_job(image.job.public_id, kAdmin, now_);
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->state, JobState::cancelled);
  EXPECT_EQ(cancelled->finished_at, now_);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  auto event = store_->events(0, image.id, 10).back();
  EXPECT_EQ(event.type, "job.cancelled");
  EXPECT_EQ(event.actor, "admin");
  EXPECT_EQ(event.reason, "asked for");
  EXPECT_EQ(event.data, R"({"from":"queued"})");
}

TEST_P(StoreConformance, ARunningJobIsCancelledWithItsAttemptAndItsLateResultIsRefused) {
  auto image = upload();
  auto job = claim_one();
  std::vector<Event> heard;
  store_->on_commit([&](const std::vector<Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
  ASSERT_TRUE(store_->cancel_job(job.public_id, kAdmin, now_));
  store_->on_commit(nullptr);
  auto record = store_->find_job(job.public_id);
  EXPECT_EQ(record->state, JobState::cancelled);
  EXPECT_FALSE(record->node);
  EXPECT_FALSE(record->worker);
  auto attempts = store_->attempts_of(record->id);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].ending, "cancelled");
  EXPECT_EQ(attempts[0].finished_at, now_);
  EXPECT_FALSE(finish(job, success()).applied);
  EXPECT_FALSE(store_->find_image(image.id)->document);
  auto told = std::ranges::find(heard, std::string("job.cancelled"), &Event::type);
  ASSERT_NE(told, heard.end());
  EXPECT_EQ(told->job, job.public_id);
  EXPECT_EQ(told->id, store_->events(0, image.id, 10).back().id);
}

TEST_P(StoreConformance, AJobThatWaitsForItsRetryIsCancelled) {
  auto image = upload();
  finish(claim_one(), transient());
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, kAdmin, now_));
  EXPECT_EQ(store_->promote_due(10, now_ + std::chrono::hours(1)).count, 0);
  EXPECT_EQ(store_->find_image(image.id)->job.state, JobState::cancelled);
}

TEST_P(StoreConformance, AFinalJobIsNeitherCancelledNorMoved) {
  auto image = upload();
  finish(claim_one(), success());
  EXPECT_EQ(store_->cancel_job(image.job.public_id, kAdmin, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, 5, kAdmin, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->cancel_job("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_EQ(store_->reprioritise_job("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", 5, kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.completed"}));
}

TEST_P(StoreConformance, ACancelledJobCanBeRetried) {
  auto image = upload();
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, kAdmin, now_));
  auto again = store_->retry_job(image.job.public_id, kAdmin, now_);
  ASSERT_TRUE(again);
  EXPECT_EQ(claim_one().public_id, again->job.public_id);
}

TEST_P(StoreConformance, WhatIsRunAgainKeepsItsPriorityUnlessAnotherIsNamed) {
  auto image = upload("minji", 7);
  auto fail = [&] { finish(claim_one(), permanent()); };
  fail();
  EXPECT_EQ(store_->retry_job(image.job.public_id, kAdmin, now_)->job.priority, 7);
  fail();
  EXPECT_EQ(store_->reprocess_image(image.id, {}, kAdmin, now_)->job.priority, 7);
  fail();
  EXPECT_EQ(store_->act_on_jobs({}, Retry{}, false, kAdmin, now_).changed, 1);
  EXPECT_EQ(store_->find_image(image.id)->job.priority, 7);
  fail();
  EXPECT_EQ(store_->reprocess_image(image.id, {.priority = 3}, kAdmin, now_)->job.priority, 3);
}

// A slot is freed by what is heard of its own job.
TEST_P(StoreConformance, OfManyThatAreCancelledEachIsHeard) {
  std::set<std::string> jobs, heard;
  for (int i = 0; i < 4; ++i) jobs.insert(upload().job.public_id);
  claim_order(2);
  store_->on_commit([&](const std::vector<Event>& events) {
    for (const Event& event : events) {
      if (event.type == "job.cancelled") heard.insert(event.job.value());
    }
  });
  EXPECT_EQ(store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_).changed, 4);
  store_->on_commit(nullptr);
  EXPECT_EQ(heard, jobs);
}

// No other write waits for more than a chunk.
TEST_P(StoreConformance, ManyJobsAreMovedInSeveralCommits) {
  {
    std::vector<std::jthread> uploaders;
    for (int t = 0; t < 16; ++t) {
      uploaders.emplace_back([&] {
        for (int i = 0; i < 125; ++i) upload();
      });
    }
  }
  std::mutex mutex;
  int commits = 0;
  store_->on_commit([&](const std::vector<Event>& events) {
    std::lock_guard lock(mutex);
    commits += std::ranges::count(events, std::string("job.reprioritised"), &Event::type) > 0;
  });
  EXPECT_EQ(store_->act_on_jobs({}, Reprioritise{5}, false, kAdmin, now_).changed, 2000);
  store_->on_commit(nullptr);
  EXPECT_GE(commits, 4);
}

TEST_P(StoreConformance, ANewPriorityActsAtTheNextClaimAndIsShownAtOnce) {
  auto first = upload(), second = upload(), third = upload();
  auto moved = store_->reprioritise_job(third.job.public_id, 50, kAdmin, now_);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->priority, 50);
  EXPECT_EQ(store_->find_image(third.id)->job.priority, 50);
  EXPECT_EQ(store_->list_images(std::nullopt, 1).images.at(0).job.priority, 50);
  EXPECT_EQ(claim_order(3), (Ids{third.id.value, first.id.value, second.id.value}));
  auto events = store_->events(0, third.id, 10);
  EXPECT_EQ(events.at(1).type, "job.reprioritised");
  EXPECT_EQ(events.at(1).data, R"({"from":0,"to":50})");
}

TEST_P(StoreConformance, APriorityOutsideTheRangeIsRefusedAndTheSameOneChangesNothing) {
  auto image = upload("minji", 7);
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, 101, kAdmin, now_).error().code, domain::code::invalid_field);
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, -101, kAdmin, now_).error().code, domain::code::invalid_field);
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, 7, kAdmin, now_)->priority, 7);
  EXPECT_EQ(event_types(image.id), Types{"image.created"});
}

TEST_P(StoreConformance, AJobIsMovedOnlyAsItIsExpected) {
  auto image = upload();
  auto has = [](int priority) { return [priority](const JobRecord& job) { return job.priority == priority; }; };
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, 5, kAdmin, now_, has(1)).error().code, domain::code::precondition_failed);
  EXPECT_EQ(store_->find_job(image.job.public_id)->priority, 0);
  EXPECT_EQ(event_types(image.id), Types{"image.created"});
  EXPECT_EQ(store_->reprioritise_job(image.job.public_id, 5, kAdmin, now_, has(0))->priority, 5);
}

TEST_P(StoreConformance, AJobThatIsMovedWhileItWaitsForItsTimeRunsAtItsNewPriority) {
  auto late = upload(), other = upload();
  finish(claim_one(), transient());
  ASSERT_TRUE(store_->reprioritise_job(late.job.public_id, 9, kAdmin, now_));
  now_ += std::chrono::hours(1);
  EXPECT_EQ(store_->promote_due(10, now_).count, 1);
  EXPECT_EQ(claim_order(2), (Ids{late.id.value, other.id.value}));
}

// A job from deep in one owner's line takes the next turn of its new priority, it does not bring its depth along.
TEST_P(StoreConformance, AMovedJobTakesTheNextTurnOfItsNewPriority) {
  Ids busy;
  for (int i = 0; i < 50; ++i) busy.push_back(upload("busy", 10).id.value);
  for (int i = 0; i < 30; ++i) upload("mover", 0);
  auto deep = upload("mover", 0);
  ASSERT_TRUE(store_->reprioritise_job(deep.job.public_id, 10, kAdmin, now_));
  EXPECT_EQ(claim_order(3), (Ids{busy[0], deep.id.value, busy[1]}));
}

TEST_P(StoreConformance, JobsThatAreMovedTogetherKeepTheirOrderAndTheTurnsOfTheirOwners) {
  Ids a, b;
  for (int i = 0; i < 4; ++i) a.push_back(upload("a").id.value);
  for (int i = 0; i < 2; ++i) b.push_back(upload("b").id.value);
  auto urgent = upload("c", 20).id.value;
  auto moved = store_->act_on_jobs({.states = {JobState::queued}}, Reprioritise{20}, false, kAdmin, now_);
  EXPECT_EQ(moved.matched, 7);
  EXPECT_EQ(moved.changed, 6);  // one had this priority
  EXPECT_EQ(claim_order(7), (Ids{a[0], b[0], urgent, a[1], b[1], a[2], a[3]}));  // in one round of turns the older job goes first
}

TEST_P(StoreConformance, AFilterMatchesOnAllItsConditions) {
  auto mine = upload(photo("minji", 0, "demo"));
  now_ += std::chrono::seconds(10);
  auto others = upload(photo("jun", 0, "demo"));
  auto other_model = upload(photo("minji", 0, "other"));
  auto count = [&](const JobFilter& filter) { return store_->act_on_jobs(filter, Cancel{}, true, kAdmin, now_).changed; };
  EXPECT_EQ(count({}), 3);
  EXPECT_EQ(count({.owner = "minji"}), 2);
  EXPECT_EQ(count({.model = "demo", .owner = "minji"}), 1);
  EXPECT_EQ(count({.queue = std::string(domain::kProcessQueue)}), 3);
  EXPECT_EQ(count({.queue = "webhooks"}), 0);
  EXPECT_EQ(count({.created_from = now_}), 2);
  EXPECT_EQ(count({.created_before = now_}), 1);
  EXPECT_EQ(count({.images = {mine.id, others.id, ImageId{999}}}), 2);
  EXPECT_EQ(count({.jobs = {other_model.job.public_id, "no uuid"}}), 1);
  EXPECT_EQ(count({.images = {mine.id}, .jobs = {other_model.job.public_id}}), 0);
  EXPECT_EQ(count({.images = {mine.id, others.id}, .owner = "jun"}), 1);
  EXPECT_EQ(count({.states = {JobState::running}}), 0);
  EXPECT_EQ(count({.batch = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"}), 0);
  EXPECT_TRUE(store_->events(0, std::nullopt, 100).size() == 3) << "a dry run changed something";
}

TEST_P(StoreConformance, ABatchIsOneOfTheConditions) {
  std::string batch = store_->create_batch("album", "minji", kAdmin, now_).public_id;
  auto into = [&](const std::string& owner) {
    NewImage image = photo(owner);
    image.batch = batch;
    return upload(image);
  };
  auto outside = upload(), inside = into("minji");
  into("jun");
  auto count = [&](const JobFilter& filter) { return store_->act_on_jobs(filter, Cancel{}, true, kAdmin, now_).changed; };
  EXPECT_EQ(count({.batch = batch}), 2);
  EXPECT_EQ(count({.owner = "jun", .batch = batch}), 1);
  EXPECT_EQ(count({.images = {outside.id, inside.id}, .batch = batch}), 1);
  EXPECT_EQ(store_->act_on_jobs({.batch = batch}, Cancel{}, false, kAdmin, now_).changed, 2);
  EXPECT_EQ(store_->find_image(outside.id)->job.state, JobState::queued);
  EXPECT_EQ(store_->find_image(inside.id)->job.state, JobState::cancelled);
}

TEST_P(StoreConformance, ADryRunCountsWhatARunThenChanges) {
  for (int i = 0; i < 6; ++i) upload("minji", i % 2);
  finish(claim_one(), permanent());
  finish(claim_one(), transient());
  claim_one();
  upload("jun");
  const JobFilter mine{.owner = "minji"};
  for (const BulkAction& action : std::vector<BulkAction>{Reprioritise{1}, Cancel{}, Retry{}, Reprocess{.model = "other"}}) {
    auto dry = store_->act_on_jobs(mine, action, true, kAdmin, now_);
    auto run = store_->act_on_jobs(mine, action, false, kAdmin, now_);
    EXPECT_EQ(dry.matched, 6);
    EXPECT_EQ(run.matched, dry.matched);
    EXPECT_EQ(run.changed, dry.changed) << action.index();
    if (std::holds_alternative<Retry>(action)) {
      EXPECT_EQ(run.changed, 6);
      store_->act_on_jobs(mine, Cancel{}, false, kAdmin, now_);
    }
  }
  EXPECT_EQ(store_->claim(wants(10), now_).size(), 1u);  // jun's was left alone
  EXPECT_EQ(store_->claim(wants(10, {"other"}), now_).size(), 6u);
}

TEST_P(StoreConformance, WhatRanOnAModelThatIsGoneIsRunAgainOnlyWithAnother) {
  upload(photo("minji", 0, "demo")), upload(photo("minji", 0, "gone"));
  store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_);
  const std::vector<std::string> models = {"demo", "a \"strange\" one"};
  for (const BulkAction& action : std::vector<BulkAction>{Retry{models}, Reprocess{.models = models}}) {
    for (bool dry : {true, false}) {
      BulkResult done = store_->act_on_jobs({}, action, dry, kAdmin, now_);
      EXPECT_EQ(done.matched, 2) << action.index() << dry;
      EXPECT_EQ(done.changed, 1) << action.index() << dry;
      EXPECT_EQ(done.without_model, 1) << action.index() << dry;
    }
    EXPECT_EQ(claim_one().model, "demo");
    store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_);
  }
  EXPECT_EQ(store_->act_on_jobs({}, Reprocess{.model = "demo", .models = models}, false, kAdmin, now_).changed, 2);
}

TEST_P(StoreConformance, OnlyTheNewestJobOfAnImageIsActedOn) {
  auto image = upload();
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->retry_job(image.job.public_id, kAdmin, now_));
  EXPECT_EQ(store_->act_on_jobs({.states = {JobState::failed}}, Retry{}, false, kAdmin, now_).changed, 0);
  EXPECT_EQ(store_->act_on_jobs({.error_code = "corrupt"}, Retry{}, false, kAdmin, now_).matched, 0);
  EXPECT_EQ(store_->jobs_of(image.id).size(), 2u);
}

TEST_P(StoreConformance, FailedJobsAreRetriedByTheirError) {
  auto corrupt = upload(), fine = upload();
  finish(claim_one(), permanent());
  finish(claim_one(), success());
  auto done = store_->act_on_jobs({.error_code = "corrupt"}, Retry{}, false, kAdmin, now_);
  EXPECT_EQ(done.changed, 1);
  EXPECT_EQ(store_->find_image(corrupt.id)->job.state, JobState::queued);
  EXPECT_EQ(store_->find_image(fine.id)->job.state, JobState::completed);
}

TEST_P(StoreConformance, ABulkChangeHasAnEventForEachJob) {
  for (int i = 0; i < 1200; ++i) upload("owner-" + std::to_string(i % 3));
  auto moved = store_->act_on_jobs({}, Reprioritise{-3}, false, {"admin", "tidy up"}, now_);
  EXPECT_EQ(moved.changed, 1200);
  auto cancelled = store_->act_on_jobs({.owner = "owner-1"}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(cancelled.changed, 400);
  std::map<std::string, int> types;
  for (const Event& event : store_->events(0, std::nullopt, 10'000)) ++types[event.type];
  EXPECT_EQ(types["job.reprioritised"], 1200);
  EXPECT_EQ(types["job.cancelled"], 400);
  EXPECT_EQ(store_->count_jobs().queued, 800);
}

// A job is claimed or cancelled, never both: what was cancelled while it was running must lose its result, and what ran must not be lost.
TEST_P(StoreConformance, CancellingWhileOthersClaimAndFinishLosesNothing) {
  constexpr int kJobs = 150;
  std::vector<std::string> jobs;
  for (int i = 0; i < kJobs; ++i) jobs.push_back(upload("owner-" + std::to_string(i % 5)).job.public_id);
  std::atomic<int> finished = 0;
  std::int64_t cancelled = 0;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 3; ++w) {
      workers.emplace_back([&] {
        for (auto taken = store_->claim(wants(1), now_); !taken.empty(); taken = store_->claim(wants(1), now_)) {
          if (finish(taken[0], success()).applied) ++finished;
        }
      });
    }
    cancelled = store_->act_on_jobs({.owner = "owner-1"}, Cancel{}, false, kAdmin, now_).changed;
    cancelled += store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_).changed;
  }
  EXPECT_EQ(finished + cancelled, kJobs);
  for (const std::string& id : jobs) EXPECT_TRUE(domain::is_final(store_->find_job(id)->state));
  EXPECT_EQ(static_cast<std::int64_t>(store_->find_jobs({.state = JobState::cancelled, .limit = 1000}).jobs.size()), cancelled);
}

TEST_P(StoreConformance, AJobForLaterWaitsForItsTime) {
  NewImage later = photo();
  later.run_at = now_ + std::chrono::minutes(5);
  auto image = upload(later);
  EXPECT_EQ(image.job.state, JobState::scheduled);
  EXPECT_EQ(image.job.run_at, *later.run_at);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  EXPECT_EQ(store_->promote_due(10, now_).next_due, *later.run_at);
  now_ = *later.run_at;
  EXPECT_EQ(store_->promote_due(10, now_).count, 1);
  EXPECT_EQ(claim_one().image, image.id);
}

TEST_P(StoreConformance, ATimeInThePastIsNowAndAnExpiryIsKept) {
  NewImage image = photo();
  image.run_at = now_ - std::chrono::minutes(5);
  image.expires_at = now_ + std::chrono::minutes(1);
  auto made = upload(image);
  EXPECT_EQ(made.job.state, JobState::queued);
  EXPECT_EQ(made.job.run_at, now_);
  EXPECT_EQ(made.job.expires_at, image.expires_at);
}

TEST_P(StoreConformance, TheQueuesOwnNumberOfRetriesGoesBeforeTheCallers) {
  ASSERT_TRUE(store_->change_queue(domain::kProcessQueue, {.max_retries = std::optional(1)}, kAdmin, now_));
  EXPECT_EQ(upload().job.max_attempts, 2);
  ASSERT_TRUE(store_->change_queue(domain::kProcessQueue, {.max_retries = std::optional<int>()}, kAdmin, now_));
  EXPECT_EQ(upload().job.max_attempts, 4);
}

}  // namespace
}  // namespace darkroom::store
