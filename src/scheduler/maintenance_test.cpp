#include "base/fail_point.h"
#include "base/hash.h"
#include "base/id.h"
#include "domain/error_codes.h"
#include "domain/maintenance.h"
#include "scheduler/fixture_for_test.h"
#include "scheduler/prune_finished.h"
#include "scheduler/run_maintenance.h"
#include "scheduler/sweep_blobs.h"
#include "scheduler/watch_resources.h"
#include "store/postgres_place.h"

#include <gmock/gmock.h>

#include <fstream>

namespace darkroom::scheduler {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using std::chrono::days;

class RunMaintenanceTest : public MaintenanceTest {
 protected:
  RunMaintenanceTest() {
    domain::Schedule rule{.name = "clean", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::cleanup), .args = R"({"a":1})"};
    store_->put_schedule(rule, clock_.now(), {"admin", ""}, clock_.now()).value();
    store_->run_schedule("clean", 4, {"admin", ""}, clock_.now()).value();
  }

  // A runner whose only task is this one.
  RunMaintenance runner(std::function<Result<std::string>(const std::string&, Time, std::stop_token)> task) {
    return RunMaintenance({.node = "n", .retry = {.first_delay = 1s, .jitter = 0}}, *store_, clock_, {domain::kind::cleanup, std::move(task)});
  }

  store::JobRecord job() { return maintenance_jobs().at(0); }
};

TEST_F(RunMaintenanceTest, RunsTheTaskOfTheKindAndEndsWithWhatItDid) {
  std::string given;
  RunMaintenance run = runner([&](const std::string& args, Time, std::stop_token) -> Result<std::string> {
    given = args;
    return std::string(R"({"done":7})");
  });
  EXPECT_EQ(run.run_once(), 0s);
  EXPECT_EQ(run.run_once(), 5s);
  EXPECT_EQ(given, R"({"a":1})");
  EXPECT_EQ(job().state, domain::JobState::completed);
  EXPECT_EQ(events("job.completed").at(0).data, R"({"done":7})");
}

TEST_F(RunMaintenanceTest, ATaskThatThrowsIsTriedAgainAndOneThatRefusesIsNot) {
  int runs = 0;
  RunMaintenance run = runner([&](const std::string&, Time, std::stop_token) -> Result<std::string> {
    if (++runs == 1) throw std::runtime_error("the disk is tired");
    return Error{"conflict", "Not like this."};
  });
  run.run_once();
  EXPECT_EQ(job().state, domain::JobState::scheduled);
  EXPECT_THAT(job().error->message, Not(HasSubstr("tired")));
  clock_.time += 2s;
  store_->promote_due(10, clock_.now());
  run.run_once();
  EXPECT_EQ(job().state, domain::JobState::failed);
  EXPECT_EQ(job().error->message, "Not like this.");
}

TEST_F(RunMaintenanceTest, AStopGivesTheJobBackWithItsAttempt) {
  RunMaintenance* running = nullptr;
  RunMaintenance run = runner([&](const std::string&, Time, std::stop_token stop) -> Result<std::string> {
    running->stop();
    EXPECT_TRUE(stop.stop_requested());
    return std::string("{}");
  });
  running = &run;
  run.run_once();
  EXPECT_EQ(job().state, domain::JobState::queued);
  EXPECT_EQ(job().attempt, 0);
  EXPECT_EQ(run.run_once(), 5s);
  EXPECT_EQ(job().state, domain::JobState::queued);
}

// A prune that someone cancelled went on to delete photos to its end.
TEST_F(RunMaintenanceTest, ACancelledTaskIsToldToStopAndTheNextOneRuns) {
  RunMaintenance* running = nullptr;
  int runs = 0;
  RunMaintenance run = runner([&](const std::string&, Time, std::stop_token stop) -> Result<std::string> {
    if (++runs > 1) return std::string("{}");
    running->call_off("another");
    EXPECT_FALSE(stop.stop_requested());
    std::string id = job().public_id;
    EXPECT_TRUE(store_->cancel_job(id, {"admin", ""}, clock_.now()));
    running->call_off(id);
    EXPECT_TRUE(stop.stop_requested());
    return std::string("{}");
  });
  running = &run;
  run.run_once();
  EXPECT_EQ(job().state, domain::JobState::cancelled);
  store_->run_schedule("clean", 4, {"admin", ""}, clock_.now()).value();
  run.run_once();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(job().state, domain::JobState::completed);
}

