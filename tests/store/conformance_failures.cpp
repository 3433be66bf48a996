// Failures by their cause: what is counted, what ends it, and that a filter by cause means exactly what was counted.
#include "domain/failure_cause.h"
#include "store/conformance.h"

#include <algorithm>

namespace darkroom::store {
namespace {

using namespace std::chrono_literals;

const Actor kAdmin{"admin", ""};

domain::Failed failed(const std::string& message, const std::string& code = "corrupt") { return {{code, message}, domain::Failed::Kind::permanent}; }

TEST_P(StoreConformance, FailuresAreCountedByCauseAndModel) {
  for (int seconds : {30, 45}) {
    upload();
    finish(claim_one(), failed("took " + std::to_string(seconds) + " s", "timeout"));
    now_ += 1min;
  }
  upload();
  finish(claim_one(), failed("The photo is damaged."));
  NewImage other = photo();
  other.model = "other";
  upload(other);
  finish(store_->claim(wants(1, {"other"}), now_).at(0), failed("took 9 s", "timeout"));
  upload();
  finish(claim_one(), success());

  FailureGroups found = store_->failures({});
  ASSERT_EQ(found.groups.size(), 3u);
  EXPECT_EQ(found.failures, 4);
  EXPECT_EQ(found.all_groups, 3);
  const FailureGroup& slow = found.groups[0];
  EXPECT_EQ(slow.count, 2);
  EXPECT_EQ(slow.cause, domain::cause_of({"timeout", "took 1 s"}));
  EXPECT_EQ(slow.queue, domain::kProcessQueue);
  EXPECT_EQ(slow.kind, domain::kProcessKind);
  EXPECT_EQ(slow.model, "demo");
  EXPECT_EQ(slow.first_at, now_ - 2min);
  EXPECT_EQ(slow.last_at, now_ - 1min);
  ASSERT_EQ(slow.samples.size(), 2u);
  EXPECT_EQ(slow.samples[0].error.message, "took 45 s");
  EXPECT_EQ(slow.samples[0].image, ImageId{2});
  EXPECT_FALSE(slow.samples[0].title.empty());
}

TEST_P(StoreConformance, FailuresAreFilteredAndTheirSamplesBounded) {
  for (int i = 0; i < 8; ++i) {
    upload(i % 2 ? "minji" : "joon");
    finish(claim_one(), failed("x"));
    now_ += 1min;
  }
  EXPECT_EQ(store_->failures({}).groups.at(0).samples.size(), 6u);
  EXPECT_EQ(store_->failures({.owner = "minji"}).groups.at(0).count, 4);
  for (const FailedSample& sample : store_->failures({.owner = "minji"}).groups.at(0).samples) EXPECT_EQ(sample.image->value % 2, 0);
  EXPECT_EQ(store_->failures({.since = now_ - 2min}).groups.at(0).count, 2);
  EXPECT_EQ(store_->failures({.since = now_ - 2min}).groups.at(0).samples.size(), 2u);
  EXPECT_TRUE(store_->failures({.queue = "webhooks"}).groups.empty());
  EXPECT_TRUE(store_->failures({.model = "other"}).groups.empty());
}

TEST_P(StoreConformance, AFailureIsOverWhenItsImageHasANewerJob) {
  auto image = upload();
  finish(claim_one(), failed("x"));
  ASSERT_EQ(store_->failures({}).failures, 1);
  ASSERT_TRUE(store_->retry_job(image.job.public_id, kAdmin, now_));
  EXPECT_EQ(store_->failures({}).failures, 0);
  finish(claim_one(), failed("y"));
  EXPECT_EQ(store_->failures({}).groups.at(0).cause, domain::cause_of({"corrupt", "y"}));
  ASSERT_TRUE(store_->delete_image(image.id, kAdmin, now_));
  EXPECT_EQ(store_->failures({}).failures, 0);
}

TEST_P(StoreConformance, WhateverEndsAJobAsFailedIsCounted) {
  NewImage late = photo();
  late.expires_at = now_ + 1min;
  upload(late);
  now_ += 2min;
  ASSERT_EQ(store_->expire_due(10, now_).count, 1);
  auto crashed = crashed_twice();
  NewImage same = photo();
  same.sha256 = crashed.sha256;
  upload(same);
  std::vector<std::string> codes;
  for (const FailureGroup& group : store_->failures({}).groups) codes.insert(codes.end(), static_cast<std::size_t>(group.count), group.samples.at(0).error.code);
  std::ranges::sort(codes);
  EXPECT_EQ(codes, (std::vector<std::string>{"decoder_crash", "expired", "quarantined"}));
}

TEST_P(StoreConformance, ARetryByCauseTakesExactlyWhatWasCounted) {
  std::vector<ImageRecord> slow;
  for (int i = 0; i < 3; ++i) {
    slow.push_back(upload());
    finish(claim_one(), failed("took " + std::to_string(i) + " s", "timeout"));
    now_ += 1min;
  }
  auto other = upload();
  finish(claim_one(), failed("waited 1 s", "timeout"));
  FailureGroup group = store_->failures({}).groups.at(0);
  JobFilter filter{.states = {domain::JobState::failed}, .queue = group.queue, .model = group.model, .cause = group.cause, .kind = group.kind};
  BulkResult counted = store_->act_on_jobs(filter, Retry{}, true, kAdmin, now_);
  EXPECT_EQ(counted.matched, group.count);
  EXPECT_EQ(counted.changed, 3);
  filter.failed_from = now_ - 2min;
  EXPECT_EQ(store_->act_on_jobs(filter, Retry{}, true, kAdmin, now_).matched, 2);
  filter.failed_from.reset();
  filter.images = {slow[0].id, other.id};
  EXPECT_EQ(store_->act_on_jobs(filter, Retry{}, true, kAdmin, now_).matched, 1);
  filter.images.clear();
  EXPECT_EQ(store_->act_on_jobs(filter, Retry{}, false, kAdmin, now_).changed, 3);
  for (const ImageRecord& image : slow) EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::queued);
  EXPECT_EQ(store_->find_image(other.id)->job.state, domain::JobState::failed);
  EXPECT_EQ(store_->act_on_jobs(filter, Retry{}, true, kAdmin, now_).matched, 0);
  filter.cause = "none such";
  EXPECT_EQ(store_->act_on_jobs(filter, Retry{}, true, kAdmin, now_).matched, 0);
}

}  // namespace
}  // namespace darkroom::store
