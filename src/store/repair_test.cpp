// What no transaction of this program leaves behind is put into the database by hand, and repaired.
#include "domain/maintenance.h"
#include "store/open_store.h"
#include "store/sql/sqlite_connection.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace darkroom::store {
namespace {

class RepairTest : public testing::Test {
 protected:
  RepairTest() : folder_(testing::TempDir() + "repair-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = open_store(path(), now_);
  }
  ~RepairTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/darkroom.db"; }

  ImageRecord upload() {
    NewImage image{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 5, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store_->create_image(image, {"admin", ""}, now_).value();
  }

  void complete(const std::string& document) {
    auto job = store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).at(0);
    store_->finish({job.fence, domain::Succeeded{{}, document}, "w", "v"}, {}, {}, now_).stored.get();
  }

  void damage(const char* sql) {
    store_.reset();
    { SqliteConnection(path(), SqliteConnection::Mode::writer).execute(sql); }
    store_ = open_store(path(), now_);
  }

  Repairs repair() {
    Repairs of_jobs = store_->repair_jobs(0, now_).repairs, all = store_->repair_images(0, "demo", now_).repairs;
    all.open_attempts = of_jobs.open_attempts;
    all.wrong_lanes = of_jobs.wrong_lanes;
    return all;
  }

  int repairs_told() {
    int count = 0;
    for (const Event& event : store_->events(0, std::nullopt, 1000)) count += event.type == "cleanup.repaired" ? 1 : 0;
    return count;
  }

  std::string folder_;
  Time now_ = from_micros(1'700'000'000'000'000);
  std::unique_ptr<Store> store_;
};

TEST_F(RepairTest, AnOpenAttemptThatNobodyRunsIsClosed) {
  auto image = upload();
  complete("{}");
  damage("UPDATE attempt SET ending = NULL, finished_at = NULL");
  EXPECT_EQ(repair(), (Repairs{.open_attempts = 1}));
  EXPECT_EQ(store_->attempts_of(image.job.id).at(0).ending, "interrupted");
  EXPECT_EQ(repairs_told(), 1);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_F(RepairTest, TheAttemptOfARunningJobStaysOpen) {
  upload();
  store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_F(RepairTest, AJobInAForeignLaneIsPutIntoItsOwn) {
  upload();
  damage("UPDATE job SET lane = 'ai_processing/gone'");
  EXPECT_TRUE(store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).empty());
  EXPECT_EQ(repair(), (Repairs{.wrong_lanes = 1}));
  EXPECT_EQ(store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).size(), 1u);
}

TEST_F(RepairTest, MaintenanceIsPutIntoTheLaneOfItsKind) {
  domain::Schedule rule{.name = "tidy", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::cleanup)};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  store_->run_schedule("tidy", 4, {"admin", ""}, now_).value();
  EXPECT_EQ(repair(), Repairs{});
  damage("UPDATE job SET lane = 'maintenance/'");
  EXPECT_EQ(repair(), (Repairs{.wrong_lanes = 1}));
  EXPECT_EQ(store_->claim({.node = "n", .worker = "w", .lanes = {domain::maintenance_lane(domain::kind::cleanup)}, .count = 1}, now_).size(), 1u);
}

TEST_F(RepairTest, AnImagePointsToItsNewestJob) {
  auto image = upload();
  complete("{}");
  auto newest = store_->reprocess_image(image.id, {}, {"admin", ""}, now_).value().job.public_id;
  damage("UPDATE image SET job_id = (SELECT MIN(id) FROM job)");
  EXPECT_EQ(repair(), (Repairs{.stale_jobs = 1}));
  EXPECT_EQ(store_->find_image(image.id)->job.public_id, newest);
  damage("UPDATE image SET job_id = 4711");
  EXPECT_EQ(repair(), (Repairs{.stale_jobs = 1}));
  EXPECT_EQ(repairs_told(), 2);
}

TEST_F(RepairTest, AnImageShowsItsNewestResult) {
  auto image = upload();
  complete(R"({"old":1})");
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  complete(R"({"new":1})");
  damage("UPDATE image SET result_job_id = (SELECT MIN(id) FROM job)");
  EXPECT_EQ(repair(), (Repairs{.stale_results = 1}));
  EXPECT_EQ(store_->find_image(image.id)->document, R"({"new":1})");
  damage("DELETE FROM result");  // a pointer to none shows none
  EXPECT_EQ(repair(), Repairs{});
  EXPECT_FALSE(store_->find_image(image.id)->document);
}

// It was found by what an older result had found.
TEST_F(RepairTest, AnImageIsFoundByTheLabelsOfTheResultThatItShows) {
  auto image = upload();
  complete(R"({"result":{"detected_objects":[{"class":"cat"}]}})");
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  complete(R"({"result":{"detected_objects":[{"class":"dog"},{"class":"dog"}],"classes":[{"class":"indoors"}],"regions":[{"class":"sky"}]}})");
  damage("UPDATE image SET result_job_id = (SELECT MIN(id) FROM job), labels = char(10) || 'cat' || char(10)");
  EXPECT_EQ(repair(), (Repairs{.stale_results = 1}));
  for (const char* label : {"dog", "indoors", "sky"}) EXPECT_EQ(store_->find_images({.label = label}, std::chrono::seconds(5)).images.size(), 1u) << label;
  EXPECT_TRUE(store_->find_images({.label = "cat"}, std::chrono::seconds(5)).images.empty());
}

TEST_F(RepairTest, AnImageWithoutAJobGetsOneToBeRetried) {
  auto image = upload();
  damage("DELETE FROM job");
  EXPECT_FALSE(store_->find_image(image.id));
  EXPECT_EQ(repair(), (Repairs{.images_without_job = 1}));
  auto found = store_->find_image(image.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->job.state, domain::JobState::failed);
  ASSERT_TRUE(store_->retry_job(found->job.public_id, {"admin", ""}, now_));
  complete("{}");
}

}  // namespace
}  // namespace darkroom::store
