// Nodes and their leases: whoever stops answering loses its jobs, once, and can store nothing afterwards.
#include "store/conformance.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace darkroom::store {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using Types = std::vector<std::string>;

constexpr Duration kLease = seconds(10);
constexpr const char* kOther = "01890000-0000-7000-8000-000000000002";

NodeRecord node(const std::string& id, const std::string& name = "host-a:1") {
  return {.id = id, .name = name, .role = "worker", .version = "0.1.0", .slots = 4, .models = {"demo", "yolox nano"}};
}

Types node_events(Store& store) {
  Types types;
  for (const Event& event : store.events(0, std::nullopt, 1000)) {
    if (event.type.starts_with("node.")) types.push_back(event.type);
  }
  return types;
}

TEST_P(StoreConformance, ANodeIsListedWithWhatItRuns) {
  store_->register_node(node(kNode), kLease, now_);
  upload();
  upload();
  store_->claim(wants(2), now_);
  auto nodes = store_->nodes(now_);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].id, kNode);
  EXPECT_EQ(nodes[0].name, "host-a:1");
  EXPECT_EQ(nodes[0].role, "worker");
  EXPECT_EQ(nodes[0].version, "0.1.0");
  EXPECT_EQ(nodes[0].slots, 4);
  EXPECT_EQ(nodes[0].models, (Types{"demo", "yolox nano"}));
  EXPECT_EQ(nodes[0].state, NodeState::running);
  EXPECT_EQ(nodes[0].started_at, now_);
  EXPECT_EQ(nodes[0].lease_until, now_ + kLease);
  EXPECT_EQ(nodes[0].running, 2);
  EXPECT_EQ(node_events(*store_), Types{"node.started"});
}

TEST_P(StoreConformance, ANodeThatTellsOfNewModelsHasItsOldStart) {
  store_->register_node(node(kNode), kLease, now_);
  Time started = now_;
  now_ += seconds(5);
  NodeRecord changed = node(kNode);
  changed.models = {"third"};
  store_->register_node(changed, kLease, now_);
  auto nodes = store_->nodes(now_);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].models, Types{"third"});
  EXPECT_EQ(nodes[0].started_at, started);
  EXPECT_EQ(nodes[0].seen_at, now_);
}

// Each start was told two or three times, first with 0 slots.
TEST_P(StoreConformance, AStartIsToldOnceWithWhatIsKnownThen) {
  NodeRecord starting = node(kNode);
  starting.slots = 0;
  store_->register_node(starting, kLease, now_, Begins::not_yet);
  EXPECT_EQ(node_events(*store_), Types{});
  store_->register_node(node(kNode), kLease, now_);
  store_->register_node(node(kNode), kLease, now_, Begins::long_ago);
  now_ += kLease;
  EXPECT_FALSE(store_->beat(kNode, NodeState::running, {}, kLease, now_).known);
  store_->register_node(node(kNode), kLease, now_, Begins::long_ago);
  EXPECT_EQ(node_events(*store_), Types{"node.started"});
  for (const Event& event : store_->events(0, std::nullopt, 1000)) EXPECT_EQ(event.reason, "worker with 4 slots, version 0.1.0");
  store_->rescue_expired(policy_, now_ + kLease);
  store_->register_node(node(kNode), kLease, now_ + kLease, Begins::long_ago);
  EXPECT_EQ(node_events(*store_), (Types{"node.started", "node.lost", "node.started"})) << "it is back";
}

TEST_P(StoreConformance, RunningNodesAreListedFirstAndOnlyThoseSeenInTheLastHour) {
  store_->register_node(node("01890000-0000-7000-8000-000000000009", "gone"), kLease, now_);
  now_ += hours(1);
  store_->register_node(node(kOther, "a"), kLease, now_);
  store_->register_node(node(kNode, "b"), kLease, now_);
  store_->beat(kOther, NodeState::draining, {}, kLease, now_);
  auto nodes = store_->nodes(now_);
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].name, "b");
  EXPECT_EQ(nodes[1].state, NodeState::draining);
}

// Jobs for them wait until they are back.
TEST_P(StoreConformance, TheModelsOfANodeThatIsAwayAreKnownUntilItIsForgotten) {
  using Models = std::set<std::string>;
  NodeRecord other = node(kOther);  // in a container of its own, say, with the same host and process number
  other.models = {"demo", "colors"};
  store_->register_node(other, kLease, now_);
  now_ += hours(23);
  store_->register_node(node(kNode), kLease, now_);
  store_->rescue_expired(policy_, now_);
  EXPECT_EQ(store_->known_models(now_), (Models{"colors", "demo", "yolox nano"})) << "another one on its host lives";
  now_ += hours(2);
  store_->rescue_expired(policy_, now_);
  EXPECT_EQ(store_->known_models(now_), (Models{"demo", "yolox nano"}));
}

