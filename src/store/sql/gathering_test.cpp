// Who is served with whom, and by whom.
#include "store/sql/gathering.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
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

  Gathering gathering_{1, 10, [this](std::span<Gathering::Caller* const> callers) { serve(callers); }};
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

}  // namespace
}  // namespace darkroom::store
