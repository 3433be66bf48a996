#include "api/queue_gauge.h"

#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace darkroom::api {
namespace {

class QueueGaugeTest : public testing::Test {
 protected:
  QueueGaugeTest() : folder_(testing::TempDir() + "gauge-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
  }
  ~QueueGaugeTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void add(int count) {
    store::NewImage image{.title = "a", .owner = "minji", .external_id = {}, .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    for (int i = 0; i < count; ++i) ASSERT_TRUE(store_->create_image(image, {"minji", ""}, clock_.now()));
  }
  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(QueueGaugeTest, IsExactWhileFewWait) {
  QueueGauge gauge(*store_);
  EXPECT_EQ(gauge.count(), 0);
  for (int i = 1; i <= 3; ++i) {
    add(1);
    EXPECT_EQ(gauge.count(), i);
  }
}

TEST_F(QueueGaugeTest, CountsALongLineAnewAndIsExactAgainWhenItIsShort) {
  QueueGauge gauge(*store_);
  add(2 * QueueGauge::kExact + 5);
  EXPECT_EQ(gauge.count(), 2 * QueueGauge::kExact + 5);
  store_->act_on_jobs({}, store::Cancel{}, false, {"minji", ""}, clock_.now());
  add(3);
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (gauge.count() != 3) ASSERT_LT(std::chrono::steady_clock::now(), until);
}

}  // namespace
}  // namespace darkroom::api