// The work is done: it would count as running for as long as this process lives.
TEST_F(RunMaintenanceTest, AnEndingThatWasNotTakenIsOfferedAgain) {
  int runs = 0;
  RunMaintenance run = runner([&](const std::string&, Time, std::stop_token) -> Result<std::string> {
    ++runs;
    return std::string("{}");
  });
  ASSERT_TRUE(arm_fail_points("K12=error@1"));
  EXPECT_THROW(run.run_once(), store::StoreUnavailable);
  ASSERT_TRUE(arm_fail_points(""));
  EXPECT_EQ(job().state, domain::JobState::running);
  run.run_once();
  EXPECT_EQ(job().state, domain::JobState::completed);
  EXPECT_EQ(runs, 1);
}

// Its database stood still, and makes the commit when the next claim is through.
TEST_F(RunMaintenanceTest, WhatAClaimTookWhoseCommitCameLateGoesBackAndRuns) {
  RunMaintenance run = runner([](const std::string&, Time, std::stop_token) -> Result<std::string> { return std::string("{}"); });
  ASSERT_TRUE(arm_fail_points("K8=error@1"));
  EXPECT_THROW(run.run_once(), store::StoreUnavailable);
  ASSERT_TRUE(arm_fail_points(""));
  auto pause = [&](bool paused) { ASSERT_TRUE(store_->change_queue(domain::kMaintenanceQueue, {.paused = paused}, {"admin", ""}, clock_.now())); };
  pause(true);
  EXPECT_EQ(run.run_once(), 5s) << "there is nothing to give back yet, and nothing to take";
  pause(false);
  store::ClaimRequest late{.node = "n", .worker = std::string(domain::kind::cleanup), .lanes = {domain::maintenance_lane(domain::kind::cleanup)}, .count = 1};
  ASSERT_EQ(store_->claim(late, clock_.now()).size(), 1u);
  EXPECT_EQ(run.run_once(), 0s);
  EXPECT_EQ(job().state, domain::JobState::completed);
  EXPECT_EQ(job().attempt, 1);
}

// The news of a cancellation may not arrive.
TEST_F(RunMaintenanceTest, ATaskWhoseJobIsNoLongerOursIsToldToStopByALook) {
  RunMaintenance* running = nullptr;
  RunMaintenance run = runner([&](const std::string&, Time, std::stop_token stop) -> Result<std::string> {
    running->look_whether_ours();
    EXPECT_FALSE(stop.stop_requested());
    EXPECT_TRUE(store_->cancel_job(job().public_id, {"admin", ""}, clock_.now()));
    running->look_whether_ours();
    EXPECT_TRUE(stop.stop_requested());
    return std::string("{}");
  });
  running = &run;
  run.run_once();
  running->look_whether_ours();
}

// A prune of an hour kept the alerts silent for an hour.
TEST_F(RunMaintenanceTest, OneKindDoesNotHoldUpAnother) {
  domain::Schedule rule{.name = "watch", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::watch_resources)};
  store_->put_schedule(rule, clock_.now(), {"admin", ""}, clock_.now()).value();
  int watched = 0;
  RunMaintenance watch({.node = "n"}, *store_, clock_, {domain::kind::watch_resources, [&](const std::string&, Time, std::stop_token) -> Result<std::string> {
                                                           ++watched;
                                                           return std::string("{}");
                                                         }});
  RunMaintenance long_one = runner([&](const std::string&, Time, std::stop_token) -> Result<std::string> {
    store_->run_schedule("watch", 4, {"admin", ""}, clock_.now()).value();
    EXPECT_EQ(watch.run_once(), 0s);
    return std::string("{}");
  });
  EXPECT_EQ(watch.run_once(), 5s) << "it takes none of another kind";
  long_one.run_once();
  EXPECT_EQ(watched, 1);
}

