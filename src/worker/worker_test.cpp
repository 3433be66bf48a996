// The worker with a real store, real files and real runner processes; only the engine is the one that finds nothing.
#include "worker/worker.h"

#include "blob/file_blob_store.h"
#include "domain/error_codes.h"
#include "store/open_store.h"
#include "worker/lease_keeper.h"
#include "worker/process_job.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>

namespace darkroom::worker {
namespace {

namespace fs = std::filesystem;

// A white PNG of 2 x 1 pixels; the null engine obeys, in test mode, a command after its end.
std::string tiny_png(const std::string& command = "") {
  static constexpr unsigned char kPng[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02,
                                           0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0b, 0x49, 0x44, 0x41,
                                           0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x06, 0x00, 0x14, 0xf2, 0x05, 0xfb, 0xa4, 0x0d, 0x7c, 0x5e, 0x00, 0x00, 0x00, 0x00,
                                           0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  std::string png(reinterpret_cast<const char*>(kPng), sizeof kPng);
  return command.empty() ? png : png + "darkroom-test:" + command;
}

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() : folder_(testing::TempDir() + "worker-" + std::to_string(::getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    blobs_ = std::make_unique<blob::FileBlobStore>(folder_ + "/blobs");
    store_->on_commit([this](const std::vector<store::Event>& events) {
      std::lock_guard lock(mutex_);
      for (const auto& event : events) types_.push_back(event.type);
      heard_.notify_all();
    });
    runner::PoolConfig pool;
    pool.runner_path = (fs::read_symlink("/proc/self/exe").parent_path() / "darkroom-runner").string();
    pool.test_mode = true;
    zygotes_ = std::make_unique<runner::Zygotes>(pool);
  }

  store::ImageRecord upload(const std::string& bytes, const std::string& model = "null", bool keep = true) {
    auto staged = blobs_->stage();
    staged->write(bytes);
    store::NewImage image{.title = "t", .owner = "a", .sha256 = staged->sha256(), .byte_count = staged->size(), .format = "PNG", .width = 2, .height = 1, .model = model};
    if (keep) blobs_->keep(*staged);
    return store_->create_image(image, {"admin", ""}, clock_.now()).value();
  }

  std::unique_ptr<Worker> start(int slots = 2) {
    return std::make_unique<Worker>(WorkerConfig{.node = "01890000-0000-7000-8000-000000000001", .slots = slots, .retry = {}}, WorkerParts{*store_, *blobs_, catalogue_, *zygotes_, clock_});
  }

  void wait_for(const std::string& type, std::ptrdiff_t count) {
    std::unique_lock lock(mutex_);
    ASSERT_TRUE(heard_.wait_for(lock, std::chrono::seconds(20), [&] { return std::ranges::count(types_, type) >= count; })) << "no " << count << " events " << type;
  }

  domain::Ending run(const store::ImageRecord& image) {
    auto job = store_->claim({"01890000-0000-7000-8000-000000000001", "slot-1", {domain::lane_of(domain::kProcessQueue, image.job.model)}, 1}, clock_.now()).at(0);
    runner::Slot slot(*zygotes_);
    return process_job(job, {*blobs_, catalogue_, slot}).ending;
  }

  std::string folder_;
  SystemClock clock_;
  models::Catalogue catalogue_{models::CatalogueConfig{"", true}};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<blob::FileBlobStore> blobs_;
  std::unique_ptr<runner::Zygotes> zygotes_;
  std::mutex mutex_;
  std::condition_variable heard_;
  std::vector<std::string> types_;
};

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

class LeaseTest : public WorkerTest {
 protected:
  std::unique_ptr<LeaseKeeper> keep(Worker& worker) {
    store::NodeRecord node{.id = kNode, .name = "here", .role = "worker", .version = "1", .slots = 1, .models = {"null"}};
    return std::make_unique<LeaseKeeper>(LeaseConfig{std::chrono::milliseconds(500), std::chrono::milliseconds(20)}, *store_, &worker, node, clock_);
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

TEST_F(LeaseTest, TheRegistryShowsTheNodeUntilItLeaves) {
  auto worker = start(1);
  auto lease = keep(*worker);
  auto nodes = store_->nodes(clock_.now());
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].name, "here");
  EXPECT_EQ(nodes[0].models, std::vector<std::string>{"null"});
  EXPECT_EQ(nodes[0].state, store::NodeState::running);
  lease->leave({});
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
  EXPECT_TRUE(std::holds_alternative<domain::Interrupted>(process_job(job, {away, catalogue_, slot}).ending));
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
