// Good jobs, every way to die, and what each is called: with real runner processes and the null engine.
#include "runner/pool/pool_fixture.h"

#include <sys/wait.h>

#include <csignal>
#include <future>

namespace darkroom::runner::test {
namespace {

TEST(Pool, RunsAJobAndKeepsItsChild) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  RunEnd first = run_command(slot, "");
  ASSERT_TRUE(succeeded(first)) << describe(first);
  const auto& outcome = std::get<domain::Outcome>(first);
  EXPECT_TRUE(outcome.found.objects.empty());
  EXPECT_EQ(outcome.image.width, 2);
  EXPECT_EQ(outcome.image.height, 1);
  EXPECT_EQ(outcome.image.format, "PNG");
  EXPECT_EQ(outcome.engine, "null");

  ASSERT_EQ(zygotes.status().size(), 1U);
  int zygote = zygotes.status()[0].pid;
  std::vector<int> children = children_of(zygote);
  EXPECT_EQ(children.size(), 1U);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(succeeded(run_command(slot, "")));
  EXPECT_EQ(children_of(zygote), children);
}

TEST(Pool, SaysWhatTheWallIsMadeOf) {
  Zygotes zygotes(test_config());
  ZygoteStatus status = zygotes.warm_up(null_model());
  EXPECT_FALSE(status.error) << status.error->message;
  EXPECT_TRUE(status.sandbox.starts_with("seccomp")) << status.sandbox;
  EXPECT_EQ(status.sandbox.ends_with("uid nobody"), ::geteuid() == 0) << status.sandbox;
}

struct Death {
  std::string command;
  std::string end;  // beginning of its description
};

class PoolDeath : public testing::TestWithParam<Death> {};

TEST_P(PoolDeath, IsCalledByItsNameAndTheNextJobRuns) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  EXPECT_TRUE(succeeded(run_command(slot, "")));
  EXPECT_THAT(describe(run_command(slot, GetParam().command)), testing::StartsWith(GetParam().end));
  EXPECT_TRUE(succeeded(run_command(slot, "")));
}

INSTANTIATE_TEST_SUITE_P(
    Commands, PoolDeath,
    testing::Values(Death{"segv", "Crashed decoder_crash: The runner crashed on this photo (SIGSEGV)."},
                    Death{"abort", "Crashed decoder_crash: The runner crashed on this photo (SIGABRT)."},
                    Death{"fpe", "Crashed decoder_crash: The runner crashed on this photo (SIGFPE)."},
                    Death{"exit", "Crashed decoder_crash: The runner crashed on this photo (exit status 7)."},
                    Death{"call:openat", "Crashed decoder_crash: The runner crashed on this photo (SIGSYS)."},
                    Death{"hang-up", "Crashed decoder_crash: The runner hung up"},
                    Death{"memory", "Failed permanent memory_limit"}, Death{"lie", "Failed permanent model_output"},
                    Death{"slow:30", "Outcome"}),
    [](const auto& parameter) {
      std::string name = parameter.param.command;
      std::ranges::replace_if(name, [](char letter) { return !std::isalnum(static_cast<unsigned char>(letter)); }, '_');
      return name;
    });

TEST(Pool, WithoutTestModeMarkersAreIgnored) {
  PoolConfig config = test_config();
  config.test_mode = false;
  Zygotes zygotes(config);
  Slot slot(zygotes);
  EXPECT_TRUE(succeeded(run_command(slot, "segv")));
}

PoolConfig hurried_config() {
  PoolConfig config = test_config();
  config.run.soft = std::chrono::milliseconds(200);
  config.run.hard = std::chrono::milliseconds(400);
  return config;
}

TEST(PoolLimits, TheHardLimitKillsAChildThatSpins) {
  Zygotes zygotes(hurried_config());
  Slot slot(zygotes);
  EXPECT_THAT(describe(run_command(slot, "spin")), testing::StartsWith("Crashed timeout: Processing this photo took longer than the hard limit of 0.400 s"));
  EXPECT_THAT(describe(run_command(slot, "stop-answering")), testing::StartsWith("Crashed timeout"));
  EXPECT_TRUE(succeeded(run_command(slot, "")));
}

