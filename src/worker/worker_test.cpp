#include "worker/worker.h"

#include "base/fail_point.h"
#include "domain/error_codes.h"
#include "store/sql_store.h"
#include "worker/fixture_for_test.h"
#include "worker/odd_database_for_test.h"

#include <atomic>
#include <functional>
#include <future>

namespace darkroom::worker {
namespace {

using test::OddDatabase;
using test::OverOddDatabase;
using test::tiny_png;
using test::WorkerTest;

TEST_F(WorkerTest, RunsWhatWaitsAndWhatArrives) {
  for (int i = 0; i < 5; ++i) upload(tiny_png());
  auto worker = start();
  wait_for("job.completed", 5);
  auto late = upload(tiny_png());
  worker->wake();
  wait_for("job.completed", 6);
  auto found = store_->find_image(late.id);
  EXPECT_EQ(found->job.state, domain::JobState::completed);
  EXPECT_NE(found->document->find("\"engine\":\"null\""), std::string::npos);
}

TEST_F(WorkerTest, ACrashingPhotoEndsAloneAndQuarantined) {
  auto bad = upload(tiny_png("segv"));
  std::vector<store::ImageRecord> good;
  for (int i = 0; i < 4; ++i) good.push_back(upload(tiny_png()));
  auto worker = start();
  wait_for("job.completed", 4);
  wait_for("job.failed", 1);
  auto ended = store_->find_image(bad.id)->job;
  EXPECT_EQ(ended.state, domain::JobState::failed);
  EXPECT_EQ(ended.error->code, domain::code::decoder_crash);
  EXPECT_EQ(ended.crashes, 2);
  EXPECT_EQ(ended.attempt, 2);
}

TEST_F(WorkerTest, StoppingGivesRunningJobsBackWithTheirAttempt) {
  auto image = upload(tiny_png("slow:60000"));
  auto worker = start(1);
  wait_for("job.started", 1);
  worker->stop(std::chrono::milliseconds(0));
  auto job = store_->find_image(image.id)->job;
  EXPECT_EQ(job.state, domain::JobState::queued);
  EXPECT_EQ(job.attempt, 0);
  EXPECT_EQ(job.interruptions, 1);
}

// The grace is for what runs, not for the line behind it.
TEST_F(WorkerTest, StoppingTakesNothingMoreIn) {
  auto running = upload(tiny_png("slow:2000"));
  std::vector<store::ImageRecord> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(upload(tiny_png()));
  auto worker = start(1);
  wait_for("job.started", 1);
  worker->stop(std::chrono::seconds(20));
  EXPECT_EQ(store_->find_image(running.id)->job.state, domain::JobState::completed);
  for (const auto& image : waiting) {
    auto job = store_->find_image(image.id)->job;
    EXPECT_EQ(job.state, domain::JobState::queued);
    EXPECT_EQ(job.attempt, 0);
    EXPECT_TRUE(store_->attempts_of(job.id).empty());
  }
}

TEST_F(WorkerTest, ACancelledRunFreesItsSlotAtOnceAndItsEndingIsRefused) {
  auto image = upload(tiny_png("slow:60000"));
  auto worker = start(1);
  wait_for("job.started", 1);
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, {"admin", "changed my mind"}, clock_.now()));
  worker->call_off(image.job.public_id);
  upload(tiny_png());
  worker->wake();
  wait_for("job.completed", 1);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::cancelled);
  EXPECT_EQ(store_->attempts_of(image.job.id).at(0).ending, "cancelled");
}

// A photo that comes from another machine drop by drop held its slot, whatever became of its job.
TEST_F(WorkerTest, ACancelFreesASlotWhosePhotoIsStillOnItsWay) {
  struct Slow final : blob::BlobReader {
    std::optional<FileDescriptor> open(std::string_view) override { throw std::logic_error("a run can be called off"); }
    std::optional<FileDescriptor> open_unless_stopped(std::string_view sha256, const std::stop_token& stop) override {
      if (sha256 != slow) return from.open(sha256);
      std::mutex mutex;
      std::unique_lock lock(mutex);
      std::condition_variable_any().wait(lock, stop, [] { return false; });
      throw blob::CalledOff("not wanted any more");
    }
    blob::BlobReader& from;
    std::string slow;
    Slow(blob::BlobReader& from, std::string slow) : from(from), slow(std::move(slow)) {}
  };
  auto image = upload(tiny_png() + "from far away");
  upload(tiny_png());
  Slow slow(*blobs_, image.sha256);
  Worker worker({.node = "01890000-0000-7000-8000-000000000001", .slots = 1, .retry = {}}, {*store_, slow, catalogue_, *zygotes_, clock_});
  wait_for("job.started", 1);
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, {"admin", ""}, clock_.now()));
  worker.call_off(image.job.public_id);
  wait_for("job.completed", 1);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::cancelled);
}

