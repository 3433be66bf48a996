#include "domain/maintenance.h"
#include "store/conformance.h"

#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <thread>

namespace darkroom::store {
namespace {

using std::chrono::minutes;

const Actor kAdmin{"admin", "test"};

domain::Schedule nightly(const std::string& name = "nightly") {
  return {.name = name, .cron = "30 3 * * *", .zone = "Asia/Seoul", .kind = std::string(domain::kind::prune), .args = R"({"a":1})"};
}

Firing firing_of(const ScheduleRecord& schedule, Time next) {
  return {.schedule = schedule.rule.name, .revision = schedule.revision, .expected = *schedule.next_slot, .slot = *schedule.next_slot, .next_slot = next};
}

std::vector<domain::ClaimedJob> claim_maintenance(Store& store, Time now, const char* node, int count = 100) {
  return store.claim({.node = node, .worker = "maintenance", .lanes = {domain::maintenance_lane(domain::kind::prune)}, .count = count}, now);
}

int count_events(Store& store, std::string_view type) {
  int count = 0;
  for (const Event& event : store.events(0, std::nullopt, 10'000)) count += event.type == type ? 1 : 0;
  return count;
}

TEST_P(StoreConformance, WhatMaintenanceDidIsTheResultOfItsJob) {
  store_->put_schedule(nightly(), now_ + minutes(5), kAdmin, now_).value();
  std::string id = store_->run_schedule("nightly", 4, kAdmin, now_).value();
  EXPECT_FALSE(store_->result_of(id));
  finish(claim_maintenance(*store_, now_, kNode).at(0), domain::Succeeded{{}, R"({"done":7})"});
  EXPECT_EQ(store_->result_of(id), R"({"done":7})");
  auto attempts = store_->attempts_of(store_->find_job(id)->id);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_FALSE(attempts[0].timings) << "it read and decoded no photo";
  std::string again = store_->run_schedule("nightly", 4, kAdmin, now_).value();
  finish(claim_maintenance(*store_, now_, kNode).at(0), permanent());
  EXPECT_FALSE(store_->result_of(again));
}

TEST_P(StoreConformance, AScheduleIsKeptAsItWasPut) {
  auto made = store_->put_schedule(nightly(), now_ + minutes(5), kAdmin, now_).value();
  EXPECT_EQ(made.rule, nightly());
  EXPECT_EQ(made.next_slot, now_ + minutes(5));
  EXPECT_FALSE(made.last_slot);
  domain::Schedule changed = nightly();
  changed.cron = "0 4 * * *";
  changed.missed = domain::MissedPolicy::all;
  store_->put_schedule(changed, now_ + minutes(9), kAdmin, now_ + minutes(1)).value();
  reopen();
  auto found = store_->find_schedule("nightly").value();
  EXPECT_EQ(found.rule, changed);
  EXPECT_GT(found.revision, made.revision);
  EXPECT_EQ(found.created_at, now_);
  EXPECT_EQ(found.updated_at, now_ + minutes(1));
  EXPECT_EQ(count_events(*store_, "schedule.created"), 1);
  EXPECT_EQ(count_events(*store_, "schedule.changed"), 1);
  EXPECT_EQ(store_->put_schedule(nightly(), std::nullopt, kAdmin, now_).error().code, domain::code::invalid_field);
}

TEST_P(StoreConformance, OfManyThatPutAScheduleAtOnceOneMakesIt) {
  std::atomic<int> made = 0;
  std::barrier start(8);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8; ++i) {
      callers.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          start.arrive_and_wait();
          if (store_->put_schedule(nightly("night-" + std::to_string(round)), now_, kAdmin, now_).value().made_now) ++made;
        }
      });
    }
  }
  EXPECT_EQ(made, 20);
  EXPECT_EQ(count_events(*store_, "schedule.created"), 20);
  EXPECT_EQ(count_events(*store_, "schedule.changed"), 7 * 20);
}

TEST_P(StoreConformance, AddingAScheduleLeavesOneThatIsThere) {
  EXPECT_TRUE(store_->add_schedule(nightly(), now_, kAdmin, now_));
  domain::Schedule other = nightly();
  other.cron = "@hourly";
  EXPECT_FALSE(store_->add_schedule(other, now_, kAdmin, now_));
  EXPECT_EQ(store_->find_schedule("nightly")->rule, nightly());
}