TEST_F(MaintenanceTest, NothingIsPrunedUntilARuleSaysSo) {
  upload("one");
  end_next(domain::Succeeded{});
  PruneFinished prune({}, *store_, *remove_blobs_);
  EXPECT_EQ(prune.run(clock_.now() + days(4000), {}).value(), R"({"images":0,"blobs":0,"jobs":0,"batches":0,"events":0,"maintenance_jobs":0})");
  EXPECT_EQ(store_->events(0, std::nullopt, 100).size(), 3u);
}

TEST_F(MaintenanceTest, PruneFollowsItsRulesAndRemovesTheBlobs) {
  auto old = upload("old");
  end_next(domain::Succeeded{});
  auto again = upload("again");
  end_next(domain::Failed{{"corrupt", "x"}, domain::Failed::Kind::permanent});
  ASSERT_TRUE(store_->retry_job(again.job.public_id, {"admin", ""}, clock_.now()));
  end_next(domain::Failed{{"corrupt", "x"}, domain::Failed::Kind::permanent});
  clock_.time += days(31);
  auto young = upload("young");
  end_next(domain::Succeeded{});
  PruneFinished prune({.history = days(30), .completed_images = days(30)}, *store_, *remove_blobs_);
  EXPECT_EQ(prune.run(clock_.now(), {}).value(), R"({"images":1,"blobs":1,"jobs":1,"batches":0,"events":0,"maintenance_jobs":0})");
  EXPECT_FALSE(store_->find_image(old.id));
  EXPECT_FALSE(blobs_->open(old.sha256));
  EXPECT_TRUE(blobs_->open(young.sha256));
  EXPECT_EQ(store_->jobs_of(again.id).size(), 1u);
  EXPECT_EQ(prune.run(clock_.now(), {}).value(), R"({"images":0,"blobs":0,"jobs":0,"batches":0,"events":0,"maintenance_jobs":0})");
}

class SweepBlobsTest : public MaintenanceTest {
 protected:
  // The files are of this moment by the clock of the file system.
  Time later(std::chrono::seconds by) { return SystemClock().now() + by; }
};

TEST_F(SweepBlobsTest, RemovesWhatNoImageHasOnceItIsOld) {
  auto image = upload("needed");
  std::string orphan = keep("orphan");
  SweepBlobs sweep({}, *store_, *blobs_, *remove_blobs_);
  EXPECT_EQ(sweep.run(later(30min), {}).value(), R"({"stored":2,"removed":0,"leftovers":0})");
  EXPECT_TRUE(blobs_->open(orphan));
  EXPECT_EQ(sweep.run(later(61min), {}).value(), R"({"stored":2,"removed":1,"leftovers":0})");
  EXPECT_FALSE(blobs_->open(orphan));
  EXPECT_TRUE(blobs_->open(image.sha256));
  EXPECT_TRUE(store_->blobs_to_remove(blobs_->id()).empty());
}

// With folders of their own, what lay in that of a process whose turn never came lay there for ever.
TEST_F(SweepBlobsTest, AProcessWhoseTurnDoesNotComeSweepsByItself) {
  SweepBlobs sweep({}, *store_, *blobs_, *remove_blobs_);
  EXPECT_EQ(sweep.run_if_overdue(later(0s), {}), 90min);
  Time swept = later(30min);
  sweep.run(swept, {}).value();
  keep("orphan");
  EXPECT_EQ(sweep.run_if_overdue(swept + 1h, {}), 30min) << "the job was here an hour ago";
  EXPECT_EQ(blobs_->list("", 10).size(), 1u);
  EXPECT_EQ(sweep.run_if_overdue(swept + 90min, {}), 90min);
  EXPECT_TRUE(blobs_->list("", 10).empty());
}

