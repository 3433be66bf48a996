// Lists of jobs: by conditions, newest first; and those in line, in the order in which claims take them.
#include "store/conformance.h"

#include <algorithm>

namespace darkroom::store {
namespace {

using domain::JobState;

std::vector<std::int64_t> images_of(const std::vector<FoundJob>& jobs) {
  std::vector<std::int64_t> images;
  for (const FoundJob& found : jobs) images.push_back(found.job.image.value);
  return images;
}

// All pages of a list.
std::vector<std::int64_t> all_newest(Store& store, JobQuery query) {
  std::vector<std::int64_t> images;
  do {
    FoundJobs page = store.find_jobs(query);
    EXPECT_LE(static_cast<int>(page.jobs.size()), query.limit);
    for (std::int64_t image : images_of(page.jobs)) images.push_back(image);
    query.before = page.next;
  } while (query.before);
  return images;
}

std::vector<std::int64_t> all_in_line(Store& store, LineQuery query) {
  std::vector<std::int64_t> images;
  do {
    JobsInLine page = store.jobs_in_line(query);
    EXPECT_LE(static_cast<int>(page.jobs.size()), query.limit);
    for (std::int64_t image : images_of(page.jobs)) images.push_back(image);
    query.after = page.next;
  } while (!query.after.empty());
  return images;
}

TEST_P(StoreConformance, JobsAreListedByEachConditionPageByPage) {
  auto batch = store_->create_batch("spring", "minji", {"admin", ""}, now_);
  NewImage in_batch = photo("jun", 0, "ocr");
  in_batch.batch = batch.public_id;
  auto a = upload("minji", 5), b = upload("jun"), c = upload(in_batch), d = upload("minji");
  finish(claim_one(), success());  // a
  finish(claim_one(), permanent());  // b
  auto again = store_->retry_job(b.job.public_id, {"admin", ""}, now_).value();
  std::int64_t A = a.id.value, B = b.id.value, C = c.id.value, D = d.id.value;
  for (int limit : {1, 2, 50}) {
    auto list = [&](JobQuery query) {
      query.limit = limit;
      return all_newest(*store_, query);
    };
    EXPECT_EQ(list({}), (std::vector{B, D, C, B, A}));
    EXPECT_EQ(list({.state = JobState::queued}), (std::vector{B, D, C}));
    EXPECT_EQ(list({.state = JobState::completed}), (std::vector{A}));
    EXPECT_EQ(list({.state = JobState::failed}), (std::vector{B}));
    EXPECT_EQ(list({.state = JobState::cancelled}), (std::vector<std::int64_t>{}));
    EXPECT_EQ(list({.owner = "minji"}), (std::vector{D, A}));
    EXPECT_EQ(list({.state = JobState::queued, .owner = "minji"}), (std::vector{D}));
    EXPECT_EQ(list({.model = "ocr"}), (std::vector{C}));
    EXPECT_EQ(list({.batch = batch.public_id}), (std::vector{C}));
    EXPECT_EQ(list({.batch = "01890000-0000-7000-8000-00000000ffff"}), (std::vector<std::int64_t>{}));
    EXPECT_EQ(list({.image = b.id}), (std::vector{B, B}));
    EXPECT_EQ(list({.queue = std::string(domain::kProcessQueue), .kind = "image.process"}), (std::vector{B, D, C, B, A}));
    EXPECT_EQ(list({.kind = "image"}), (std::vector{B, D, C, B, A}));
    EXPECT_EQ(list({.kind = "imag"}), (std::vector<std::int64_t>{}));
    EXPECT_EQ(list({.queue = std::string(domain::kMaintenanceQueue)}), (std::vector<std::int64_t>{}));
  }
  auto newest = store_->find_jobs({.image = b.id}).jobs;
  EXPECT_EQ(newest.at(0).job.public_id, again.job.public_id);
  ASSERT_EQ(newest.at(1).attempts.size(), 1u);
  EXPECT_EQ(newest.at(1).attempts[0].ending, "failed");
}

TEST_P(StoreConformance, MaintenanceIsListedByItsQueueItsKindAndItsFirstWord) {
  domain::Schedule rule{.name = "tidy", .cron = "0 3 * * *", .zone = "UTC", .kind = "maintenance.cleanup"};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  store_->run_schedule("tidy", 4, {"admin", ""}, now_).value();
  upload();
  for (const JobQuery& query : {JobQuery{.queue = "maintenance"}, JobQuery{.kind = "maintenance"}, JobQuery{.kind = "maintenance.cleanup"}}) {
    auto found = store_->find_jobs(query).jobs;
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].job.kind, "maintenance.cleanup");
  }
  EXPECT_TRUE(store_->find_jobs({.kind = "maintenance.prune"}).jobs.empty());
}

TEST_P(StoreConformance, MaintenanceHasNoPhotoToRunAgain) {
  domain::Schedule rule{.name = "tidy", .cron = "0 3 * * *", .zone = "UTC", .kind = "maintenance.cleanup"};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  store_->run_schedule("tidy", 4, {"admin", ""}, now_).value();
  const std::string job = store_->find_jobs({.queue = "maintenance"}).jobs.at(0).job.public_id;
  ASSERT_TRUE(store_->cancel_job(job, {"admin", ""}, now_));
  auto refused = store_->retry_job(job, {"admin", ""}, now_);
  EXPECT_EQ(refused.error().code, domain::code::conflict);
  EXPECT_NE(refused.error().message.find("has no photo"), std::string::npos) << refused.error().message;
}

