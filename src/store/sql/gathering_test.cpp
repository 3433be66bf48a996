// Who is served with whom, and by whom.
#include "store/sql/gathering.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

using Sizes = std::vector<std::size_t>;

// Serves one group at a time; the first one waits until it is let go, so that others gather.
class GatheringTest : public testing::Test {
 protected:
  void serve(std::span<Gathering::Caller* const> callers) {
    sizes_.push_back(callers.size());
    if (sizes_.size() == 1) {
      first_is_served_.set_value();
      let_go_.get_future().wait();
    }
    for (Gathering::Caller* caller : callers) {
      if (*static_cast<int*>(caller->ask) < 0) caller->error = std::make_exception_ptr(std::invalid_argument("negative"));
    }
  }

  // The first ask alone, then the others while it is being served.
  void ask(std::vector<int> asks, std::size_t weight) {
    std::vector<std::jthread> callers;
    std::atomic<std::size_t> joining = 0;
    for (int& each : asks) {
      callers.emplace_back([&, weight] {
        ++joining;
        try {
          gathering_.join(&each, weight);
        } catch (const std::invalid_argument&) {
          ++refused_;
        }
      });
      if (callers.size() == 1) first_is_served_.get_future().wait();
    }
    while (joining < asks.size() || gathering_.waiting() < asks.size() - 1) std::this_thread::yield();
    let_go_.set_value();
  }

  Gathering gathering_{{.groups = 1, .heaviest = 10}, [this](std::span<Gathering::Caller* const> callers) { serve(callers); }};
  std::promise<void> first_is_served_, let_go_;
  Sizes sizes_;
  std::atomic<int> refused_ = 0;
};

TEST_F(GatheringTest, WhoComesWhileAGroupIsServedIsServedTogetherNext) {
  ask({1, 2, 3, 4, 5}, 1);
  EXPECT_EQ(sizes_, (Sizes{1, 4}));
}

TEST_F(GatheringTest, AGroupIsNotHeavierThanAllowedUnlessItIsOneCaller) {
  ask({1, 2, 3, 4, 5}, 4);
  EXPECT_EQ(sizes_, (Sizes{1, 2, 2}));
}

TEST_F(GatheringTest, AnAskThatIsTooHeavyForAnyGroupIsServedAlone) {
  ask({1, 2, 3}, 11);
  EXPECT_EQ(sizes_, (Sizes{1, 1, 1}));
}

TEST_F(GatheringTest, EachCallerHasItsOwnError) {
  ask({1, -2, 3, -4}, 1);
  EXPECT_EQ(refused_, 2);
}

// The first group is served until the second one has been: that begins only when three wait.
TEST(GatheringBesideAnother, ASecondGroupIsServedWhenManyWait) {
  std::vector<std::size_t> sizes;
  std::mutex mutex;
  std::promise<void> first_is_served, second_is_served;
  auto serve = [&](std::span<Gathering::Caller* const> callers) {
    std::unique_lock lock(mutex);
    sizes.push_back(callers.size());
    bool is_first = sizes.size() == 1;
    lock.unlock();
    if (!is_first) return second_is_served.set_value();
    first_is_served.set_value();
    second_is_served.get_future().wait();
  };
  Gathering gathering({.groups = 2, .worth_another = 3}, serve);
  int ask = 0;
  std::vector<std::jthread> callers;
  auto join = [&] { callers.emplace_back([&] { gathering.join(&ask, 1); }); };
  join();
  first_is_served.get_future().wait();
  for (std::size_t waiting = 1; waiting < 3; ++waiting) {
    join();
    while (gathering.waiting() < waiting) std::this_thread::yield();
  }
  join();
  callers.clear();
  EXPECT_EQ(sizes, (Sizes{1, 3}));
}

TEST(GatheringOfTwo, TwoWhoComeBackAtOnceAreServedTogether) {
  constexpr int kAsks = 100;
  std::atomic<int> groups = 0;
  Gathering* served = nullptr;
  Gathering gathering({.linger = std::chrono::milliseconds(200)}, [&](std::span<Gathering::Caller* const>) {
    while (groups == 0 && served->waiting() == 0) std::this_thread::yield();  // until both are there
    ++groups;
  });
  served = &gathering;
  auto ask_often = [&] {
    int ask = 0;
    for (int i = 0; i < kAsks; ++i) gathering.join(&ask, 1);
  };
  {
    std::jthread one(ask_often), other(ask_often);
  }
  EXPECT_LT(groups, kAsks * 3 / 2);  // in turns they would be twice as many
}

// Each of them is as heavy as a group may be.
TEST(GatheringOfTheHeavy, AFullGroupWaitsForNobody) {
  std::promise<void> all_wait;
  std::atomic<int> served = 0;
  Gathering gathering({.heaviest = 1, .linger = std::chrono::hours(1)}, [&](std::span<Gathering::Caller* const>) {
    if (++served == 1) all_wait.get_future().wait();
  });
  int ask = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) callers.emplace_back([&] { gathering.join(&ask, 1); });
    while (gathering.waiting() < 3) std::this_thread::yield();
    all_wait.set_value();
  }
  EXPECT_EQ(served, 4);
}

class ReturningTest : public testing::Test {
 protected:
  using Clock = Returning::Clock;
  static Clock::time_point at(int microseconds) { return Clock::time_point{} + std::chrono::hours(1) + std::chrono::microseconds(microseconds); }
  Returning returning_{std::chrono::microseconds(500)};
};

TEST_F(ReturningTest, ALoneCallerWaitsForNobody) {
  EXPECT_EQ(returning_.worth_waiting(1, at(0)), std::nullopt);
  returning_.ended(1, at(100));
  EXPECT_EQ(returning_.worth_waiting(1, at(110)), std::nullopt);
}

TEST_F(ReturningTest, AsManyAsWereThereAreWaitedForAMoment) {
  returning_.ended(3, at(100));
  EXPECT_EQ(returning_.worth_waiting(2, at(110)), at(600));
  EXPECT_EQ(returning_.worth_waiting(3, at(110)), std::nullopt);
  EXPECT_EQ(returning_.worth_waiting(2, at(600)), std::nullopt);
}

TEST_F(ReturningTest, AWaitInVainIsNotTriedAgainAtOnce) {
  returning_.ended(2, at(100));
  returning_.waited(true);
  for (int group = 0; group < 8; ++group) EXPECT_EQ(returning_.worth_waiting(1, at(110)), std::nullopt) << group;
  EXPECT_EQ(returning_.worth_waiting(1, at(110)), at(600));
  returning_.waited(false);
  EXPECT_EQ(returning_.worth_waiting(1, at(110)), at(600));
}

}  // namespace
}  // namespace darkroom::store