TEST_F(SweepBlobsTest, RemovesTemporaryFilesThatWereLeftBehind) {
  std::ofstream(folder_ + "/blobs/incoming/left") << "half";
  SweepBlobs sweep({}, *store_, *blobs_, *remove_blobs_);
  EXPECT_EQ(sweep.run(later(2h), {}).value(), R"({"stored":0,"removed":0,"leftovers":0})");
  EXPECT_EQ(sweep.run(later(25h), {}).value(), R"({"stored":0,"removed":0,"leftovers":1})");
}

TEST_F(SweepBlobsTest, GoesThroughAllPages) {
  for (int i = 0; i < 23; ++i) keep(std::to_string(i));
  SweepBlobs sweep({.page = 5}, *store_, *blobs_, *remove_blobs_);
  EXPECT_EQ(sweep.run(later(2h), {}).value(), R"({"stored":23,"removed":23,"leftovers":0})");
  EXPECT_TRUE(blobs_->list("", 10).empty());
}

// A data folder that was given to an empty database must not be emptied.
TEST_F(SweepBlobsTest, RemovesNothingWhenMostBelongsToNoImage) {
  auto image = upload("needed");
  for (int i = 0; i < 12; ++i) keep(std::to_string(i));
  SweepBlobs sweep({.few = 10}, *store_, *blobs_, *remove_blobs_);
  auto refused = sweep.run(later(2h), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("12 of 13 stored photos"));
  EXPECT_EQ(blobs_->list("", 100).size(), 13u);
}

// An upload whose photo lay here as an orphan is taken in or told to come again, never left without its photo.
TEST_F(SweepBlobsTest, AnUploadAtTheSameMomentKeepsItsPhoto) {
  std::string orphan = keep("same");
  auto staged = blobs_->stage();
  staged->write("same");
  blobs_->keep(*staged);
  SweepBlobs({}, *store_, *blobs_, *remove_blobs_).run(later(2h), {}).value();
  store::NewImage image{.title = "a", .owner = "a", .sha256 = orphan, .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  image.keep_again = [&] { blobs_->confirm(*staged); };
  ASSERT_TRUE(store_->create_image(image, {"admin", ""}, clock_.now()));
  EXPECT_TRUE(blobs_->open(orphan));
}

// What is in this process's folder is not told to the others by a note: they would use it up on their own folders.
TEST_F(SweepBlobsTest, RemovesByItselfAndCountsWhatReallyWent) {
  for (const char* content : {"one", "two"}) keep(content);
  std::optional<store::ImageRecord> back;
  RemoveBlobs remove(*store_, *blobs_, [&](const std::string& sha256) {
    EXPECT_TRUE(store_->blobs_to_remove(blobs_->id()).empty());
    if (!back) back = upload(sha256 == sha256_hex("one") ? "two" : "one");
  });
  EXPECT_EQ(SweepBlobs({}, *store_, *blobs_, remove).run(later(2h), {}).value(), R"({"stored":2,"removed":1,"leftovers":0})");
  ASSERT_TRUE(back);
  EXPECT_TRUE(blobs_->open(back->sha256));
}

TEST_F(MaintenanceTest, WatchRaisesAndClearsOncePerCrossing) {
  upload("one");
  WatchConfig config{.data_dir = folder_, .log_file = folder_ + "/darkroom.db-wal", .least_disk_free = 0, .most_log_bytes = 0, .longest_wait = 600s, .most_failures = 0};
  WatchResources watch(config, *store_);
  watch.run(clock_.now(), {}).value();
  EXPECT_TRUE(events("alert.raised").empty());
  for (int minute = 11; minute < 15; ++minute) watch.run(clock_.now() + std::chrono::minutes(minute), {}).value();
  ASSERT_EQ(events("alert.raised").size(), 1u);
  EXPECT_THAT(events("alert.raised")[0].reason, HasSubstr("has waited for 660 s; the bound is 600 s"));
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].name, "queue_slow");
  EXPECT_EQ(store_->alerts()[0].text.said, R"({"seconds":840,"bound":600})");
  end_next(domain::Succeeded{});
  for (int i = 0; i < 2; ++i) watch.run(clock_.now() + 20min, {}).value();
  EXPECT_EQ(events("alert.cleared").size(), 1u);
  EXPECT_TRUE(store_->alerts().empty());
}