TEST(PoolLimits, TheHardLimitKillsAStoppedChild) {
  Zygotes zygotes(hurried_config());
  Slot slot(zygotes);
  ASSERT_TRUE(succeeded(run_command(slot, "")));
  int child = children_of(zygotes.status()[0].pid).at(0);
  ASSERT_EQ(::kill(child, SIGSTOP), 0);
  ASSERT_TRUE(eventually([&] { return process_state(child) == 'T'; }));
  EXPECT_THAT(describe(run_command(slot, "")), testing::StartsWith("Crashed timeout"));
  EXPECT_TRUE(eventually([&] { return has_ended(child); }));
  EXPECT_TRUE(succeeded(run_command(slot, "")));
}

// All of a job of these models counts as decoding, until they say otherwise.
PoolConfig config_with_little_time_to_decode() {
  PoolConfig config = test_config();
  config.photo.decode_time = std::chrono::milliseconds(100);
  config.photo.decode_time_of_megapixel = std::chrono::milliseconds(0);
  config.run.hard = std::chrono::seconds(20);
  return config;
}

TEST(PoolLimits, DecodingThatCostsTooMuchIsEndedWhateverTheChildDoes) {
  Zygotes zygotes(config_with_little_time_to_decode());
  Slot slot(zygotes);
  for (const char* command : {"spin", "deaf-spin"}) {
    EXPECT_EQ(describe(run_command(slot, command)),
              "Crashed timeout: Decoding this photo took more processor time than is allowed (photo.decode_seconds) and was killed.");
    EXPECT_TRUE(succeeded(run_command(slot, "")));
  }
}

TEST(PoolLimits, TimeThatPassesIsNoCostOfDecoding) {
  Zygotes zygotes(config_with_little_time_to_decode());
  Slot slot(zygotes);
  EXPECT_TRUE(succeeded(run_command(slot, "slow:400")));
}

// The last photo is still being decoded when it is looked at, and takes little.
TEST(PoolLimits, WhatAChildSpentOnEarlierPhotosIsNoCostOfDecoding) {
  PoolConfig config = config_with_little_time_to_decode();
  config.photo.decode_time = std::chrono::milliseconds(200);
  Zygotes zygotes(config);
  Slot slot(zygotes);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(succeeded(run_command(slot, "work:100")));
  std::vector<int> children = children_of(zygotes.status()[0].pid);
  EXPECT_EQ(describe(run_command(slot, "slow:300,work:100")), "Outcome with 0 objects");
  EXPECT_EQ(children_of(zygotes.status()[0].pid), children) << "the child stays";
}

// Runs a long job in another thread and gives it when its child has started on it.
struct LongRun {
  explicit LongRun(Zygotes& zygotes) : slot(zygotes) {
    EXPECT_TRUE(succeeded(run_command(slot, "")));
    zygote = zygotes.status().at(0).pid;
    child = children_of(zygote).back();
    EXPECT_TRUE(eventually([this] { return process_state(child) == 'S'; }));
    end = std::async(std::launch::async, [this] { return run_command(slot, "spin"); });
    EXPECT_TRUE(eventually([this] { return process_state(child) == 'R'; }));
  }
  Slot slot;
  int zygote = 0;
  int child = 0;
  std::future<RunEnd> end;
};

TEST(PoolInterruption, AForeignKillIsNotThePhotosFault) {
  Zygotes zygotes(test_config());
  LongRun run(zygotes);
  ::kill(run.child, SIGKILL);
  EXPECT_EQ(describe(run.end.get()), "Interrupted: The runner was killed from outside (SIGKILL).");
  EXPECT_TRUE(succeeded(run_command(run.slot, "")));
}

TEST(PoolInterruption, AKilledChildLeavesOthersUnharmed) {
  Zygotes zygotes(test_config());
  Slot other(zygotes);
  ASSERT_TRUE(succeeded(run_command(other, "")));
  LongRun run(zygotes);
  std::future<RunEnd> unharmed = std::async(std::launch::async, [&] { return run_command(other, "slow:300"); });
  ::kill(run.child, SIGKILL);
  EXPECT_THAT(describe(run.end.get()), testing::StartsWith("Interrupted"));
  EXPECT_TRUE(succeeded(unharmed.get()));
  EXPECT_EQ(zygotes.status()[0].pid, run.zygote);
}

