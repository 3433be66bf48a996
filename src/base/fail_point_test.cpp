#include "base/fail_point.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace darkroom {
namespace {

class FailPoint : public testing::Test {
 protected:
  ~FailPoint() override { EXPECT_TRUE(arm_fail_points("")); }
};

struct DiskGone : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Which of so many hits fail, as text: "..x."
std::string failures(const char* name, int hits) {
  std::string text;
  for (int i = 0; i < hits; ++i) {
    try {
      fail_point<DiskGone>(name);
      text += '.';
    } catch (const DiskGone&) {
      text += 'x';
    }
  }
  return text;
}

TEST_F(FailPoint, DoesNothingUnlessItIsArmed) {
  EXPECT_EQ(failures("K1", 3), "...");
  ASSERT_TRUE(arm_fail_points("K2=error@1"));
  EXPECT_EQ(failures("K1", 3), "...");
}

TEST_F(FailPoint, ActsOnceAtTheHitThatIsNamed) {
  ASSERT_TRUE(arm_fail_points("K1=error@3;K2=error@1"));
  EXPECT_EQ(failures("K1", 6), "..x...");
  EXPECT_EQ(failures("K2", 3), "x..");
  ASSERT_TRUE(arm_fail_points(""));
  EXPECT_EQ(failures("K1", 6), "......");
}

TEST_F(FailPoint, ActsInAShareOfTheHits) {
  ASSERT_TRUE(arm_fail_points("all=error@100%;some=error@30%"));
  EXPECT_EQ(failures("all", 5), "xxxxx");
  std::string some = failures("some", 2'000);
  auto count = std::count(some.begin(), some.end(), 'x');
  EXPECT_GT(count, 300);
  EXPECT_LT(count, 1'000);
}

TEST_F(FailPoint, WaitsAsLongAsItIsTold) {
  ASSERT_TRUE(arm_fail_points("K9=delay:30@1"));
  auto begun = std::chrono::steady_clock::now();
  fail_point("K9");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(30));
}

TEST_F(FailPoint, KillsItsProcess) {
  pid_t child = ::fork();
  if (child == 0) {
    static_cast<void>(arm_fail_points("K6=kill@2"));
    fail_point("K6");
    fail_point("K6");
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(FailPoint, APlanThatCannotBeReadArmsNothingAndIsNamed) {
  for (const char* bad : {"K6", "K6=kill", "K6=kill@", "K6=kill@0", "K6=kill@101%", "K6=boom@1", "K6=delay@1", "K6=delay:x@1", "=kill@1", "K6=kill@1;K6=error@1", "K6@1=kill"}) {
    auto armed = arm_fail_points(bad);
    ASSERT_FALSE(armed) << bad;
    EXPECT_NE(armed.error().message.find("NAME=ACTION@WHEN"), std::string::npos);
    EXPECT_FALSE(check_fail_points(bad)) << bad;
  }
  EXPECT_FALSE(fail_points::armed);
}

}  // namespace
}  // namespace darkroom
