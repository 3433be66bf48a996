#include "base/fail_point.h"
#include "store/teller.h"

#include <gmock/gmock.h>

namespace darkroom::store {
namespace {

using std::chrono::minutes;

TEST_P(StoreConformance, ASecretIsRotatedWithAnOverlap) {
  Teller tell{store_, now_};
  auto made = tell.endpoint();
  auto rotated = store_->change_endpoint(made.public_id, {.new_sealed_secret = "sealed-2", .old_secret_until = now_ + minutes(60)}, kAdmin, now_).value();
  EXPECT_EQ(rotated.sealed_secret, "sealed-2");
  EXPECT_EQ(rotated.sealed_old_secret, "sealed-1");
  EXPECT_EQ(rotated.old_secret_until, now_ + minutes(60));
  auto too_soon = store_->change_endpoint(made.public_id, {.new_sealed_secret = "sealed-3", .old_secret_until = now_ + minutes(90)}, kAdmin, now_ + minutes(59));
  ASSERT_FALSE(too_soon) << "receivers that still check with the first would be cut off";
  EXPECT_EQ(too_soon.error().code, domain::code::conflict);
  EXPECT_EQ(store_->find_endpoint(made.public_id)->sealed_old_secret, "sealed-1");
  auto at_once = store_->change_endpoint(made.public_id, {.new_sealed_secret = "sealed-3"}, kAdmin, now_).value();
  EXPECT_FALSE(at_once.sealed_old_secret);
  EXPECT_TRUE(store_->change_endpoint(made.public_id, {.new_sealed_secret = "sealed-3", .old_secret_until = now_ + minutes(60)}, kAdmin, now_));
  auto changed = store_->change_endpoint(made.public_id, {.url = "https://other.example/", .events = std::vector<std::string>{"job.failed"}}, kAdmin, now_).value();
  EXPECT_EQ(changed.sealed_secret, "sealed-3");
  EXPECT_THAT(changed.events, testing::ElementsAre("job.failed"));
  EXPECT_EQ(store_->change_endpoint("none", {}, kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, AnEndpointGoesWithItsDeliveries) {
  Teller tell{store_, now_};
  auto made = tell.endpoint();
  auto tested = store_->test_endpoint(made.public_id, kAdmin, now_).value();
  EXPECT_EQ(tested.type, "endpoint.test");
  EXPECT_EQ(tell.due().deliveries.size(), 1u);
  EXPECT_TRUE(store_->delete_endpoint(made.public_id, kAdmin, now_));
  EXPECT_TRUE(tell.all().empty());
  EXPECT_TRUE(store_->list_endpoints().empty());
  EXPECT_EQ(store_->delete_endpoint(made.public_id, kAdmin, now_).error().code, domain::code::not_found);
}

// Many are deleted some at a time: what it is told by after the first of them is that it can be deleted again.
TEST_P(StoreConformance, AnEndpointWhoseDeletionBreaksOffIsDisabledAndCanBeDeletedAgain) {
  Teller tell{store_, now_};
  auto made = tell.endpoint(), other = tell.endpoint();
  for (int i = 0; i < 501; ++i) ASSERT_TRUE(store_->test_endpoint(made.public_id, kAdmin, now_));
  ASSERT_TRUE(store_->test_endpoint(other.public_id, kAdmin, now_));
  ASSERT_TRUE(arm_fail_points("K24=error@1"));
  EXPECT_THROW((void)store_->delete_endpoint(made.public_id, kAdmin, now_), StoreUnavailable);
  ASSERT_TRUE(arm_fail_points(""));
  auto left = store_->find_endpoint(made.public_id);
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->enabled);
  EXPECT_THAT(left->disabled_reason, testing::HasSubstr("delete it again"));
  EXPECT_EQ(tell.all().size(), 2u);
  EXPECT_TRUE(store_->delete_endpoint(made.public_id, kAdmin, now_));
  EXPECT_FALSE(store_->find_endpoint(made.public_id));
  ASSERT_EQ(tell.all().size(), 1u);
  EXPECT_EQ(tell.all().at(0).endpoint, other.public_id);
  std::vector<std::string> told;
  for (const Event& event : store_->events(0, std::nullopt, 1000)) {
    if (event.type == "endpoint.disabled" || event.type == "endpoint.deleted") told.push_back(event.type);
  }
  EXPECT_THAT(told, testing::ElementsAre("endpoint.disabled", "endpoint.deleted"));
}

}  // namespace
}  // namespace darkroom::store