TEST(PoolInterruption, AKilledZygoteIsReplaced) {
  Zygotes zygotes(test_config());
  LongRun run(zygotes);
  ::kill(run.zygote, SIGKILL);
  EXPECT_EQ(describe(run.end.get()), "Interrupted: The model's process is gone.");
  EXPECT_TRUE(succeeded(run_command(run.slot, "")));
  EXPECT_NE(zygotes.status()[0].pid, run.zygote);
}

TEST(PoolInterruption, AStoppedZygoteIsReplaced) {
  PoolConfig config = test_config();
  config.control_timeout = std::chrono::milliseconds(300);
  Zygotes zygotes(config);
  int first = zygotes.warm_up(null_model()).pid;
  ASSERT_EQ(::kill(first, SIGSTOP), 0);
  ASSERT_TRUE(eventually([&] { return process_state(first) == 'T'; }));
  Slot slot(zygotes);
  EXPECT_TRUE(succeeded(run_command(slot, "")));
  EXPECT_NE(zygotes.status()[0].pid, first);
  EXPECT_EQ(process_state(first), '\0');
}

TEST(PoolInterruption, AbandonEndsTheRunAtOnce) {
  Zygotes zygotes(test_config());
  LongRun run(zygotes);
  run.slot.abandon();
  EXPECT_EQ(describe(run.end.get()), "Interrupted: The run was called off.");
  EXPECT_TRUE(eventually([&] { return has_ended(run.child); }));
  run.slot.rearm();
  EXPECT_TRUE(succeeded(run_command(run.slot, "")));
}

// A server that was told to stop between a claim and its run waited for the whole run.
TEST(PoolInterruption, AbandonBeforeTheRunBeginsIsNotLost) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  slot.abandon();
  EXPECT_EQ(describe(run_command(slot, "")), "Interrupted: The run was called off.");
  slot.rearm();
  EXPECT_TRUE(succeeded(run_command(slot, "")));
}

TEST(PoolInterruption, AbandonBeforeTheRunOfAWarmChildIsNotLost) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_TRUE(succeeded(run_command(slot, "")));
  slot.abandon();
  EXPECT_EQ(describe(run_command(slot, "slow:60000")), "Interrupted: The run was called off.");
}

TEST(PoolInterruption, TheEndOfThePoolEndsEveryProcess) {
  int zygote = 0;
  int child = 0;
  {
    Zygotes zygotes(test_config());
    Slot slot(zygotes);
    ASSERT_TRUE(succeeded(run_command(slot, "")));
    zygote = zygotes.status()[0].pid;
    child = children_of(zygote).at(0);
  }
  EXPECT_EQ(process_state(zygote), '\0');
  EXPECT_TRUE(eventually([&] { return has_ended(child); }));
}

TEST(PoolInterruption, AThreadThatStartedARunnerMayEnd) {
  Zygotes zygotes(test_config());
  int zygote = 0;
  std::thread([&] { zygote = zygotes.warm_up(null_model()).pid; }).join();
  Slot slot(zygotes);
  EXPECT_TRUE(succeeded(run_command(slot, "")));
  EXPECT_EQ(zygotes.status()[0].pid, zygote);
}

// A server that is killed leaves no runner behind, not even a stopped one.
TEST(PoolInterruption, RunnersDieWithTheServer) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  int server = ::fork();
  if (server == 0) {
    Zygotes zygotes(test_config());
    Slot slot(zygotes);
    run_command(slot, "");
    int zygote = zygotes.status().at(0).pid;
    int pids[2] = {zygote, children_of(zygote).at(0)};
    static_cast<void>(::write(pipe[1], pids, sizeof pids) == sizeof pids);
    ::pause();
    ::_exit(0);
  }
  int pids[2] = {};
  ASSERT_EQ(::read(pipe[0], pids, sizeof pids), static_cast<ssize_t>(sizeof pids));
  ::close(pipe[0]);
  ::close(pipe[1]);
  ::kill(pids[0], SIGSTOP);
  EXPECT_TRUE(eventually([&] { return process_state(pids[0]) == 'T'; }));
  ::kill(server, SIGKILL);
  EXPECT_EQ(::waitpid(server, nullptr, 0), server);
  for (int pid : pids) EXPECT_TRUE(eventually([&] { return has_ended(pid); })) << pid;
}

