// Model files that want to hurt: each is refused with words, within the limits of memory and time, and nothing of it is left running.
#include "runner/pool/made_model_for_test.h"
#include "runner/pool/pool_fixture.h"
#include "runner/protocol/messages.h"
#include "support/sample_models.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>

namespace darkroom::runner::test {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;

class HostileModel : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
    config.run.soft = std::chrono::milliseconds(500);
    config.run.hard = std::chrono::seconds(60);
    config.load_timeout = std::chrono::seconds(20);
  }
  // Of this program there are only runners below, zombies not counted.
  static std::size_t living_runners() {
    std::vector<int> children = children_of(::getpid());
    return static_cast<std::size_t>(std::ranges::count_if(children, [](int pid) { return !has_ended(pid); }));
  }
  PoolConfig config = test_config();
};

TEST_P(HostileModel, IsRefusedWhenItIsLoaded) {
  Zygotes zygotes(config);
  domain::Model model = made_model(GetParam());
  ZygoteStatus status = zygotes.warm_up(model);
  ASSERT_TRUE(status.error);
  EXPECT_THAT(status.error->code, testing::AnyOf("model_unavailable", "model_ambiguous"));
  EXPECT_GT(status.error->message.size(), 20U);
  EXPECT_LE(status.error->message.size(), 1'000U);
  RecordProperty("message", status.error->message);
  EXPECT_EQ(status.pid, 0);
  EXPECT_EQ(living_runners(), 0U);
  Slot slot(zygotes);
  Photo photo(tiny_png());
  EXPECT_THAT(describe(slot.run(model, photo.request())), testing::StartsWith("Failed transient model_"));
  EXPECT_TRUE(succeeded(run_command(slot, ""))) << "other models go on";
}

INSTANTIATE_TEST_SUITE_P(Files, HostileModel,
                         testing::Values("garbage.onnx", "cut.onnx", "empty.onnx", "external.onnx", "absurd.onnx", "lying.onnx", "nested.onnx",
                                         "unknown_operator.onnx"),
                         [](const auto& file) { return std::string(file.param).substr(0, std::string(file.param).find('.')); });

// An engine that tries what it has loaded meets these at the load, another one at the first photo: in both cases a limit ends it.
class HungryModel : public HostileModel {};

TEST_P(HungryModel, IsEndedByALimit) {
  Zygotes zygotes(config);
  {
    Slot slot(zygotes);
    domain::Model model = made_model(GetParam());
    Photo photo(read_file(made_models() / "128x128.png"));
    RunEnd end = slot.run(model, photo.request());
    ASSERT_TRUE(std::holds_alternative<domain::Failed>(end)) << describe(end);
    EXPECT_THAT(std::get<domain::Failed>(end).error.code, testing::AnyOf("model_unavailable", "memory_limit", "timeout"));
    EXPECT_GT(std::get<domain::Failed>(end).error.message.size(), 20U);
    RecordProperty("end", describe(end));
    zygotes.retire(model.name, model.version);
    slot.release_idle(std::chrono::steady_clock::now());
  }
  EXPECT_TRUE(eventually([] { return living_runners() == 0; }));
}

INSTANTIATE_TEST_SUITE_P(Files, HungryModel, testing::Values("looping.onnx", "hungry.onnx", "swollen.onnx"),
                         [](const auto& file) { return std::string(file.param).substr(0, std::string(file.param).find('.')); });

// Programs in a runner's place that never answer: one says nothing for ever, as when the library runs in circles over a file; the other, which a file has
// taken over, goes on telling of children that nobody has.
class UnansweringRunner : public HostileModel {
 protected:
  void SetUp() override {
    config.runner_path = testing::TempDir() + GetParam() + std::to_string(::getpid());
    std::ofstream(config.runner_path) << (std::string(GetParam()) == "silent" ? "#!/bin/sh\nexec sleep 1000\n" : flood());
    std::filesystem::permissions(config.runner_path, std::filesystem::perms::owner_all);
  }
  void TearDown() override { std::filesystem::remove(config.runner_path); }
  static std::string flood() {
    return "#!/usr/bin/python3\nimport os, time\nbody = b'" + encode(ZygoteMessage(Exited{1, 0})) +
           "'\nframes = (len(body).to_bytes(4, 'little') + body) * 1000\nend = time.monotonic() + 30\n"
           "while time.monotonic() < end: os.write(3, frames)\n";
  }
};

INSTANTIATE_TEST_SUITE_P(Programs, UnansweringRunner, testing::Values("silent", "flooding"), [](const auto& kind) { return std::string(kind.param); });

TEST_P(UnansweringRunner, ATrialIsCutShortByTheEnd) {
  config.load_timeout = std::chrono::minutes(10);
  Zygotes zygotes(config);
  std::future<ZygoteStatus> trial = std::async(std::launch::async, [&] { return zygotes.warm_up(null_model()); });
  ASSERT_TRUE(eventually([] { return living_runners() == 1; }));
  zygotes.stop();
  bool is_over = trial.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
  if (!is_over) std::ranges::for_each(children_of(::getpid()), [](int pid) { ::kill(pid, SIGKILL); });
  EXPECT_TRUE(is_over);
  EXPECT_EQ(trial.get().error->code, "unavailable");
  EXPECT_EQ(zygotes.warm_up(null_model()).error->code, "unavailable") << "and none is begun";
  EXPECT_EQ(living_runners(), 0U);
}

TEST_P(UnansweringRunner, ALoadThatNeverEndsIsStopped) {
  config.load_timeout = std::chrono::milliseconds(300);
  Zygotes zygotes(config);
  ZygoteStatus status = zygotes.warm_up(null_model());
  ASSERT_TRUE(status.error);
  EXPECT_EQ(status.error->message, "Loading and trying the model took longer than 0.300 s and was stopped.");
  EXPECT_EQ(living_runners(), 0U);
}

}  // namespace
}  // namespace darkroom::runner::test
