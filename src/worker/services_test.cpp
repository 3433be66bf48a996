// Benches of services: there when a model of engine `http` is, gone when it is gone, and apart from the slots. The service is a real one, on a
// socket.
#include "worker/worker.h"

#include "remote/service_for_test.h"
#include "worker/fixture_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::worker {
namespace {

using remote::test::answer;
using test::tiny_png;

class ServicesTest : public test::WorkerTest {
 protected:
  void show(int concurrency, const std::string& name = "ocr") {
    domain::Model model{.name = name, .engine = domain::EngineKind::http, .version = "1", .title = name};
    model.remote = domain::RemoteService{.url = service_.url(), .concurrency = concurrency};
    catalogue_.show(std::make_shared<domain::Model>(model));
  }

  std::unique_ptr<Worker> start_following() {
    auto worker = start(1);
    catalogue_.on_change([&worker = *worker] { worker.wake(); });
    return worker;
  }

  void TearDown() override { catalogue_.on_change(nullptr); }

  // Polls until it holds; false when it does not within twenty seconds.
  static bool eventually(const std::function<bool()>& condition) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  remote::test::Service service_;
};

TEST_F(ServicesTest, BenchesFollowTheCatalogue) {
  auto worker = start_following();
  EXPECT_EQ(worker->slots(), 1);
  show(3);
  EXPECT_TRUE(eventually([&] { return worker->slots() == 4; }));
  show(2);
  EXPECT_TRUE(eventually([&] { return worker->slots() == 3; }));
  show(1, "other");
  EXPECT_TRUE(eventually([&] { return worker->slots() == 4; }));
  catalogue_.withdraw("ocr");
  EXPECT_TRUE(eventually([&] { return worker->slots() == 2; }));
  EXPECT_THAT(worker->models(), testing::ElementsAre("demo", "null", "other"));
}

TEST_F(ServicesTest, AModelThatAppearsGetsItsJobsDone) {
  service_.say({answer(200, R"({"detected_objects": []})")});
  show(1);
  auto image = upload(tiny_png(), "ocr");
  catalogue_.withdraw("ocr");
  auto worker = start_following();
  upload(tiny_png());
  wait_for("job.completed", 1);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::queued);  // nobody can run it
  show(1);
  wait_for("job.completed", 2);
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::completed);
}

TEST_F(ServicesTest, ABenchWhosePlaceIsGoneEndsAfterItsJob) {
  show(1);
  auto image = upload(tiny_png(), "ocr");
  auto worker = start_following();
  ASSERT_EQ(service_.requests(1).size(), 1u);
  catalogue_.withdraw("ocr");
  EXPECT_EQ(worker->running().size(), 1u);
  ASSERT_TRUE(store_->cancel_job(image.job.public_id, {"admin", ""}, clock_.now()));
  worker->call_off(image.job.public_id);
  EXPECT_TRUE(service_.sees_a_close());
  EXPECT_TRUE(eventually([&] { return worker->slots() == 1; }));
}

TEST_F(ServicesTest, StoppingBreaksACallOffAndGivesTheJobBack) {
  show(1);
  auto image = upload(tiny_png(), "ocr");
  auto worker = start_following();
  ASSERT_EQ(service_.requests(1).size(), 1u);
  worker->stop(std::chrono::milliseconds(0));
  auto job = store_->find_image(image.id)->job;
  EXPECT_EQ(job.state, domain::JobState::queued);
  EXPECT_EQ(job.attempt, 0);
}

// Between the claim and the run a file may take a service's name: the job goes back, unharmed, for the other kind of bench.
TEST_F(ServicesTest, ASlotRunsNoService) {
  show(1);
  auto ending = run(upload(tiny_png(), "ocr"));
  EXPECT_TRUE(std::holds_alternative<domain::Interrupted>(ending));
}

TEST_F(ServicesTest, TheRegistryIsToldOfNewModelsBetweenBeats) {
  auto worker = start_following();
  store::NodeRecord node{.id = "01890000-0000-7000-8000-000000000001", .name = "here", .role = "worker", .version = "1"};
  LeaseKeeper lease({std::chrono::hours(1), std::chrono::minutes(30)}, *store_, worker.get(), node, clock_);
  show(2);
  EXPECT_TRUE(eventually([&] {
    auto told = store_->nodes(clock_.now()).at(0);
    return told.slots == 3 && std::ranges::count(told.models, "ocr") == 1 && told.places == std::map<std::string, int>{{"ocr", 2}};
  }));
  catalogue_.withdraw("ocr");
  EXPECT_TRUE(eventually([&] {
    auto told = store_->nodes(clock_.now()).at(0);
    return told.slots == 1 && std::ranges::count(told.models, "ocr") == 0 && told.places.empty();
  }));
  lease.leave();
}

}  // namespace
}  // namespace darkroom::worker