TEST(PoolHousekeeping, ChildrenAreReplacedAfterTheirNumberOfJobs) {
  PoolConfig config = test_config();
  config.jobs_per_child = 3;
  Zygotes zygotes(config);
  Slot slot(zygotes);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(succeeded(run_command(slot, "")));
  int first = children_of(zygotes.status()[0].pid).at(0);
  ASSERT_TRUE(succeeded(run_command(slot, "")));
  EXPECT_TRUE(eventually([&] { return has_ended(first); }));
}

TEST(PoolHousekeeping, NeitherDescriptorsNorProcessesAreLeaked) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_TRUE(succeeded(run_command(slot, "")));
  std::size_t before = open_descriptors();
  for (int i = 0; i < 10; ++i) {
    run_command(slot, "segv");
    run_command(slot, "lie");
    ASSERT_TRUE(succeeded(run_command(slot, "")));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_TRUE(eventually([&] { return children_of(zygotes.status()[0].pid).size() == 1; }));
  ::kill(zygotes.status()[0].pid, SIGKILL);
  EXPECT_TRUE(eventually([&] { return succeeded(run_command(slot, "")); }));
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(children_of(::getpid()).size(), 1U);  // no zombie of ours
}

TEST(PoolHousekeeping, AChildHoldsOnlyItsSocket) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  ASSERT_TRUE(succeeded(run_command(slot, "")));
  if (::geteuid() != 0) GTEST_SKIP() << "only root may look into a walled process";
  int child = children_of(zygotes.status()[0].pid).at(0);
  std::string folder = "/proc/" + std::to_string(child) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string target = std::filesystem::read_symlink(entry.path()).string();
    EXPECT_TRUE(target == "/dev/null" || (entry.path().filename() == "3" && target.starts_with("socket:"))) << entry.path() << " " << target;
  }
}

TEST(PoolTrouble, AMissingRunnerIsSaidAndNotTriedAgainAtOnce) {
  PoolConfig config = test_config();
  config.runner_path = "/nonexistent/darkroom-runner";
  Zygotes zygotes(config);
  Slot slot(zygotes);
  EXPECT_THAT(describe(run_command(slot, "")), testing::StartsWith("Failed transient model_unavailable: The runner /nonexistent/darkroom-runner"));
  EXPECT_THAT(describe(run_command(slot, "")), testing::StartsWith("Failed transient model_unavailable"));
  ASSERT_TRUE(zygotes.warm_up(null_model()).error);
}

TEST(PoolTrouble, AProgramThatIsNoRunnerIsSaid) {
  PoolConfig config = test_config();
  config.runner_path = "/bin/false";
  Zygotes zygotes(config);
  ZygoteStatus status = zygotes.warm_up(null_model());
  ASSERT_TRUE(status.error);
  EXPECT_EQ(status.error->code, "model_unavailable");
  EXPECT_THAT(status.error->message, testing::HasSubstr("exit status 1"));
}

TEST(PoolTrouble, APhotoThatIsShorterThanRecordedFails) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  Photo photo(tiny_png());
  RunRequest request = photo.request();
  request.byte_count += 1;
  EXPECT_THAT(describe(slot.run(null_model(), request)), testing::StartsWith("Failed permanent blob_missing"));
}

TEST(PoolTrouble, GarbageFailsForGood) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  Photo photo("this is no photo");
  EXPECT_THAT(describe(slot.run(null_model(), photo.request())), testing::StartsWith("Failed permanent unsupported_format"));
}

}  // namespace
}  // namespace darkroom::runner::test