// One that is put off again and again: its oldest attempts are in the log of events.
TEST_P(StoreConformance, OfAJobWithManyAttemptsTheNewestAreShown) {
  auto image = upload(), other = upload("jun");
  finish(claim_one(), success());
  Time begun = now_ - std::chrono::seconds(1);
  for (int i = 1; i <= 70; ++i) {
    finish(claim_one(), domain::Postponed{{"photo_unreachable", "away"}, std::chrono::seconds(1)});
    now_ += std::chrono::seconds(1);
    ASSERT_EQ(store_->promote_due(10, now_).count, 1);
  }
  auto expect_from = [&](int first, const std::vector<AttemptRecord>& attempts) {
    ASSERT_EQ(attempts.size(), 50u);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(attempts[static_cast<std::size_t>(i)].started_at, begun + std::chrono::seconds(first + i)) << i;
  };
  expect_from(21, store_->attempts_of(other.job.id));
  expect_from(21, store_->find_jobs({.image = other.id}).jobs.at(0).attempts);
  expect_from(21, store_->jobs_in_line({}).jobs.at(0).attempts);
  expect_from(21, store_->find_images({.owner = "jun"}, std::chrono::seconds(10)).images.at(0).attempts);
  EXPECT_EQ(store_->attempts_of(image.job.id).size(), 1u);
  claim_one();
  expect_from(22, store_->attempts_of(other.job.id));
  expect_from(22, store_->find_jobs({.owner = "jun"}).jobs.at(0).attempts);
  EXPECT_FALSE(store_->attempts_of(other.job.id).back().ending);
}

// A search that time cuts off says where to go on, and misses nothing.
TEST_P(StoreConformance, AListThatRunsOutOfTimeGoesOn) {
  for (int i = 0; i < 30; ++i) upload();
  EXPECT_EQ(all_newest(*store_, {.model = "demo", .limit = 7, .longest = Duration{}}).size(), 30u);
}

TEST_P(StoreConformance, TheLineIsTheOrderOfClaims) {
  for (int i = 0; i < 5; ++i) upload("minji");
  for (int i = 0; i < 3; ++i) upload("jun");
  upload("sora", 10);
  upload(photo("minji", 0, "ocr"));
  upload(photo("jun", 10, "ocr"));
  upload(photo("jun", -3, "ocr"));
  auto first = claim_one();  // turns are counted on from here
  std::vector<std::int64_t> line = all_in_line(*store_, {});
  for (int limit : {1, 2, 3, 200}) EXPECT_EQ(all_in_line(*store_, {.limit = limit}), line) << limit;
  std::vector<std::int64_t> claimed;
  while (true) {
    auto jobs = store_->claim(wants(1, {"demo", "ocr"}), now_);
    if (jobs.empty()) break;
    claimed.push_back(jobs[0].image.value);
  }
  EXPECT_EQ(line.size(), 11u);
  EXPECT_EQ(line, claimed);
}

TEST_P(StoreConformance, TheLineOfOneOwnerOrModelIsAPartOfIt) {
  for (int i = 0; i < 4; ++i) {
    upload("minji", i % 2);
    upload("jun");
    upload(photo("jun", 1, "ocr"));
  }
  auto whole = store_->jobs_in_line({.limit = 200}).jobs;
  auto part = [&](auto wanted) {
    std::vector<std::int64_t> images;
    for (const FoundJob& found : whole) {
      if (wanted(found.job)) images.push_back(found.job.image.value);
    }
    return images;
  };
  for (int limit : {1, 3, 200}) {
    EXPECT_EQ(all_in_line(*store_, {.owner = "minji", .limit = limit}), part([](const JobRecord& job) { return job.owner == "minji"; }));
    EXPECT_EQ(all_in_line(*store_, {.model = "ocr", .limit = limit}), part([](const JobRecord& job) { return job.model == "ocr"; }));
    EXPECT_EQ(all_in_line(*store_, {.queue = std::string(domain::kProcessQueue), .limit = limit}).size(), 12u);
    EXPECT_TRUE(all_in_line(*store_, {.queue = "maintenance", .limit = limit}).empty());
    EXPECT_TRUE(all_in_line(*store_, {.owner = "nobody", .limit = limit}).empty());
  }
}

// A page begins after the last job of the one before, though that has started meanwhile.
TEST_P(StoreConformance, ThePageAfterAStartedJobFollowsOnIt) {
  for (int i = 0; i < 4; ++i) upload();
  auto first = store_->jobs_in_line({.limit = 2});
  claim_one();
  claim_one();
  EXPECT_EQ(images_of(store_->jobs_in_line({.after = first.next, .limit = 2}).jobs), (std::vector<std::int64_t>{3, 4}));
}

}  // namespace
}  // namespace darkroom::store