class LeaseTest : public WorkerTest {
 protected:
  std::unique_ptr<LeaseKeeper> keep(Worker& worker, LeaseConfig config = {std::chrono::milliseconds(500), std::chrono::milliseconds(20)}) {
    store::NodeRecord node{.id = kNode, .name = "here", .role = "worker", .version = "1", .slots = 1, .models = {"null"}};
    return std::make_unique<LeaseKeeper>(config, *store_, &worker, node, clock_);
  }
  static constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
};

// The news of a cancellation may not arrive; the heartbeat asks.
TEST_F(LeaseTest, AJobThatIsNoLongerOursIsCalledOffByTheHeartbeat) {
  auto image = upload(tiny_png("slow:60000"));
  auto worker = start(1);
  auto lease = keep(*worker);
  wait_for("job.started", 1);
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, {"admin", ""}, clock_.now()));
  upload(tiny_png());
  wait_for("job.completed", 1);
}

class OddDatabaseTest : public OverOddDatabase<LeaseTest> {
 protected:
  // Does this between the first claim that takes something and the begin of the run.
  std::unique_ptr<Worker> start_with(std::function<void(Worker&)> before_begin) {
    auto started = std::make_shared<std::promise<Worker*>>();
    database_->before_answer = [this, before_begin = std::move(before_begin), worker = started->get_future().share(), done = false]() mutable {
      if (done || store_->count_jobs().running == 0) return;
      done = true;
      before_begin(*worker.get());
    };
    auto worker = start(1);
    started->set_value(worker.get());
    return worker;
  }
};

// The runner worked on for nobody until the next heartbeat, on SQLite up to twelve seconds.
TEST_F(OddDatabaseTest, ACancelBetweenTheClaimAndTheRunFreesTheSlot) {
  auto image = upload(tiny_png("slow:60000"));
  upload(tiny_png());
  auto worker = start_with([&](Worker& started) {
    EXPECT_TRUE(store_->cancel_job(image.job.public_id, {"admin", ""}, clock_.now()));
    started.call_off(image.job.public_id);
  });
  wait_for("job.completed", 1);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::cancelled);
}

TEST_F(OddDatabaseTest, ADeletionBetweenTheClaimAndTheRunFreesTheSlot) {
  auto image = upload(tiny_png("slow:60000"));
  upload(tiny_png());
  auto worker = start_with([&](Worker& started) {
    EXPECT_TRUE(store_->delete_image(image.id, {"admin", ""}, clock_.now()));
    started.call_off(image.id);
  });
  wait_for("job.completed", 1);
}

// What the news of a cancellation did not reach is called off by the next beat.
TEST_F(OddDatabaseTest, WhileSomethingRunsBeatsComeTwiceAsOften) {
  upload(tiny_png("slow:60000"));
  auto worker = start(1);
  wait_for("job.started", 1);
  auto lease = keep(*worker, {std::chrono::seconds(10), std::chrono::seconds(1)});
  auto last = database_->last_sign();
  auto soonest = std::chrono::steady_clock::duration::max();
  for (int beat = 0; beat < 5; ++beat) {
    ASSERT_TRUE(comes_true([&] { return database_->last_sign() != last; }));
    auto sign = database_->last_sign();
    if (beat > 0) soonest = std::min(soonest, sign - last);
    last = sign;
  }
  EXPECT_LT(soonest, std::chrono::milliseconds(750));
}

// The database refuses the beats, or it takes them and never answers, as behind a network that drops everything.
struct Silence {
  const char* name;
  std::atomic<bool> OddDatabase::*way;
};

class SilenceTest : public OddDatabaseTest, public testing::WithParamInterface<Silence> {
 protected:
  void set_silent(bool yes) {
    std::atomic<bool>& way = database_->*GetParam().way;
    way = yes;
    way.notify_all();
  }
};

