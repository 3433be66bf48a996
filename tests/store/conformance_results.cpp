// Every job keeps what it found, whatever newer jobs find.
#include "store/conformance.h"

namespace darkroom::store {
namespace {

const Actor kAdmin{"admin", ""};

TEST_P(StoreConformance, AnOlderModelsResultIsKeptWhenTheImageIsProcessedAgain) {
  auto image = upload();
  finish(claim_one(), success(R"({"n":1})"));
  now_ += std::chrono::minutes(1);
  auto again = store_->reprocess_image(image.id, {.model = "other"}, kAdmin, now_).value();
  ClaimRequest both = wants(1, {"demo", "other"});
  finish(store_->claim(both, now_).at(0), success(R"({"n":2})"));
  now_ += std::chrono::minutes(1);
  auto third = store_->reprocess_image(image.id, {.model = "other"}, kAdmin, now_).value();
  finish(store_->claim(both, now_).at(0), success(R"({"n":3})"));
  auto failed = store_->reprocess_image(image.id, {.model = "third"}, kAdmin, now_).value();
  finish(store_->claim(wants(1, {"third"}), now_).at(0), permanent());

  auto results = store_->results_of(image.id, 100);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].job, third.job.public_id);
  EXPECT_TRUE(results[0].is_newest);
  EXPECT_TRUE(results[0].newest_of_model);
  EXPECT_EQ(results[0].model_version, "v1");
  EXPECT_EQ(results[0].made_at, now_);
  EXPECT_EQ(results[1].job, image.job.public_id);
  EXPECT_EQ(results[1].model, "demo");
  EXPECT_FALSE(results[1].is_newest);
  EXPECT_TRUE(results[1].newest_of_model);
  EXPECT_EQ(results[2].job, again.job.public_id);
  EXPECT_FALSE(results[2].newest_of_model);
  EXPECT_EQ(store_->result_of(image.job.public_id), R"({"n":1})");
  EXPECT_EQ(store_->find_image(image.id)->document, R"({"n":3})");
  EXPECT_EQ(store_->results_of(image.id, 1).size(), 1u);
}

TEST_P(StoreConformance, AnImageWithoutAResultHasNone) {
  auto image = upload();
  upload();
  finish(store_->claim(wants(2), now_).at(1), success());
  EXPECT_TRUE(store_->results_of(image.id, 100).empty());
  EXPECT_TRUE(store_->results_of(ImageId{99}, 100).empty());
}

}  // namespace
}  // namespace darkroom::store