TEST_P(StoreConformance, ANodeThatIsStartedAnewUnderItsNameHasTheModelsThatItHasNow) {
  using Models = std::set<std::string>;
  store_->register_node(node(kNode, "photo-2"), kLease, now_);
  now_ += hours(1);
  NodeRecord anew = node(kOther, "photo-2");
  anew.models = {"demo"};
  store_->register_node(anew, kLease, now_);
  EXPECT_EQ(store_->known_models(now_), Models{"demo"});
}

TEST_P(StoreConformance, BeatsKeepTheLease) {
  store_->register_node(node(kNode), kLease, now_);
  upload();
  auto job = claim_one();
  for (int i = 0; i < 10; ++i) {
    now_ += seconds(9);
    Beat beat = store_->beat(kNode, NodeState::running, {job.fence}, kLease, now_);
    EXPECT_TRUE(beat.known);
    EXPECT_TRUE(beat.lost.empty());
    EXPECT_EQ(store_->rescue_expired(policy_, now_), 0);
  }
  EXPECT_TRUE(finish(job, success()).applied);
  EXPECT_EQ(node_events(*store_), Types{"node.started"});
}

// A claim may be committed without its answer.
TEST_P(StoreConformance, WhatASlotHoldsWithoutKnowingItGoesBackRefunded) {
  store_->register_node(node(kNode), kLease, now_);
  auto image = upload();
  upload();
  auto lost = claim_one("worker-1"), kept = claim_one("worker-2");
  EXPECT_EQ(store_->give_back(kNode, "worker-3", now_), 0);
  EXPECT_EQ(store_->give_back(kOther, "worker-1", now_), 0);
  EXPECT_EQ(store_->give_back(kNode, "worker-1", now_), 1);
  EXPECT_EQ(store_->give_back(kNode, "worker-1", now_), 0);
  auto job = store_->find_job(image.job.public_id);
  EXPECT_EQ(job->state, domain::JobState::queued);
  EXPECT_EQ(job->attempt, 0);
  EXPECT_FALSE(finish(lost, success()).applied);
  EXPECT_TRUE(finish(kept, success()).applied);
  EXPECT_EQ(claim_one("worker-1").image, image.id);
}

TEST_P(StoreConformance, JobsOfANodeThatStoppedAnsweringGoBackRefunded) {
  store_->register_node(node(kNode), kLease, now_);
  auto image = upload();
  upload();
  auto zombie = claim_one();
  EXPECT_EQ(store_->rescue_expired(policy_, now_ + kLease - Duration(1)), 0);
  now_ += kLease;
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 1);
  auto back = store_->find_job(zombie.public_id);
  EXPECT_EQ(back->state, domain::JobState::queued);
  EXPECT_EQ(back->attempt, 0);
  EXPECT_EQ(back->interruptions, 1);
  EXPECT_FALSE(back->node);
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.interrupted"}));
  auto attempts = store_->attempts_of(back->id);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_EQ(attempts[0].ending, "interrupted");
  EXPECT_EQ(attempts[0].error->message, "its worker stopped answering");
  EXPECT_EQ(claim_one().image, image.id) << "it kept its place in the line";
}

// Its jobs ran for as long as the clock had been ahead, and the registry showed it alive.
TEST_P(StoreConformance, ALeaseOfAClockThatWasAheadLastsNoLongerThanOthers) {
  store_->register_node(node(kNode), kLease, now_ + hours(1));
  upload();
  claim_one();
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 0) << "it may live";
  EXPECT_EQ(store_->rescue_expired(policy_, now_ + kLease - Duration(1)), 0);
  now_ += kLease;
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 1);
  EXPECT_EQ(store_->nodes(now_).at(0).state, NodeState::lost);
}

TEST_P(StoreConformance, ANodeThatLivesOnKeepsItsLeaseWhenAClockIsPutBack) {
  store_->register_node(node(kNode), kLease, now_ + hours(1));
  for (int i = 0; i < 5; ++i) {
    store_->rescue_expired(policy_, now_);
    now_ += seconds(9);
    EXPECT_TRUE(store_->beat(kNode, NodeState::running, {}, kLease, now_).known);
  }
  EXPECT_EQ(node_events(*store_), Types{"node.started"});
}

