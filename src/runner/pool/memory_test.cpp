// Memory comes back: what is not used any more is not there any more, process by process.
#include "runner/pool/pool_fixture.h"

namespace darkroom::runner::test {
namespace {

class Memory : public testing::Test {
 protected:
  Memory() : zygotes(test_config()), slot(zygotes) {
    for (const char* name : {"one", "two", "three"}) EXPECT_TRUE(succeeded(run_command(slot, "", null_model(name))));
  }
  ZygoteStatus of(const std::string& name) const {
    for (const ZygoteStatus& status : zygotes.status()) {
      if (status.model == name) return status;
    }
    return {};
  }
  std::vector<int> family(const std::string& name) const {
    std::vector<int> pids = children_of(of(name).pid);
    pids.push_back(of(name).pid);
    return pids;
  }
  static bool are_gone(const std::vector<int>& pids) {
    return eventually([&] { return std::ranges::all_of(pids, has_ended); });
  }
  Zygotes zygotes;
  Slot slot;
};

TEST_F(Memory, WhatIsRetiredOrTrimmedLeavesNoProcess) {
  std::vector<int> one = family("one");
  std::vector<int> two = family("two");
  std::vector<int> three = family("three");
  ASSERT_EQ(one.size(), 2U);
  zygotes.retire("one", "1");
  slot.release_idle(std::chrono::steady_clock::now());
  EXPECT_TRUE(are_gone(one));
  EXPECT_EQ(zygotes.trim(0, "three"), 1);
  EXPECT_TRUE(are_gone(two));
  EXPECT_FALSE(has_ended(three.back())) << "the kept model is spared";
  ASSERT_EQ(zygotes.status().size(), 1U);
  EXPECT_TRUE(succeeded(run_command(slot, "", null_model("two")))) << "it comes back when it is needed";
}

TEST_F(Memory, IsReportedWhileItIsTakenUp) {
  std::int64_t last = zygotes.memory_bytes();
  for (const char* name : {"one", "two", "three"}) {
    zygotes.retire(name, "1");
    slot.release_idle(std::chrono::steady_clock::time_point::min());
    EXPECT_LT(zygotes.memory_bytes(), last - 100'000) << name;
    last = zygotes.memory_bytes();
  }
  EXPECT_EQ(last, 0);
}

TEST_F(Memory, ChildrenThatWorkedLatelyStay) {
  std::vector<int> before = family("three");
  auto middle = std::chrono::steady_clock::now();
  ASSERT_TRUE(succeeded(run_command(slot, "", null_model("three"))));
  std::vector<int> idle = children_of(of("two").pid);
  slot.release_idle(middle);
  EXPECT_TRUE(are_gone(idle));
  EXPECT_EQ(family("three"), before);
}

TEST_F(Memory, AProcessWithAChildIsNotEnded) {
  EXPECT_EQ(zygotes.trim(0, ""), 0);
  EXPECT_EQ(zygotes.status().size(), 3U);
}

TEST_F(Memory, OverTheBudgetIdleChildrenDoNotStay) {
  slot.release_idle(std::chrono::steady_clock::time_point::min());
  EXPECT_EQ(children_of(of("one").pid).size(), 1U);
  EXPECT_EQ(zygotes.trim(1, "three"), 0);
  EXPECT_TRUE(zygotes.is_tight());
  EXPECT_TRUE(eventually([&] {
    slot.release_idle(std::chrono::steady_clock::time_point::min());
    zygotes.trim(1, "three");
    return zygotes.status().size() == 1;
  }));
  zygotes.trim(zygotes.memory_bytes() * 2, "three");
  EXPECT_FALSE(zygotes.is_tight());
}

TEST_F(Memory, TheLongestUnusedGoesFirstAndNoMoreThanNeeded) {
  slot.release_idle(std::chrono::steady_clock::now());
  ASSERT_TRUE(succeeded(run_command(slot, "", null_model("one"))));
  slot.release_idle(std::chrono::steady_clock::now());
  EXPECT_EQ(zygotes.trim(zygotes.memory_bytes() * 2, ""), 0) << "within the budget";
  EXPECT_EQ(zygotes.trim(zygotes.memory_bytes() - 1, ""), 1);
  std::vector<std::string> left;
  for (const ZygoteStatus& status : zygotes.status()) left.push_back(status.model);
  EXPECT_THAT(left, testing::UnorderedElementsAre("one", testing::AnyOf("two", "three")));
  EXPECT_EQ(zygotes.trim(0, ""), 2);
  EXPECT_TRUE(zygotes.status().empty());
}

}  // namespace
}  // namespace darkroom::runner::test
