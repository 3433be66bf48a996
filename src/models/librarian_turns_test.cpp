// Acts on several models at once, and on one that takes its time.
#include "models/librarian_fixture_for_test.h"

#include <condition_variable>
#include <vector>

namespace darkroom::models {
namespace {

// What is done while a trial hangs; it goes on in the end, so that a librarian that waits for it is seen to, and ends.
template <class Do>
void meanwhile(Do&& act, std::promise<void>& let_go) {
  auto acting = std::async(std::launch::async, std::forward<Do>(act));
  EXPECT_EQ(acting.wait_for(std::chrono::minutes(1)), std::future_status::ready) << "it waits for the trial";
  let_go.set_value();
  acting.get();
}

TEST_F(LibrarianTest, ATrialThatHangsHoldsUpNoOtherModel) {
  ASSERT_TRUE(add("parts", "one"));
  ASSERT_TRUE(add("parts", "two"));
  auto hanging = add_hanging("slow");
  auto act = [this] {
    EXPECT_TRUE(librarian_->activate("parts", version_of_text("one"), kKim));
    EXPECT_TRUE(add("parts", "three"));
    EXPECT_TRUE(librarian_->remove_version("parts", version_of_text("two"), kKim));
    drop("others/model.onnx", "four");
    look_twice();
    EXPECT_EQ(running("others"), version_of_text("four"));
    EXPECT_EQ(librarian_->find("slow")->state, ModelState::probing);
    EXPECT_TRUE(librarian_->remove("others", kKim));
  };
  meanwhile(act, let_go_);
  EXPECT_TRUE(hanging.get());
  EXPECT_EQ(running("slow"), version_of_text("hanging"));
  EXPECT_EQ(running("parts"), version_of_text("three"));
}

TEST_F(LibrarianTest, WhoWaitsTooLongForTheSameModelIsToldSo) {
  patience_ = std::chrono::milliseconds(1);
  start();
  ASSERT_TRUE(add("slow", "good"));
  auto hanging = add_hanging("slow");
  auto act = [this] {
    EXPECT_EQ(librarian_->activate("slow", version_of_text("good"), kKim).error().code, "unavailable");
    EXPECT_EQ(librarian_->remove("slow", kKim).error().code, "unavailable");
    EXPECT_EQ(add("slow", "better").error().code, "unavailable");
    look_twice();
    EXPECT_EQ(running("slow"), version_of_text("good"));
  };
  meanwhile(act, let_go_);
  EXPECT_TRUE(hanging.get());
  EXPECT_EQ(running("slow"), version_of_text("hanging"));
  EXPECT_TRUE(librarian_->activate("slow", version_of_text("good"), kKim));
}

// Each is a thread that answers nobody else.
TEST_F(LibrarianTest, OnlyFewWaitForATurn) {
  auto hanging = add_hanging("slow");
  std::mutex mutex;
  std::condition_variable ended;
  int refused = 0, removed = 0;
  auto remove = [&] {
    auto done = librarian_->remove("slow", kKim);
    std::lock_guard lock(mutex);
    ++(!done && done.error().code == "unavailable" ? refused : removed);
    ended.notify_one();
  };
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 6; ++i) waiting.push_back(std::async(std::launch::async, remove));
  {
    std::unique_lock lock(mutex);
    EXPECT_TRUE(ended.wait_for(lock, std::chrono::minutes(1), [&] { return refused == 2; })) << "four wait, the others are told at once";
    EXPECT_EQ(removed, 0);
  }
  let_go();
  for (auto& one : waiting) one.wait();
  EXPECT_EQ(refused, 2);
  EXPECT_TRUE(hanging.get());
  EXPECT_FALSE(librarian_->find("slow"));
}

TEST_F(LibrarianTest, StoppingWaitsForTheTrialThatGoesOnAndBeginsNoOther) {
  auto hanging = add_hanging("slow");
  auto waiting = std::async(std::launch::async, [this] { return add("slow", "next"); });
  auto stopping = std::async(std::launch::async, [this] { librarian_->stop(); });
  EXPECT_EQ(waiting.get().error().code, "unavailable");
  EXPECT_EQ(stopping.wait_for(std::chrono::seconds(0)), std::future_status::timeout) << "its trial goes on";
  let_go();
  EXPECT_TRUE(hanging.get());
  stopping.wait();
  look_twice();
  EXPECT_EQ(trials_.size(), 1u);
}

}  // namespace
}  // namespace darkroom::models