TEST_P(StoreConformance, AZombieIsRefusedAndToldWhatItLost) {
  store_->register_node(node(kNode), kLease, now_);
  store_->register_node(node(kOther, "host-b:1"), kLease, now_);
  upload();
  auto zombie = claim_one();
  now_ += kLease;
  EXPECT_FALSE(store_->beat(kNode, NodeState::running, {zombie.fence}, kLease, now_).known) << "its lease ran out, though nobody has rescued yet";
  EXPECT_FALSE(store_->beat(kOther, NodeState::running, {}, kLease, now_).known);
  store_->register_node(node(kOther, "host-b:1"), kLease, now_);
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 1);
  Beat beat = store_->beat(kNode, NodeState::running, {zombie.fence}, kLease, now_);
  EXPECT_FALSE(beat.known);
  EXPECT_EQ(beat.lost, std::vector{zombie.fence});
  EXPECT_FALSE(finish(zombie, success(R"({"late":true})")).applied);

  ClaimRequest others = wants(1);
  others.node = kOther;
  auto again = store_->claim(others, now_).at(0);
  EXPECT_EQ(again.fence.job, zombie.fence.job);
  EXPECT_EQ(again.attempt, 1);
  beat = store_->beat(kNode, NodeState::running, {zombie.fence}, kLease, now_);
  EXPECT_EQ(beat.lost, std::vector{zombie.fence}) << "the same job runs, but under another claim";
  EXPECT_FALSE(finish(zombie, success(R"({"late":true})")).applied);
  EXPECT_TRUE(finish(again, success(R"({"good":true})")).applied);
  EXPECT_EQ(store_->find_image(zombie.image)->document, R"({"good":true})");

  store_->register_node(node(kNode), kLease, now_);
  EXPECT_TRUE(store_->beat(kNode, NodeState::running, {}, kLease, now_).known);
}

TEST_P(StoreConformance, ABeatTellsOfManyJobsExactlyThoseThatAreLost) {
  store_->register_node(node(kNode), kLease, now_);
  for (int i = 0; i < 80; ++i) upload();
  auto jobs = store_->claim(wants(80), now_);
  std::vector<domain::Fence> held, finished;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    held.push_back(jobs[i].fence);
    if (i % 9 != 0) continue;
    finish(jobs[i], success());
    finished.push_back(jobs[i].fence);
  }
  held.push_back({JobId{999'999}, 1});
  finished.push_back(held.back());
  EXPECT_EQ(store_->beat(kNode, NodeState::running, held, kLease, now_).lost, finished);
}

TEST_P(StoreConformance, JobsOfAnUnknownNodeAreRescued) {
  upload();
  claim_one();
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 1);
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 0);
  EXPECT_FALSE(store_->beat(kNode, NodeState::running, {}, kLease, now_).known);
}

TEST_P(StoreConformance, WhoTakesBackWhatIsAbandonedJudgesNobody) {
  store_->register_node(node(kNode), kLease, now_);
  upload();
  upload();
  claim_one();
  ClaimRequest others = wants(1);
  others.node = kOther;
  ASSERT_EQ(store_->claim(others, now_).size(), 1u);
  now_ += kLease;
  EXPECT_EQ(store_->rescue_abandoned(policy_, now_), 1) << "of the node that nobody knows";
  EXPECT_EQ(node_events(*store_), Types{"node.started"});
  EXPECT_EQ(store_->rescue_expired(policy_, now_), 1);
}

TEST_P(StoreConformance, ALostNodeIsToldOnceAndForgottenAfterADay) {
  store_->register_node(node(kNode), kLease, now_);
  now_ += seconds(11);
  EXPECT_EQ(store_->nodes(now_).at(0).state, NodeState::lost) << "also before somebody looks after its jobs";
  for (int i = 0; i < 3; ++i) store_->rescue_expired(policy_, now_);
  EXPECT_EQ(node_events(*store_), (Types{"node.started", "node.lost"}));
  EXPECT_EQ(store_->nodes(now_).at(0).state, NodeState::lost);
  store_->register_node(node(kNode), kLease, now_);
  EXPECT_EQ(store_->nodes(now_).at(0).state, NodeState::running) << "it stood still, and is back";
  now_ += hours(25);
  store_->rescue_expired(policy_, now_);
  EXPECT_TRUE(store_->nodes(now_ - hours(25)).empty());
}

