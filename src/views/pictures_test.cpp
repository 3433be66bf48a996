#include "views/pictures.h"

#include "domain/error_codes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <thread>
#include <vector>

namespace darkroom::views {
namespace {

const std::string kHash(64, 'a');
const Photo kPhoto{kHash, 10};
const std::string kJpeg = "\xff\xd8\xff picture\xff\xd9";

struct HandClock final : Clock {
  Time now() const override { return at; }
  std::atomic<Time> at{Time{}};
};

// A rendering that waits until the test lets it go on, and tells the test of each that is ready.
class PicturesTest : public testing::Test {
 protected:
  PicturesTest() : folder_(testing::TempDir() + "pictures-on-demand-" + std::to_string(::getpid())), files_({folder_}) {}
  ~PicturesTest() override {
    let_go(1000);
    pictures_.reset();
    std::filesystem::remove_all(folder_);
  }

  void open(PicturesConfig config = {}) {
    auto render = [this](const Photo&, const domain::RenderOrder&) -> Made {
      std::unique_lock lock(mutex_);
      ++begun_;
      changed_.notify_all();
      changed_.wait(lock, [this] { return allowed_ > 0; });
      --allowed_;
      if (throws_) throw std::runtime_error("the disk fell off");
      return answer_;
    };
    auto ready = [this](const std::string& name) {
      std::lock_guard lock(mutex_);
      ready_.push_back(name);
      changed_.notify_all();
    };
    pictures_ = std::make_unique<Pictures>(config, files_, render, ready, clock_);
  }

  void let_go(int count) {
    std::lock_guard lock(mutex_);
    allowed_ += count;
    changed_.notify_all();
  }
  void await_begun(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return begun_ >= count; });
  }
  void await_ready(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() >= count; });
  }
  Result<std::optional<std::string>> get(const std::string& name = thumbnail_name(kHash)) { return pictures_->get(name, kPhoto, {}); }

  std::string folder_;
  PictureFiles files_;
  HandClock clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int begun_ = 0;
  int allowed_ = 0;
  bool throws_ = false;
  Made answer_ = kJpeg;
  std::vector<std::string> ready_;
  std::unique_ptr<Pictures> pictures_;
};

TEST_F(PicturesTest, ManyWhoWantTheSamePictureCauseOneRendering) {
  open();
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i) callers.emplace_back([this] { EXPECT_FALSE(get().value()); });
  callers.clear();
  let_go(1);
  await_ready(1);
  EXPECT_EQ(get().value(), kJpeg);
  EXPECT_EQ(files_.find(thumbnail_name(kHash)), kJpeg);
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(ready_, std::vector<std::string>{thumbnail_name(kHash)});
}

TEST_F(PicturesTest, BeyondTheBoundCallersAreSentAway) {
  open({.most_waiting = 2});
  get(std::string(64, 'b') + ".t.jpg");
  await_begun(1);  // that one is being rendered and waits no more
  EXPECT_TRUE(get(std::string(64, 'c') + ".t.jpg"));
  EXPECT_TRUE(get(std::string(64, 'd') + ".t.jpg"));
  EXPECT_EQ(get(std::string(64, 'e') + ".t.jpg").error().code, domain::code::unavailable);
  EXPECT_TRUE(get(std::string(64, 'd') + ".t.jpg")) << "what already waits is not turned away";
}

TEST_F(PicturesTest, APhotoThatCannotBeDecodedIsNotTriedAgainForAWhile) {
  open();
  answer_ = NotMade{{"corrupt", "The photo is damaged."}, NotMade::Kind::lasting};
  get();
  let_go(1);
  await_ready(1);
  EXPECT_EQ(get().error().code, "corrupt");
  clock_.at = Time{std::chrono::minutes(9)};
  EXPECT_EQ(get().error().code, "corrupt");
  EXPECT_EQ(begun_, 1);
  clock_.at = Time{std::chrono::minutes(11)};
  EXPECT_FALSE(get().value());
  await_begun(2);
}

TEST_F(PicturesTest, APassingTroubleIsToldAndTriedAgain) {
  open();
  answer_ = NotMade{{"unavailable", "interrupted"}, NotMade::Kind::passing};
  get();
  let_go(1);
  await_ready(1);
  EXPECT_EQ(get().error().code, "unavailable");
  clock_.at = Time{std::chrono::seconds(6)};
  EXPECT_FALSE(get().value());
}

TEST_F(PicturesTest, WhoWaitsIsToldAlsoWhenRenderingThrows) {
  open();
  throws_ = true;
  get();
  let_go(1);
  await_ready(1);
  EXPECT_EQ(get().error().code, domain::code::internal);
}

// A full disk, or a budget smaller than a picture, must not keep people from seeing it.
TEST_F(PicturesTest, APictureThatCannotBeKeptIsShownAllTheSame) {
  std::filesystem::remove_all(folder_);
  open();
  get();
  let_go(1);
  await_ready(1);
  EXPECT_FALSE(files_.contains(thumbnail_name(kHash)));
  EXPECT_EQ(get().value(), kJpeg);
}

}  // namespace
}  // namespace darkroom::views
