// No runner talks to anyone but the server: which descriptors a zygote and its child hold after a real job, and which calls of the network's
// family they made from their first instruction on.
#include "runner/pool/made_model_for_test.h"
#include "runner/pool/pool_fixture.h"
#include "support/sample_models.h"

#include <sys/stat.h>

#include <map>

namespace darkroom::runner::test {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;

constexpr int kSocketToTheServer = 3;

// By number, what each descriptor of a process is: "socket:[123]", "/dev/null".
std::map<int, std::string> descriptors_of(int pid) {
  std::map<int, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    all[std::stoi(entry.path().filename())] = std::filesystem::read_symlink(entry.path()).string();
  }
  return all;
}

class Silence : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
    if (::geteuid() != 0) GTEST_SKIP() << "only root may look into a walled process";
  }
  static void run_a_real_job(Slot& slot) {
    Photo photo(read_file(made_models() / "128x128.png"));
    RunEnd end = slot.run(made_model("known.onnx"), photo.request());
    ASSERT_TRUE(succeeded(end)) << describe(end);
  }
};

TEST_F(Silence, TheOnlySocketOfARunnerIsItsOwnToTheServer) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  run_a_real_job(slot);
  int zygote = zygotes.status().at(0).pid;
  std::vector<int> children = children_of(zygote);
  ASSERT_EQ(children.size(), 1U);
  for (int pid : {zygote, children[0]}) {
    std::map<int, std::string> held = descriptors_of(pid);
    ASSERT_TRUE(held.contains(kSocketToTheServer));
    EXPECT_TRUE(held[kSocketToTheServer].starts_with("socket:"));
    held.erase(kSocketToTheServer);
    for (const auto& [number, what] : held) EXPECT_THAT(what, testing::Not(testing::StartsWith("socket:"))) << number;
  }
  std::map<int, std::string> held = descriptors_of(children[0]);
  held.erase(kSocketToTheServer);
  for (const auto& [number, what] : held) EXPECT_EQ(what, "/dev/null") << "a child holds nothing else, " << number;
}

// A runner under strace; what it wrote is whole once the zygote and its child have been seen to end.
class TracedRunner {
 public:
  TracedRunner() : script_(made_models() / "traced_runner"), trace_(made_models() / "trace") {
    // -D: the tracer stands aside, so that the runner's parent is the server, as it requires.
    std::ofstream(script_) << "#!/bin/sh\nexec /usr/bin/strace -D -f -q -e trace=%net,openat -o " << trace_.string() << ".$$ " << runner_path()
                           << " \"$@\"\n";
    std::filesystem::permissions(script_, std::filesystem::perms::owner_all);
  }
  std::string path() const { return script_; }
  std::string calls_of(int pid) const {
    std::filesystem::path file = trace_.string() + "." + std::to_string(pid);
    auto ends = [&] {
      std::size_t count = 0;
      std::string text = read_file(file);
      for (std::size_t at = 0; (at = text.find(" +++ ", at)) != text.npos; ++at) ++count;
      return count;
    };
    EXPECT_TRUE(eventually([&] { return ends() >= 2; }));
    return read_file(file);
  }

 private:
  std::filesystem::path script_;
  std::filesystem::path trace_;
};

// From the start of the program, before any wall, with no CI in its environment: ONNX Runtime opens itself, loads, and runs.
TEST_F(Silence, NoSocketIsOpenedFromTheFirstInstructionOn) {
  if (!std::filesystem::exists("/usr/bin/strace")) GTEST_SKIP() << "strace is not installed";
  TracedRunner traced;
  int zygote = 0;
  {
    PoolConfig config = test_config();
    config.runner_path = traced.path();
    Zygotes zygotes(config);
    if (ZygoteStatus status = zygotes.warm_up(null_model()); status.error) GTEST_SKIP() << "strace cannot be used here: " << status.error->message;
    Slot slot(zygotes);
    run_a_real_job(slot);
    for (const ZygoteStatus& status : zygotes.status()) zygote = status.model == "known" ? status.pid : zygote;
  }
  std::string calls = traced.calls_of(zygote);
  EXPECT_NE(calls.find("recvmsg(3"), calls.npos) << "nothing was traced";
  EXPECT_NE(calls.find("libonnxruntime"), calls.npos) << "the engine was not there";
  for (const char* call : {" socket(", " connect(", " bind(", " socketpair(", " sendmmsg("}) EXPECT_EQ(calls.find(call), calls.npos) << call;
  for (const char* file : {"machine-id", "resolv.conf", "/.cache/", "onnxruntime.db"}) EXPECT_EQ(calls.find(file), calls.npos) << file;
}

}  // namespace
}  // namespace darkroom::runner::test