// Where nobody rescues, each start of the one process left a row for ever.
TEST_P(StoreConformance, TheStartOfTheOneProcessForgetsTheNodesOfLongAgo) {
  store_->register_node(node(kNode), kLease, now_);
  store_->requeue_orphans("restart", policy_, now_ + hours(23));
  EXPECT_EQ(store_->nodes(now_).size(), 1u);
  store_->requeue_orphans("restart", policy_, now_ + hours(25));
  EXPECT_TRUE(store_->nodes(now_).empty());
}

TEST_P(StoreConformance, ANodeThatSignsOffGivesBackWhatItHolds) {
  store_->register_node(node(kNode), kLease, now_);
  store_->register_node(node(kOther, "host-b:1"), kLease, now_);
  auto image = upload();
  upload();
  auto job = claim_one();
  ClaimRequest others = wants(1);
  others.node = kOther;
  auto kept = store_->claim(others, now_).at(0);
  store_->unregister_node(kNode, "in good order", now_);
  auto back = store_->find_image(image.id)->job;
  EXPECT_EQ(back.state, domain::JobState::queued);
  EXPECT_EQ(back.attempt, 0);
  EXPECT_FALSE(finish(job, success()).applied);
  EXPECT_TRUE(finish(kept, success()).applied);
  EXPECT_FALSE(store_->beat(kNode, NodeState::running, {}, kLease, now_).known);
  EXPECT_EQ(node_events(*store_), (Types{"node.started", "node.started", "node.stopped"}));
  EXPECT_EQ(store_->nodes(now_).back().state, NodeState::stopped);
  now_ += seconds(11);
  store_->rescue_expired(policy_, now_);
  EXPECT_EQ(node_events(*store_).back(), "node.lost") << "of the other one";
  EXPECT_EQ(node_events(*store_).size(), 4u);
}

TEST_P(StoreConformance, RescuersAtTheSameMomentRescueEachJobOnce) {
  store_->register_node(node(kNode), kLease, now_);
  for (int i = 0; i < 100; ++i) upload();
  store_->claim(wants(100), now_);
  now_ += seconds(11);
  std::unique_ptr<Store> second = store_->is_shared() ? GetParam().open(false) : nullptr;
  std::atomic<int> rescued = 0;
  {
    std::vector<std::jthread> rescuers;
    for (int r = 0; r < 4; ++r) {
      rescuers.emplace_back([&, r] { rescued += (second && r % 2 ? *second : *store_).rescue_expired(policy_, now_); });
    }
  }
  EXPECT_EQ(rescued, 100);
  EXPECT_EQ(std::ranges::count(node_events(*store_), "node.lost"), 1);
  for (const FoundJob& found : store_->find_jobs({.state = domain::JobState::queued, .limit = 200}).jobs) {
    EXPECT_EQ(found.job.interruptions, 1);
    EXPECT_EQ(found.job.attempt, 0);
  }
  EXPECT_EQ(store_->count_jobs().queued, 100);
}

// Photos lie where they were taken in: a machine that is away for days is still asked for them.
TEST_P(StoreConformance, ThePeersOfANodeAreThoseThatAnswerTheLivingFirst) {
  auto web = [](const char* id, const char* name, const char* url) {
    NodeRecord made = node(id, name);
    made.url = url;
    return made;
  };
  store_->register_node(web("01890000-0000-7000-8000-000000000003", "away", "http://away:1"), kLease, now_);
  store_->register_node(node("01890000-0000-7000-8000-000000000004", "worker"), kLease, now_);
  now_ += hours(48);
  store_->rescue_expired(policy_, now_);
  store_->register_node(web(kNode, "me", "http://me:1"), kLease, now_);
  store_->register_node(web(kOther, "here", "http://here:1"), kLease, now_);
  store_->register_node(web("01890000-0000-7000-8000-000000000005", "here", "http://here:1"), kLease, now_);
  EXPECT_EQ(store_->peers_of(kNode), (Types{"http://here:1", "http://away:1"}));
  now_ += hours(24 * 6);
  store_->rescue_expired(policy_, now_);
  EXPECT_EQ(store_->peers_of(kNode), Types{"http://here:1"}) << "after a week it is forgotten";
}

TEST_P(StoreConformance, TheClockOfTestsIsTheCallers) { EXPECT_EQ(store_->clock(now_), now_); }

}  // namespace
}  // namespace darkroom::store