// The bounds that are about a time, driven by the clock: each message once, and one at the end.
TEST_F(MaintenanceTest, WatchMindsHowLongTheQueueIsLong) {
  for (int i = 0; i < 3; ++i) upload("photo " + std::to_string(i));
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0, .longest_wait = 0s, .most_failures = 0, .most_queued = 2, .queued_for = 300s};
  WatchResources watch(config, *store_, [] { return MachineLoad{}; });
  Time begun = clock_.now();
  for (int minute = 0; minute < 5; ++minute) watch.run(begun + std::chrono::minutes(minute), {}).value();
  EXPECT_TRUE(store_->alerts().empty());
  for (int minute = 5; minute < 9; ++minute) watch.run(begun + std::chrono::minutes(minute), {}).value();
  ASSERT_EQ(events("alert.raised").size(), 1u);
  EXPECT_EQ(store_->alerts().at(0).name, "queue_long");
  EXPECT_EQ(store_->alerts().at(0).text.said, R"({"jobs":3,"bound":2,"for_seconds":300})");
  WatchResources another(config, *store_, [] { return MachineLoad{}; });
  another.run(begun + 9min, {}).value();
  EXPECT_EQ(store_->alerts().size(), 1u) << "a process that has only begun to look takes nothing back";
  end_next(domain::Succeeded{});
  for (int minute = 10; minute < 12; ++minute) watch.run(begun + std::chrono::minutes(minute), {}).value();
  EXPECT_EQ(events("alert.cleared").size(), 1u);
  EXPECT_EQ(events("alert.raised").size(), 1u);
}

// Each process judged by what it had seen itself: with ten of them the alert came ten times too late, or though the queue had been short in between.
TEST_F(MaintenanceTest, ProcessesThatWatchInTurnJudgeByOneMemory) {
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0, .longest_wait = 0s, .most_failures = 0, .most_queued = 2, .queued_for = 300s};
  WatchResources one(config, *store_), other(config, *store_);
  auto fill = [&](const std::string& name) {
    for (int i = 0; i < 3; ++i) upload(name + std::to_string(i));
  };
  Time begun = clock_.now();
  fill("first");
  one.run(begun, {}).value();
  for (int i = 0; i < 3; ++i) end_next(domain::Succeeded{});
  other.run(begun + 1min, {}).value();
  fill("second");
  one.run(begun + 6min, {}).value();
  EXPECT_TRUE(store_->alerts().empty()) << "it was short in between";
  other.run(begun + 8min, {}).value();
  EXPECT_TRUE(store_->alerts().empty());
  other.run(begun + 11min, {}).value();
  ASSERT_EQ(store_->alerts().size(), 1u) << "the other one saw it five minutes ago";
  EXPECT_EQ(store_->alerts().at(0).name, "queue_long");
}

TEST_F(MaintenanceTest, WatchSpeaksOfABusyMachineOnlyWhenJobsWaitTooLong) {
  MachineLoad load{95, 90};
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0, .longest_wait = 600s, .most_failures = 0, .load_for = 600s};
  WatchMachine watch(config, *store_, "web-1", [&] { return load; });
  Time begun = clock_.now();
  for (int minute = 0; minute < 30; ++minute) watch.run_once(begun + std::chrono::minutes(minute));
  EXPECT_TRUE(store_->alerts().empty());
  upload("one");
  for (int minute = 11; minute < 21; ++minute) watch.run_once(begun + std::chrono::minutes(minute));
  ASSERT_TRUE(store_->alerts().empty()) << "not yet ten minutes of both";
  watch.run_once(begun + 21min);
  ASSERT_EQ(store_->alerts().size(), 2u);
  EXPECT_EQ(store_->alerts()[0].text.said, R"({"percent":95,"bound":80,"for_seconds":600})");
  EXPECT_EQ(store_->alerts()[1].text.said, R"({"percent":90,"bound":80,"for_seconds":600})");
  load = {50, 50};
  watch.run_once(begun + 22min);
  EXPECT_TRUE(store_->alerts().empty());
  EXPECT_EQ(events("alert.cleared").size(), 2u);
}

