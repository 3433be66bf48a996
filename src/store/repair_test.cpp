// What no transaction of this program leaves behind is put into the database by hand, and repaired: on both databases.
#include "domain/maintenance.h"
#include "store/open_store.h"
#include "store/postgres_place.h"
#include "store/sql/sqlite_connection.h"
#include "store/sql_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

namespace darkroom::store {
namespace {

// A database that can be opened as a store, and written to by hand while it is not.
class Home {
 public:
  virtual ~Home() = default;
  virtual std::unique_ptr<Store> open(Time now) = 0;
  virtual void execute(const char* sql) = 0;
};

class SqliteHome final : public Home {
 public:
  SqliteHome() : folder_(testing::TempDir() + "repair-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SqliteHome() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Store> open(Time now) override { return open_store(path(), now); }
  void execute(const char* sql) override { SqliteConnection(path(), SqliteConnection::Mode::writer).execute(sql); }

 private:
  std::string path() const { return folder_ + "/darkroom.db"; }
  std::string folder_;
};

class PostgresHome final : public Home {
 public:
  std::unique_ptr<Store> open(Time) override { return std::make_unique<SqlStore>(place_.open()); }
  void execute(const char* sql) override { place_.connect()->run_script(sql, 20s); }

 private:
  PostgresPlace place_{testing_support::shared_postgres()};
};

struct Kind {
  const char* name;
  std::unique_ptr<Home> (*make)();
};

class RepairTest : public testing::TestWithParam<Kind> {
 protected:
  RepairTest() : home_(GetParam().make()), store_(home_->open(now_)) {}

  ImageRecord upload(const std::string& owner = "minji", std::int64_t byte_count = 5) {
    NewImage image{.title = "a", .owner = owner, .sha256 = std::string(64, 'a'), .byte_count = byte_count, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store_->create_image(image, {"admin", ""}, now_).value();
  }

  void complete(const std::string& document) {
    auto job = store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).at(0);
    store_->finish({job.fence, domain::Succeeded{{}, document}, "w", "v"}, {}, {}, now_).stored.get();
  }

  void damage(const char* sql) {
    store_.reset();
    home_->execute(sql);
    store_ = home_->open(now_);
  }

  Repairs repair() {
    Repairs of_jobs = store_->repair_jobs(0, now_).repairs, all = store_->repair_images(0, "demo", now_).repairs;
    for (const WrongSum& wrong : store_->look_at_sums("").wrong) all.wrong_sums += store_->repair_sum(wrong, now_) ? 1 : 0;
    all.open_attempts = of_jobs.open_attempts;
    all.wrong_lanes = of_jobs.wrong_lanes;
    return all;
  }

  int repairs_told() {
    int count = 0;
    for (const Event& event : store_->events(0, std::nullopt, 1000)) count += event.type == "cleanup.repaired" ? 1 : 0;
    return count;
  }