TEST_P(StoreConformance, AScheduleIsGivenItsKindOnlyWhereItHasAnother) {
  EXPECT_FALSE(store_->keep_kind(nightly(), "system", now_)) << "there is none";
  auto made = store_->put_schedule(nightly(), now_ + minutes(5), kAdmin, now_).value();
  EXPECT_FALSE(store_->keep_kind(nightly(), "system", now_));
  domain::Schedule other = nightly();
  other.cron = "@hourly";
  other.kind = domain::kind::cleanup;
  other.args = "{}";
  EXPECT_TRUE(store_->keep_kind(other, "system", now_));
  EXPECT_FALSE(store_->keep_kind(other, "system", now_));
  auto found = store_->find_schedule("nightly").value();
  EXPECT_EQ(found.rule.kind, domain::kind::cleanup);
  EXPECT_EQ(found.rule.args, "{}");
  EXPECT_EQ(found.rule.cron, nightly().cron);
  EXPECT_EQ(found.next_slot, made.next_slot);
  EXPECT_EQ(count_events(*store_, "schedule.changed"), 1);
}

TEST_P(StoreConformance, SchedulesAreListedByNameAndDueByTheirSlots) {
  store_->put_schedule(nightly("b"), now_ + minutes(2), kAdmin, now_).value();
  store_->put_schedule(nightly("a"), now_ + minutes(3), kAdmin, now_).value();
  store_->put_schedule(nightly("c"), now_ + minutes(1), kAdmin, now_).value();
  auto names = [](const std::vector<ScheduleRecord>& schedules) {
    std::vector<std::string> found;
    for (const auto& schedule : schedules) found.push_back(schedule.rule.name);
    return found;
  };
  EXPECT_THAT(names(store_->list_schedules()), testing::ElementsAre("a", "b", "c"));
  EXPECT_EQ(store_->next_slot_of_all(), now_ + minutes(1));
  EXPECT_TRUE(store_->due_schedules(now_, 10).empty());
  EXPECT_THAT(names(store_->due_schedules(now_ + minutes(2), 10)), testing::ElementsAre("c", "b"));
  EXPECT_THAT(names(store_->due_schedules(now_ + minutes(2), 1)), testing::ElementsAre("c"));
  ASSERT_TRUE(store_->delete_schedule("c", kAdmin, now_));
  EXPECT_EQ(store_->next_slot_of_all(), now_ + minutes(2));
  EXPECT_EQ(store_->delete_schedule("c", kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, AFiredSlotMakesItsJobAndMovesTheScheduleOn) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  ASSERT_TRUE(store_->fire(firing_of(schedule, now_ + minutes(10)), now_));
  auto found = store_->find_schedule("nightly").value();
  EXPECT_EQ(found.next_slot, now_ + minutes(10));
  EXPECT_EQ(found.last_slot, now_);
  auto jobs = claim_maintenance(*store_, now_, kNode);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].kind, domain::kind::prune);
  EXPECT_EQ(jobs[0].args, R"({"a":1})");
  EXPECT_EQ(jobs[0].image.value, 0);
  auto fires = store_->fires_of("nightly", 10);
  ASSERT_EQ(fires.size(), 1u);
  EXPECT_EQ(fires[0].slot, now_);
  EXPECT_EQ(fires[0].job, jobs[0].public_id);
  EXPECT_EQ(count_events(*store_, "job.created"), 1);
}

TEST_P(StoreConformance, WhoComesSecondFiresNothing) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  Firing firing = firing_of(schedule, now_ + minutes(10));
  EXPECT_TRUE(store_->fire(firing, now_));
  EXPECT_FALSE(store_->fire(firing, now_));
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u);
}

// A node whose clock is behind sees fewer missed slots and would fire another one of them.
TEST_P(StoreConformance, TwoClocksDoNotFireTwoSlotsForTheSameMissedOnes) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  Firing ahead = firing_of(schedule, now_ + minutes(60)), behind = firing_of(schedule, now_ + minutes(50));
  ahead.slot = now_ + minutes(50);
  behind.slot = now_ + minutes(40);
  EXPECT_TRUE(store_->fire(ahead, now_));
  EXPECT_FALSE(store_->fire(behind, now_));
  EXPECT_EQ(store_->find_schedule("nightly")->next_slot, now_ + minutes(60));
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u);
}

// Someone put the schedule anew, or the clock was set back: the slot comes up again, and is not fired again.
TEST_P(StoreConformance, ASlotThatWasFiredIsNeverFiredAgain) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  ASSERT_TRUE(store_->fire(firing_of(schedule, now_ + minutes(10)), now_));
  ASSERT_TRUE(store_->delete_schedule("nightly", kAdmin, now_));
  auto again = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  EXPECT_FALSE(store_->fire(firing_of(again, now_ + minutes(10)), now_));
  EXPECT_EQ(store_->find_schedule("nightly")->next_slot, now_ + minutes(10));
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u);
}

TEST_P(StoreConformance, ARuleThatChangedIsNotFiredByWhatItWas) {
  auto before = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  domain::Schedule changed = nightly();
  changed.cron = "31 3 * * *";
  store_->put_schedule(changed, now_, kAdmin, now_).value();
  EXPECT_FALSE(store_->fire(firing_of(before, now_ + minutes(10)), now_));
  EXPECT_EQ(store_->find_schedule("nightly")->next_slot, now_);
}