// Also those whose jobs others have taken over since, which happens within a second.
TEST_F(MaintenanceTest, WatchMissesAWorkerUntilItIsBack) {
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0};
  WatchResources watch(config, *store_, [] { return MachineLoad{}; });
  store_->register_node({.id = make_uuid_v7(clock_.now()), .name = "worker-1", .role = "worker", .slots = 1, .started_at = clock_.now(), .seen_at = clock_.now()}, 10s, clock_.now());
  watch.run(clock_.now(), {}).value();
  EXPECT_TRUE(store_->alerts().empty());
  Time later = clock_.now() + 11s;
  watch.run(later, {}).value();
  EXPECT_TRUE(store_->alerts().empty()) << "the database may have been away";
  store_->rescue_expired({}, later);
  watch.run(later, {}).value();
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].name, "worker_lost");
  EXPECT_THAT(store_->alerts()[0].text.message, HasSubstr("worker-1"));
  EXPECT_EQ(store_->alerts()[0].text.said, R"({"workers":"worker-1"})");
  store_->register_node({.id = make_uuid_v7(later), .name = "worker-1", .role = "worker", .slots = 1, .started_at = later, .seen_at = later}, 10s, later);
  watch.run(later, {}).value();
  EXPECT_TRUE(store_->alerts().empty());
}

// Killed twice, and stopped in good order at last: it was missed under its name, twice.
TEST_F(MaintenanceTest, WatchDoesNotMissAWorkerThatWasStartedAgainAndStopped) {
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0};
  WatchResources watch(config, *store_, [] { return MachineLoad{}; });
  auto start = [&](Time at) {
    std::string id = make_uuid_v7(at);
    store_->register_node({.id = id, .name = "wk1", .role = "worker", .slots = 1, .started_at = at, .seen_at = at}, 10s, at);
    return id;
  };
  start(clock_.now());
  start(clock_.now() + 2s);
  std::string last = start(clock_.now() + 4s);
  store_->beat(last, store::NodeState::running, {}, 10s, clock_.now() + 13s);
  store_->rescue_expired({}, clock_.now() + 15s);
  watch.run(clock_.now() + 15s, {}).value();
  EXPECT_TRUE(store_->alerts().empty());
  store_->unregister_node(last, "in good order", clock_.now() + 16s);
  watch.run(clock_.now() + 17s, {}).value();
  EXPECT_TRUE(store_->alerts().empty());
  start(clock_.now() + 20s);
  start(clock_.now() + 22s);
  store_->rescue_expired({}, clock_.now() + 40s);
  watch.run(clock_.now() + 40s, {}).value();
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].text.said, R"({"workers":"wk1"})");
}

// A process without a configured name bears its host's and its number, which is another after each start.
TEST_F(MaintenanceTest, WatchKnowsAWorkerThatWasStartedAgainOnItsHost) {
  WatchConfig config{.data_dir = folder_, .least_disk_free = 0};
  WatchResources watch(config, *store_, [] { return MachineLoad{}; });
  auto alerts_once_started = [&](const std::string& name, Time at) {
    store_->register_node({.id = make_uuid_v7(at), .name = name, .role = "worker", .slots = 1, .started_at = at, .seen_at = at}, 1h, at);
    store_->rescue_expired({}, at);
    watch.run(at, {}).value();
    return store_->alerts().size();
  };
  Time begun = clock_.now();
  alerts_once_started("beta:2", begun);
  store_->register_node({.id = make_uuid_v7(begun), .name = "alpha:1", .role = "worker", .slots = 1, .started_at = begun, .seen_at = begun}, 10s, begun);
  EXPECT_EQ(alerts_once_started("beta:3", begun + 11s), 1u) << "of another host";
  EXPECT_EQ(alerts_once_started("alpha:7", begun + 12s), 0u);
}