  Time now_ = from_micros(1'700'000'000'000'000);
  std::unique_ptr<Home> home_;
  std::unique_ptr<Store> store_;
};

TEST_P(RepairTest, AnOpenAttemptThatNobodyRunsIsClosed) {
  auto image = upload();
  complete("{}");
  damage("UPDATE attempt SET ending = NULL, finished_at = NULL");
  EXPECT_EQ(repair(), (Repairs{.open_attempts = 1}));
  EXPECT_EQ(store_->attempts_of(image.job.id).at(0).ending, "interrupted");
  EXPECT_EQ(repairs_told(), 1);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_P(RepairTest, TheAttemptOfARunningJobStaysOpen) {
  upload();
  store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_P(RepairTest, AJobInAForeignLaneIsPutIntoItsOwn) {
  upload();
  damage("UPDATE job SET lane = 'ai_processing/gone'");
  EXPECT_TRUE(store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).empty());
  EXPECT_EQ(repair(), (Repairs{.wrong_lanes = 1}));
  EXPECT_EQ(store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).size(), 1u);
}

TEST_P(RepairTest, MaintenanceIsPutIntoTheLaneOfItsKind) {
  domain::Schedule rule{.name = "tidy", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::cleanup)};
  store_->put_schedule(rule, now_, {"admin", ""}, now_).value();
  store_->run_schedule("tidy", 4, {"admin", ""}, now_).value();
  EXPECT_EQ(repair(), Repairs{});
  damage("UPDATE job SET lane = 'maintenance/'");
  EXPECT_EQ(repair(), (Repairs{.wrong_lanes = 1}));
  EXPECT_EQ(store_->claim({.node = "n", .worker = "w", .lanes = {domain::maintenance_lane(domain::kind::cleanup)}, .count = 1}, now_).size(), 1u);
}

TEST_P(RepairTest, AnImagePointsToItsNewestJob) {
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

TEST_P(RepairTest, AnImageShowsItsNewestResult) {
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
TEST_P(RepairTest, AnImageIsFoundByTheLabelsOfTheResultThatItShows) {
  auto image = upload();
  complete(R"({"result":{"detected_objects":[{"class":"cat"}]}})");
  ASSERT_TRUE(store_->reprocess_image(image.id, {}, {"admin", ""}, now_));
  complete(R"({"result":{"detected_objects":[{"class":"dog"},{"class":"dog"}],"classes":[{"class":"indoors"}],"regions":[{"class":"sky"}]}})");
  damage("UPDATE image SET result_job_id = (SELECT MIN(id) FROM job), labels = '\ncat\n'");
  EXPECT_EQ(repair(), (Repairs{.stale_results = 1}));
  for (const char* label : {"dog", "indoors", "sky"}) EXPECT_EQ(store_->find_images({.label = label}, std::chrono::seconds(5)).images.size(), 1u) << label;
  EXPECT_TRUE(store_->find_images({.label = "cat"}, std::chrono::seconds(5)).images.empty());
}

TEST_P(RepairTest, AnImageWithoutAJobGetsOneToBeRetried) {
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

TEST_P(RepairTest, WhatAnOwnersPhotosTakeIsPutRight) {
  upload();
  upload();
  const char* const kDamages[] = {"UPDATE owner_bytes SET bytes = bytes + 7", "UPDATE owner_bytes SET bytes = -1", "DELETE FROM owner_bytes",
                                  "UPDATE owner_bytes SET owner = 'joon'"};
  const std::int64_t kWrong[] = {1, 1, 1, 2};
  for (int i = 0; i < 4; ++i) {
    damage(kDamages[i]);
    EXPECT_NE(store_->bytes_of("minji"), 10) << kDamages[i];
    EXPECT_EQ(repair(), (Repairs{.wrong_sums = kWrong[i]})) << kDamages[i];
    EXPECT_EQ(store_->bytes_of("minji"), 10) << kDamages[i];
    EXPECT_EQ(store_->bytes_of("joon"), 0) << kDamages[i];
    EXPECT_EQ(repair(), Repairs{});
  }
  EXPECT_EQ(repairs_told(), 5);
}

// By hand as by the verbs: the database itself keeps count.
TEST_P(RepairTest, WhatIsDoneToPhotosByHandIsCountedToo) {
  upload();
  upload();
  damage("UPDATE image SET byte_count = byte_count + 1");
  EXPECT_EQ(store_->bytes_of("minji"), 12);
  damage("UPDATE image SET owner = 'joon' WHERE id = 1");
  EXPECT_EQ(store_->bytes_of("minji"), 6);
  EXPECT_EQ(store_->bytes_of("joon"), 6);
  damage("DELETE FROM image");
  EXPECT_EQ(store_->bytes_of("minji"), 0);
  EXPECT_EQ(store_->bytes_of("joon"), 0);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_P(RepairTest, EachOwnersSumIsLookedAtWithPhotosAndWithout) {
  for (const char* owner : {"minji", "joon", "sua"}) upload(owner, 3);
  damage("UPDATE owner_bytes SET bytes = 1 WHERE owner <> 'minji'");
  EXPECT_EQ(store_->look_at_sums("joon").wrong.size(), 1u) << "of those after it";
  EXPECT_EQ(store_->look_at_sums("").wrong.size(), 2u);
}

TEST_P(RepairTest, ASumIsPutRightByWhatWasFoundThoughPhotosCameAndWentSince) {
  auto first = upload("minji", 5);
  upload("minji", 7);
  damage("UPDATE owner_bytes SET bytes = bytes + 100");
  auto wrong = store_->look_at_sums("").wrong;
  ASSERT_EQ(wrong.size(), 1u);
  upload("minji", 11);
  ASSERT_TRUE(store_->delete_image(first.id, {"admin", ""}, now_, {}));
  EXPECT_TRUE(store_->repair_sum(wrong[0], now_));
  EXPECT_EQ(store_->bytes_of("minji"), 18);
  EXPECT_EQ(repair(), Repairs{});
}

TEST_P(RepairTest, OfTwoThatFoundASumWrongOnePutsItRight) {
  upload("minji", 5);
  for (const char* sql : {"UPDATE owner_bytes SET bytes = bytes + 100", "DELETE FROM owner_bytes", "UPDATE owner_bytes SET bytes = bytes - 30"}) {
    damage(sql);
    auto found = store_->look_at_sums("").wrong, by_another = store_->look_at_sums("").wrong;
    EXPECT_TRUE(store_->repair_sum(found.at(0), now_)) << sql;
    upload("minji", 1);
    EXPECT_FALSE(store_->repair_sum(by_another.at(0), now_)) << sql;
    EXPECT_EQ(repair(), Repairs{}) << sql;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, RepairTest,
                         testing::Values(Kind{"sqlite", []() -> std::unique_ptr<Home> { return std::make_unique<SqliteHome>(); }},
                                         Kind{"postgres", []() -> std::unique_ptr<Home> { return std::make_unique<PostgresHome>(); }}),
                         [](const auto& made) { return std::string(made.param.name); });

}  // namespace
}  // namespace darkroom::store