// Without a heartbeat others may be given the same jobs: nothing may go on running here. A machine that is busy may take longer now and then, a fault always.
TEST_P(SilenceTest, WhatRunsIsCalledOffBeforeALeaseWithoutABeatIsOver) {
  constexpr LeaseConfig kLease{std::chrono::milliseconds(1000), std::chrono::milliseconds(200)};
  auto image = upload(tiny_png("slow:60000"));
  auto worker = start(1);
  auto lease = keep(*worker, kLease);
  auto soonest = std::chrono::steady_clock::duration::max();
  int tries = 0;
  while (++tries <= 4 && soonest >= kLease.lease) {
    wait_for("job.started", tries);
    set_silent(true);
    wait_for("job.interrupted", tries);
    soonest = std::min(soonest, std::chrono::steady_clock::now() - database_->last_sign());
    EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::queued);
    set_silent(false);
  }
  EXPECT_LT(soonest, kLease.lease);
  wait_for("job.started", tries);
}

INSTANTIATE_TEST_SUITE_P(Beats, SilenceTest, testing::Values(Silence{"refused", &OddDatabase::deaf}, Silence{"unanswered", &OddDatabase::silent}),
                         [](const auto& made) { return made.param.name; });

// Whoever asks why a photo waits is told, before the next beat.
TEST_F(LeaseTest, ANodeThatDrainsSaysSoAtOnce) {
  auto worker = start(1);
  auto lease = keep(*worker, {std::chrono::minutes(10), std::chrono::minutes(2)});
  lease->drain();
  EXPECT_TRUE(comes_true([&] { return store_->nodes(clock_.now()).at(0).state == store::NodeState::draining; }));
}

TEST_F(LeaseTest, ANodeThatWasGivenUpRegistersAgainWithItsNextSignOfLife) {
  auto worker = start(1);
  auto lease = keep(*worker);
  store_->rescue_expired({}, clock_.now() + std::chrono::hours(1));
  EXPECT_TRUE(comes_true([&] { return store_->nodes(clock_.now()).at(0).state == store::NodeState::running; }));
}

TEST_F(LeaseTest, TheRegistryShowsTheNodeUntilItLeaves) {
  auto worker = start(1);
  auto lease = keep(*worker);
  auto nodes = store_->nodes(clock_.now());
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].name, "here");
  EXPECT_EQ(nodes[0].models, (std::vector<std::string>{"demo", "null"}));  // those of the worker, whatever was said at its start
  EXPECT_EQ(nodes[0].state, store::NodeState::running);
  lease->leave();
  for (const auto& node : store_->nodes(clock_.now())) EXPECT_EQ(node.state, store::NodeState::stopped);
}

TEST_F(WorkerTest, WhileItHoldsNothingIsTakenAndWhatRunsIsGivenBack) {
  auto image = upload(tiny_png("slow:60000"));
  auto worker = start(1);
  wait_for("job.started", 1);
  EXPECT_FALSE(worker->hold(true));
  wait_for("job.interrupted", 1);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::queued);
  EXPECT_TRUE(worker->hold(false));
  worker->wake();
  wait_for("job.started", 2);
}

TEST_F(WorkerTest, AMissingPhotoMayComeBack) {
  auto ending = run(upload(tiny_png() + "unkept", "null", false));
  auto failed = std::get<domain::Failed>(ending);
  EXPECT_EQ(failed.error.code, domain::code::blob_missing);
  EXPECT_EQ(failed.kind, domain::Failed::Kind::transient);
}

// A restart of the database while a worker asked where a photo lies cost the job an attempt and a minute.
TEST_F(WorkerTest, ADatabaseThatIsAwayCostsNoAttempt) {
  struct Away final : blob::BlobReader {
    std::optional<FileDescriptor> open(std::string_view) override { throw store::StoreUnavailable("away"); }
  } away;
  upload(tiny_png());
  auto job = store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {"ai_processing/null"}, 1}, clock_.now()).at(0);
  runner::Slot slot(*zygotes_);
  EXPECT_TRUE(std::holds_alternative<domain::Interrupted>(process_job(job, {away, catalogue_, &slot}).ending));
}

// A web process that was away for eight minutes failed its waiting photos for good, with the words that they were not in the data folder.
TEST_F(WorkerTest, APhotoWhoseProcessDoesNotAnswerIsPutOff) {
  struct Away final : blob::BlobReader {
    std::optional<FileDescriptor> open(std::string_view) override { throw blob::Unreachable("http://10.0.0.7:8470 does not answer"); }
  } away;
  upload(tiny_png());
  auto job = store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {"ai_processing/null"}, 1}, clock_.now()).at(0);
  runner::Slot slot(*zygotes_);
  auto ending = process_job(job, {away, catalogue_, &slot}).ending;
  const auto* put_off = std::get_if<domain::Postponed>(&ending);
  ASSERT_NE(put_off, nullptr);
  EXPECT_EQ(put_off->error.code, domain::code::photo_unreachable);
  EXPECT_EQ(put_off->error.message.find("10.0.0.7"), std::string::npos) << "addresses of the installation are the log's";
  // Each look leaves rows: thousands of photos of a machine that is gone for days made millions.
  std::vector<std::int64_t> seconds;
  for (std::int64_t claims : {1, 3, 4, 8, 12, 15, 16, 1000}) {
    job.fence.claim_no = claims;
    seconds.push_back(std::get<domain::Postponed>(process_job(job, {away, catalogue_, &slot}).ending).delay.count());
  }
  EXPECT_EQ(seconds, (std::vector<std::int64_t>{60, 60, 120, 240, 300, 300, 300, 300}));
}