// Whoever puts all schedules anew at each deployment dropped the slots that were due at that moment.
TEST_P(StoreConformance, APutThatChangesNoTimesKeepsTheSlotThatIsDue) {
  auto before = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  domain::Schedule again = nightly();
  again.missed = domain::MissedPolicy::skip;
  auto put = store_->put_schedule(again, now_ + minutes(10), kAdmin, now_ + minutes(1)).value();
  EXPECT_EQ(put.rule, again);
  EXPECT_EQ(put.next_slot, now_);
  EXPECT_TRUE(store_->fire(firing_of(before, now_ + minutes(10)), now_)) << "who is firing it goes on";
  EXPECT_EQ(count_events(*store_, "schedule.changed"), 1);
  again.zone = "Europe/Berlin";
  EXPECT_EQ(store_->put_schedule(again, now_ + minutes(20), kAdmin, now_)->next_slot, now_ + minutes(20));
  store_->pause_schedule("nightly", kAdmin, now_).value();
  EXPECT_EQ(store_->put_schedule(again, now_ + minutes(30), kAdmin, now_)->next_slot, now_ + minutes(30)) << "slots of a pause are not made up for";
  again.enabled = false;
  EXPECT_FALSE(store_->put_schedule(again, now_ + minutes(40), kAdmin, now_)->next_slot);
}

TEST_P(StoreConformance, ASkippedSlotIsNotedWithoutAJob) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  Firing firing = firing_of(schedule, now_ + minutes(10));
  firing.make_job = false;
  firing.missed = 3;
  EXPECT_TRUE(store_->fire(firing, now_));
  EXPECT_TRUE(claim_maintenance(*store_, now_, kNode).empty());
  auto fires = store_->fires_of("nightly", 10);
  ASSERT_EQ(fires.size(), 1u);
  EXPECT_FALSE(fires[0].job);
  EXPECT_EQ(fires[0].missed, 3);
  EXPECT_EQ(count_events(*store_, "schedule.skipped"), 1);
}

// While the queue is paused, or nobody is there who does maintenance: a job a minute, all to be run later.
TEST_P(StoreConformance, ASlotWhoseLikeStillWaitsIsSkipped) {
  auto fire = [&] { return store_->fire(firing_of(*store_->find_schedule("nightly"), *store_->find_schedule("nightly")->next_slot + minutes(1)), now_); };
  store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  EXPECT_TRUE(fire());
  EXPECT_TRUE(fire());
  auto fires = store_->fires_of("nightly", 10);
  ASSERT_EQ(fires.size(), 2u);
  EXPECT_FALSE(fires[0].job);
  EXPECT_THAT(store_->events(0, std::nullopt, 100).back().reason, testing::HasSubstr(fires[1].job.value()));
  EXPECT_EQ(count_events(*store_, "schedule.skipped"), 1);
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u);
  EXPECT_TRUE(fire());
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u) << "beside one that runs";
  domain::Schedule each = nightly();
  each.missed = domain::MissedPolicy::all;
  store_->put_schedule(each, now_ + minutes(10), kAdmin, now_).value();
  EXPECT_TRUE(fire());
  EXPECT_TRUE(fire());
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 2u) << "as the rule says";
}

// It was begun, and goes on where it was broken off.
TEST_P(StoreConformance, ASlotIsNotSkippedForAJobThatWasGivenBack) {
  auto fire = [&] { return store_->fire(firing_of(*store_->find_schedule("nightly"), *store_->find_schedule("nightly")->next_slot + minutes(1)), now_); };
  store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  EXPECT_TRUE(fire());
  finish(claim_maintenance(*store_, now_, kNode).at(0), domain::Interrupted{"the server stopped"});
  EXPECT_TRUE(fire());
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 2u);
}

TEST_P(StoreConformance, ASlotIsNotSkippedForAJobOfItsKindThatDoesSomethingElse) {
  domain::Schedule other = nightly("other");
  other.args = R"({"a":2})";
  for (const domain::Schedule& rule : {nightly(), other}) {
    auto made = store_->put_schedule(rule, now_, kAdmin, now_).value();
    EXPECT_TRUE(store_->fire(firing_of(made, now_ + minutes(1)), now_));
  }
  EXPECT_TRUE(store_->fires_of("other", 10).at(0).job);
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 2u);
}

