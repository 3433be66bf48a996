// Pure rules of the pool: what a wait status means, how long a model is left alone.
#include "runner/pool/wait_status.h"

#include "runner/pool/start_pause.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace darkroom::runner {
namespace {

constexpr int exited(int status) { return status << 8; }

TEST(WaitStatus, OwnDeathsAreCrashesAndForeignOnesInterruptions) {
  for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGSYS}) {
    EXPECT_TRUE(std::holds_alternative<domain::Crashed>(end_of_dead_child(number))) << number;
  }
  for (int number : {SIGKILL, SIGTERM, SIGHUP, SIGINT}) {
    EXPECT_TRUE(std::holds_alternative<domain::Interrupted>(end_of_dead_child(number))) << number;
  }
  EXPECT_TRUE(std::holds_alternative<domain::Crashed>(end_of_dead_child(exited(1))));
  EXPECT_TRUE(std::holds_alternative<domain::Interrupted>(end_of_dead_child(std::nullopt)));
}

TEST(WaitStatus, NamesTheSignal) {
  EXPECT_EQ(describe_status(SIGSEGV), "SIGSEGV");
  EXPECT_EQ(describe_status(SIGSEGV | 0x80), "SIGSEGV");  // with a core dump
  EXPECT_EQ(describe_status(exited(3)), "exit status 3");
}

TEST(StartPause, DoublesUpToAMinuteAndForgetsWhenItWorks) {
  StartPause pause;
  StartPause::Moment now{};
  EXPECT_FALSE(pause.refusal(now));
  for (int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    pause.failed(now, Error{"model_unavailable", "no"});
    EXPECT_TRUE(pause.refusal(now + std::chrono::seconds(seconds) - std::chrono::milliseconds(1)));
    EXPECT_FALSE(pause.refusal(now + std::chrono::seconds(seconds)));
  }
  pause.worked();
  EXPECT_FALSE(pause.refusal(now));
  pause.failed(now, Error{"model_unavailable", "no"});
  EXPECT_FALSE(pause.refusal(now + std::chrono::seconds(1)));
}

}  // namespace
}  // namespace darkroom::runner