// The database has committed the claim, and nobody here knows of it.
TEST_F(WorkerTest, WhatAClaimWithoutAnAnswerTookGoesBackAndRuns) {
  auto image = upload(tiny_png());
  ASSERT_TRUE(arm_fail_points("K21=error@1"));
  {
    auto worker = start(1);
    wait_for("job.completed", 1);
  }
  ASSERT_TRUE(arm_fail_points(""));
  auto job = store_->find_job(image.job.public_id);
  EXPECT_EQ(job->state, domain::JobState::completed);
  EXPECT_EQ(job->attempt, 1) << "the attempt that nobody began was refunded";
  EXPECT_EQ(job->interruptions, 1);
}

// The work is done, and is not done again.
TEST_F(WorkerTest, AResultThatTheDatabaseDidNotTakeIsOfferedAgain) {
  auto image = upload(tiny_png());
  ASSERT_TRUE(arm_fail_points("K12=error@1"));
  {
    auto worker = start(1);
    wait_for("job.completed", 1);
  }
  ASSERT_TRUE(arm_fail_points(""));
  auto job = store_->find_job(image.job.public_id);
  EXPECT_EQ(job->state, domain::JobState::completed);
  EXPECT_EQ(job->interruptions, 0);
  EXPECT_EQ(store_->attempts_of(job->id).size(), 1u);
}

TEST(Worker, LooksForWorkWhenAQueueGoesOn) {
  for (const char* type : {"image.created", "job.created", "job.queued", "job.crashed", "job.interrupted", "queue.changed", "queue.resumed"}) EXPECT_TRUE(brings_work(type)) << type;
  for (const char* type : {"queue.paused", "job.completed", "image.deleted"}) EXPECT_FALSE(brings_work(type)) << type;
}

TEST_F(WorkerTest, AnAttemptNamesTheVersionThatItRanOn) {
  domain::Model model = *catalogue_.find("null");
  model.name = "swapped";
  model.version = "first";
  catalogue_.show(std::make_shared<domain::Model>(model));
  struct Swapping final : blob::BlobReader {  // while the job runs
    Swapping(blob::BlobReader& from, std::function<void()> swap) : from_(from), swap_(std::move(swap)) {}
    std::optional<FileDescriptor> open(std::string_view sha256) override {
      swap_();
      return from_.open(sha256);
    }
    blob::BlobReader& from_;
    std::function<void()> swap_;
  } swapping(*blobs_, [&] {
    model.version = "second";
    catalogue_.show(std::make_shared<domain::Model>(model));
  });
  upload(tiny_png(), "swapped");
  auto job = store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {"ai_processing/swapped"}, 1}, clock_.now()).at(0);
  runner::Slot slot(*zygotes_);
  Attempt attempt = process_job(job, {swapping, catalogue_, &slot});
  EXPECT_EQ(attempt.model_version, "first");
  ASSERT_TRUE(std::holds_alternative<domain::Succeeded>(attempt.ending));
  EXPECT_NE(std::get<domain::Succeeded>(attempt.ending).document.find(R"("version":"first")"), std::string::npos) << std::get<domain::Succeeded>(attempt.ending).document;
}

TEST_F(WorkerTest, AMissingModelMayComeBack) {
  auto failed = std::get<domain::Failed>(run(upload(tiny_png(), "gone")));
  EXPECT_EQ(failed.error.code, domain::code::model_unavailable);
  EXPECT_EQ(failed.kind, domain::Failed::Kind::transient);
}

TEST_F(WorkerTest, ARunnerThatLiesIsNotBelieved) {
  auto ending = run(upload(tiny_png("lie")));
  const auto* failed = std::get_if<domain::Failed>(&ending);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->error.code, domain::code::model_output);
}

TEST(UsableCores, AreAtLeastOneAndAtMostThoseOfTheMachine) {
  EXPECT_GE(usable_cores(), 1);
  EXPECT_LE(usable_cores(), static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
}

}  // namespace
}  // namespace darkroom::worker