TEST_P(StoreConformance, APausedScheduleIsNotDueAndResumesWhereItIsTold) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  auto paused = store_->pause_schedule("nightly", kAdmin, now_).value();
  EXPECT_FALSE(paused.rule.enabled);
  EXPECT_FALSE(paused.next_slot);
  store_->pause_schedule("nightly", kAdmin, now_).value();
  EXPECT_EQ(count_events(*store_, "schedule.paused"), 1);
  EXPECT_TRUE(store_->due_schedules(now_, 10).empty());
  EXPECT_FALSE(store_->next_slot_of_all());
  EXPECT_FALSE(store_->fire(firing_of(schedule, now_ + minutes(10)), now_));
  auto resumed = store_->resume_schedule("nightly", now_ + minutes(3), kAdmin, now_).value();
  EXPECT_TRUE(resumed.rule.enabled);
  EXPECT_EQ(resumed.next_slot, now_ + minutes(3));
  EXPECT_EQ(store_->pause_schedule("none", kAdmin, now_).error().code, domain::code::not_found);
  EXPECT_EQ(store_->resume_schedule("none", now_, kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, AScheduleThatNeverFiresAgainIsPaused) {
  auto schedule = store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  Firing firing = firing_of(schedule, now_);
  firing.next_slot.reset();
  EXPECT_TRUE(store_->fire(firing, now_));
  EXPECT_FALSE(store_->find_schedule("nightly")->rule.enabled);
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), 1u);
}

TEST_P(StoreConformance, AScheduleCanBeRunBesideItsSlots) {
  store_->put_schedule(nightly(), now_ + minutes(5), kAdmin, now_).value();
  auto job = store_->run_schedule("nightly", 1, kAdmin, now_);
  ASSERT_TRUE(job);
  EXPECT_EQ(store_->find_job(*job)->kind, domain::kind::prune);
  EXPECT_EQ(store_->find_schedule("nightly")->next_slot, now_ + minutes(5));
  EXPECT_EQ(store_->run_schedule("none", 1, kAdmin, now_).error().code, domain::code::not_found);
}

// Eight at once for each of thirty slots, through two stores where several may share a database.
TEST_P(StoreConformance, EachSlotIsFiredExactlyOnceByManyAtOnce) {
  std::unique_ptr<Store> second = store_->is_shared() ? GetParam().open(false) : nullptr;
  domain::Schedule each = nightly();
  each.missed = domain::MissedPolicy::all;
  store_->put_schedule(each, now_, kAdmin, now_).value();
  constexpr int kSlots = 30;
  Time end = now_ + minutes(kSlots);
  std::atomic<int> fired = 0;
  {
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 8; ++i) {
      nodes.emplace_back([&, i] {
        Store& store = second && i % 2 ? *second : *store_;
        for (;;) {
          auto schedule = store.find_schedule("nightly").value();
          if (!schedule.next_slot || *schedule.next_slot >= end) return;
          fired += store.fire(firing_of(schedule, *schedule.next_slot + minutes(1)), now_) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(fired, kSlots);
  EXPECT_EQ(store_->fires_of("nightly", 100).size(), static_cast<std::size_t>(kSlots));
  EXPECT_EQ(claim_maintenance(*store_, now_, kNode).size(), static_cast<std::size_t>(kSlots));
}

TEST_P(StoreConformance, AMaintenanceJobIsFinishedWithWhatItDidAndRetriedWhenItFails) {
  store_->put_schedule(nightly(), now_, kAdmin, now_).value();
  ASSERT_TRUE(store_->run_schedule("nightly", 4, kAdmin, now_));
  auto job = claim_maintenance(*store_, now_, kNode).at(0);
  finish(job, transient());
  EXPECT_EQ(store_->find_job(job.public_id)->state, domain::JobState::scheduled);
  now_ += minutes(2);
  EXPECT_EQ(store_->promote_due(10, now_).count, 1);
  job = claim_maintenance(*store_, now_, kNode).at(0);
  finish(job, success(R"({"images":3})"));
  EXPECT_EQ(store_->find_job(job.public_id)->state, domain::JobState::completed);
  EXPECT_EQ(store_->events(0, std::nullopt, 1000).back().data, R"({"images":3})");
}

TEST_P(StoreConformance, AScheduleIsSetBackOnceAndOnlyAsItWasRead) {
  auto ahead = store_->put_schedule(nightly(), now_ + minutes(600), kAdmin, now_).value();
  EXPECT_TRUE(store_->set_back(ahead, now_ + minutes(5), now_));
  EXPECT_EQ(store_->find_schedule("nightly")->next_slot, now_ + minutes(5));
  EXPECT_FALSE(store_->set_back(ahead, now_ + minutes(6), now_)) << "it is no longer as it was read";
  EXPECT_EQ(count_events(*store_, "schedule.changed"), 1);
  auto here = store_->find_schedule("nightly").value();
  EXPECT_EQ(here.revision, ahead.revision) << "its rule is the same";
  ASSERT_TRUE(store_->pause_schedule("nightly", kAdmin, now_));
  EXPECT_FALSE(store_->set_back(here, now_ + minutes(1), now_));
}

}  // namespace
}  // namespace darkroom::store