TEST(ReadMachine, GivesPercentages) {
  auto read = read_machine();
  EXPECT_EQ(read().cpu, 0) << "nothing to compare with";
  for (MachineLoad load : {read(), read()}) {
    EXPECT_TRUE(load.cpu >= 0 && load.cpu <= 100) << load.cpu;
    EXPECT_TRUE(load.memory > 0 && load.memory <= 100) << load.memory;
  }
}

TEST_F(MaintenanceTest, WatchReadsDiskLogAndFailures) {
  upload("one");
  end_next(domain::Failed{{"corrupt", "x"}, domain::Failed::Kind::permanent});
  WatchConfig config{.data_dir = folder_, .log_file = folder_ + "/darkroom.db-wal", .least_disk_free = std::int64_t{1} << 60};
  WatchResources watch(config, *store_);
  Reading reading = watch.read(clock_.now());
  EXPECT_GT(reading.machine.disk_free, 0);
  EXPECT_GT(reading.machine.log_bytes, 0);
  EXPECT_EQ(reading.failures, 1);
  EXPECT_THAT(watch.run(clock_.now(), {}).value(), HasSubstr(R"("alerts":0})")) << "the machine is judged by each process itself";
}

// Two web processes, of which one is low on disk: its alert was raised and ended in turn with each round of the other one.
TEST_F(MaintenanceTest, AMachineThatIsWellEndsNoAlertOfAnother) {
  for (const char* name : {"low", "well"}) {
    store_->register_node({.id = make_uuid_v7(clock_.now()), .name = name, .role = "web"}, 10s, clock_.now());
  }
  WatchConfig low_config{.data_dir = folder_, .least_disk_free = std::int64_t{1} << 60}, well_config{.data_dir = folder_, .least_disk_free = 0};
  WatchMachine low(low_config, *store_, "low"), well(well_config, *store_, "well");
  WatchResources work(well_config, *store_);
  for (int minute = 0; minute < 3; ++minute) {
    low.run_once(clock_.now());
    well.run_once(clock_.now());
    work.run(clock_.now(), {}).value();
  }
  ASSERT_EQ(store_->alerts().size(), 1u);
  EXPECT_EQ(store_->alerts()[0].name, "disk_low");
  EXPECT_EQ(store_->alerts()[0].node, "low");
  EXPECT_THAT(store_->alerts()[0].text.said, testing::StartsWith(R"({"bytes":)"));
  EXPECT_THAT(store_->alerts()[0].text.said, testing::EndsWith(R"(,"bound":1152921504606846976})"));
  EXPECT_EQ(events("alert.raised").size(), 1u);
  EXPECT_TRUE(events("alert.cleared").empty());
  store_->requeue_orphans("restart", {}, clock_.now());  // all nodes are stopped
  work.run(clock_.now(), {}).value();
  EXPECT_TRUE(store_->alerts().empty()) << "nobody looks at that machine any more";
}

// A machine whose clock is a year ahead took photos for old that were an hour old, and retention removed them.
TEST(MaintenanceOnPostgres, WhatIsOldIsSaidByTheClockOfTheServer) {
  ManualClock wrong;
  wrong.time = std::chrono::floor<Duration>(std::chrono::system_clock::now()) + days(366);
  auto store = store::open_store(testing_support::fresh_schema(testing_support::shared_postgres()) + "&clock=server", wrong.now());
  domain::Schedule rule{.name = "clean", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::cleanup)};
  store->put_schedule(rule, wrong.now(), {"admin", ""}, wrong.now()).value();
  store->run_schedule("clean", 4, {"admin", ""}, wrong.now()).value();
  std::optional<Time> told;
  RunMaintenance run({.node = "n"}, *store, wrong, {domain::kind::cleanup, [&](const std::string&, Time now, std::stop_token) -> Result<std::string> {
                                                     told = now;
                                                     return std::string("{}");
                                                   }});
  run.run_once();
  ASSERT_TRUE(told);
  EXPECT_LT(*told, wrong.now() - days(365));
}

}  // namespace
}  // namespace darkroom::scheduler
