// Many jobs are cancelled or moved, or images deleted, while some of them move on: what goes back from running to waiting is met all the same, and what no longer meets the
// conditions is left. On both databases.
#include "store/postgres_place.h"
#include "store/sql/sqlite_database.h"
#include "store/sql_store.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <utility>

namespace darkroom::store {
namespace {

using domain::JobState;
using testing_support::shared_postgres;

// Another one, before and after whose next write something may be done.
class Interrupted final : public Database {
 public:
  explicit Interrupted(std::unique_ptr<Database> inner) : inner_(std::move(inner)) {}
  bool is_shared() const override { return inner_->is_shared(); }
  void write_together(const SharedVerb& verb, void* ask, std::size_t weight) override { inner_->write_together(verb, ask, weight); }
  std::shared_future<void> write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) override { return inner_->write_together_early(verb, ask, weight); }
  void on_commit(std::function<void(const std::vector<Event>&)> listener) override { inner_->on_commit(std::move(listener)); }

  std::function<void()> before_write, after_write;  // once
  int writes = 0;

 private:
  void write_blocking(std::function<void(Transaction&)> work) override {
    ++writes;
    if (auto act = std::exchange(before_write, nullptr)) act();
    inner_->write([&](Transaction& transaction) { return work(transaction), true; });
    if (auto act = std::exchange(after_write, nullptr)) act();
  }
  void write_apart_blocking(std::function<void(Transaction&)> work) override {
    inner_->write_apart([&](Transaction& transaction) { return work(transaction), true; });
  }
  void read_blocking(const std::function<void(Connection&)>& work, Found) override {
    inner_->read([&](Connection& connection) { return work(connection), true; });
  }

  std::unique_ptr<Database> inner_;
};

class ActingPasses : public testing::TestWithParam<const char*> {
 protected:
  ActingPasses() {
    std::unique_ptr<Database> inner;
    if (GetParam() == std::string("postgres")) {
      place_.emplace(shared_postgres());
      inner = place_->open();
    } else {
      folder_ = testing::TempDir() + "passes-" + std::to_string(::getpid());
      std::filesystem::remove_all(folder_);
      std::filesystem::create_directories(folder_);
      inner = std::make_unique<SqliteDatabase>(folder_ + "/darkroom.db", now_);
    }
    auto made = std::make_unique<Interrupted>(std::move(inner));
    database_ = made.get();
    store_ = std::make_unique<SqlStore>(std::move(made));
  }
  ~ActingPasses() override {
    store_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  ImageRecord upload(std::optional<Time> run_at = {}) {
    NewImage photo{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    photo.run_at = run_at;
    return store_->create_image(photo, kAdmin, now_).value();
  }

  domain::ClaimedJob claim() { return store_->claim({.node = "n", .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).at(0); }
  void fail(const domain::ClaimedJob& job) {
    domain::Failed failed{{"model_unavailable", "x"}, domain::Failed::Kind::transient};
    store_->finish({job.fence, failed, "w", "v"}, {}, {.first_delay = 60s, .jitter = 0}, now_).stored.get();
  }

  // A photo runs, another waits. While the second one is changed the first one's attempt fails, and it waits for its retry.
  BulkResult act_while_one_goes_back(const BulkAction& action, std::optional<Time> run_at = {}) {
    runs_ = upload();
    auto job = claim();
    waits_ = upload(run_at);
    database_->after_write = [&] {
      late_ = upload();
      fail(job);
    };
    return store_->act_on_jobs({}, action, false, kAdmin, now_);
  }
  domain::JobState state_of(const ImageRecord& image) { return store_->find_image(image.id)->job.state; }
  int priority_of(const ImageRecord& image) { return store_->find_image(image.id)->job.priority; }

  const Actor kAdmin{"admin", ""};
  Time now_ = from_micros(1'700'000'000'000'000);
  std::optional<PostgresPlace> place_;
  std::string folder_;
  std::unique_ptr<SqlStore> store_;
  Interrupted* database_;
  ImageRecord runs_, waits_, late_;
};

TEST_P(ActingPasses, CancellingAllMeetsWhatGoesBackToWait) {
  BulkResult result = act_while_one_goes_back(Cancel{}, now_ + 1h);
  EXPECT_EQ(state_of(runs_), JobState::cancelled);
  EXPECT_EQ(state_of(waits_), JobState::cancelled);
  EXPECT_EQ(state_of(late_), JobState::queued) << "it came later";
  EXPECT_EQ(result.matched, 2);
  EXPECT_EQ(result.changed, 2);
}

TEST_P(ActingPasses, MovingAllMeetsWhatGoesBackToWait) {
  BulkResult result = act_while_one_goes_back(Reprioritise{7});
  EXPECT_EQ(state_of(runs_), JobState::scheduled);
  EXPECT_EQ(priority_of(runs_), 7);
  EXPECT_EQ(priority_of(waits_), 7);
  EXPECT_EQ(priority_of(late_), 0) << "it came later";
  EXPECT_EQ(result.matched, 2);
  EXPECT_EQ(result.changed, 2);
}

TEST_P(ActingPasses, MovingAllLeavesWhatSomebodyMovedAgainMeanwhile) {
  waits_ = upload();
  database_->after_write = [&] { store_->reprioritise_job(waits_.job.public_id, 50, kAdmin, now_, {}).value(); };
  BulkResult result = store_->act_on_jobs({}, Reprioritise{7}, false, kAdmin, now_);
  EXPECT_EQ(priority_of(waits_), 50);
  EXPECT_EQ(result.changed, 1);
}

// Each cancelled job freed a slot, and the next pass cancelled what had begun to run in it.
TEST_P(ActingPasses, CancellingWhatRunsLeavesWhatRunsInTheFreedSlots) {
  runs_ = upload();
  claim();
  waits_ = upload();
  database_->after_write = [&] { claim(); };
  BulkResult result = store_->act_on_jobs({.states = {JobState::running}}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(state_of(runs_), JobState::cancelled);
  EXPECT_EQ(state_of(waits_), JobState::running);
  EXPECT_EQ(result.matched, 1);
  EXPECT_EQ(result.changed, 1);
}

TEST_P(ActingPasses, CancellingOfSomeStatesLeavesWhatComesIntoTheLaterOnesMeanwhile) {
  runs_ = upload(now_ + 1h);
  waits_ = upload();
  database_->before_write = [&] { claim(); };
  BulkResult result = store_->act_on_jobs({.states = {JobState::scheduled, JobState::running}}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(state_of(runs_), JobState::cancelled);
  EXPECT_EQ(state_of(waits_), JobState::running);
  EXPECT_EQ(result.changed, 1);
}

TEST_P(ActingPasses, MovingWhatIsScheduledLeavesWhatComesToBeScheduledMeanwhile) {
  runs_ = upload();
  waits_ = upload(now_ + 1h);
  database_->after_write = [&, job = claim()] { fail(job); };
  BulkResult result = store_->act_on_jobs({.states = {JobState::scheduled}}, Reprioritise{7}, false, kAdmin, now_);
  EXPECT_EQ(state_of(runs_), JobState::scheduled);
  EXPECT_EQ(priority_of(runs_), 0);
  EXPECT_EQ(priority_of(waits_), 7);
  EXPECT_EQ(result.matched, 1);
  EXPECT_EQ(result.changed, 1);
}

TEST_P(ActingPasses, CancellingWhatWaitsLeavesWhatHasStartedMeanwhile) {
  waits_ = upload();
  database_->before_write = [&] { claim(); };
  BulkResult result = store_->act_on_jobs({.states = {JobState::queued}}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(state_of(waits_), JobState::running);
  EXPECT_EQ(result.changed, 0);
}

TEST_P(ActingPasses, CancellingWhatWaitsMeetsWhatHasStartedAndGoneBackMeanwhile) {
  waits_ = upload();
  database_->before_write = [&] {
    database_->after_write = [&, job = claim()] { fail(job); };
  };
  BulkResult result = store_->act_on_jobs({.states = {JobState::scheduled, JobState::queued}}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(state_of(waits_), JobState::cancelled);
  EXPECT_EQ(result.changed, 1);
}

TEST_P(ActingPasses, MovingWhatIsScheduledLeavesWhatIsInLineMeanwhile) {
  waits_ = upload(now_ + 1h);
  database_->before_write = [&] { store_->promote_due(10, now_ + 1h); };
  BulkResult result = store_->act_on_jobs({.states = {JobState::scheduled}}, Reprioritise{7}, false, kAdmin, now_);
  EXPECT_EQ(state_of(waits_), JobState::queued);
  EXPECT_EQ(priority_of(waits_), 0);
  EXPECT_EQ(result.changed, 0);
}

TEST_P(ActingPasses, CancellingByAnErrorLeavesWhatTriesAgainMeanwhile) {
  waits_ = upload();
  fail(claim());
  database_->before_write = [&] {
    store_->promote_due(10, now_ + 1h);
    claim();
  };
  BulkResult result = store_->act_on_jobs({.error_code = "model_unavailable"}, Cancel{}, false, kAdmin, now_);
  EXPECT_EQ(state_of(waits_), JobState::running);
  EXPECT_EQ(result.changed, 0);
}

TEST_P(ActingPasses, DeletingWhatWasFoundLeavesWhatNoLongerMeetsTheConditions) {
  std::vector<ImageId> found;
  for (int i = 0; i < 3; ++i) found.push_back(upload().id);
  store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_);
  store_->delete_image(found[2], kAdmin, now_, {}).value();
  database_->before_write = [&] { store_->reprocess_image(found[0], {}, kAdmin, now_).value(); };
  EXPECT_EQ(store_->delete_found(found, {.states = {JobState::cancelled}}, kAdmin, now_), 1);
  ASSERT_TRUE(store_->find_image(found[0])) << "it is wanted again";
  EXPECT_EQ(store_->find_image(found[0])->job.state, JobState::queued);
  EXPECT_FALSE(store_->find_image(found[1]));
}

TEST_P(ActingPasses, DeletingWhatWaitsLeavesWhatHasStartedMeanwhile) {
  waits_ = upload();
  database_->before_write = [&] { claim(); };
  EXPECT_EQ(store_->delete_found({waits_.id}, {.states = {JobState::scheduled, JobState::queued}}, kAdmin, now_), 0);
  EXPECT_EQ(state_of(waits_), JobState::running);
}

TEST_P(ActingPasses, PruningLeavesWhatIsWantedAgainMeanwhile) {
  auto wanted = upload(), old = upload();
  store_->act_on_jobs({}, Cancel{}, false, kAdmin, now_);
  database_->before_write = [&] { store_->reprocess_image(wanted.id, {}, kAdmin, now_).value(); };
  EXPECT_EQ(store_->prune_images(0, JobState::cancelled, now_ + 24h, kAdmin, now_).count, 1);
  EXPECT_FALSE(store_->find_image(old.id));
  ASSERT_TRUE(store_->find_image(wanted.id));
  EXPECT_EQ(state_of(wanted), JobState::queued);
}

TEST_P(ActingPasses, WhatWasFoundIsDeletedManyAtATimeAndEachHasItsEvent) {
  std::vector<ImageId> found;
  for (int i = 0; i < 70; ++i) found.insert(found.begin(), upload().id);
  auto last = found.front();
  found.push_back(ImageId{999});
  database_->writes = 0;
  EXPECT_EQ(store_->delete_found(found, {.limit = 5}, kAdmin, now_), 70);
  EXPECT_LE(database_->writes, 3);
  std::vector<std::int64_t> told;
  for (const Event& event : store_->events(0, std::nullopt, 1000)) {
    if (event.type == "image.deleted" && event.job) told.push_back(event.image->value);
  }
  EXPECT_EQ(told.size(), 70u);
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_FALSE(store_->find_image(last));
  EXPECT_EQ(store_->blobs_to_remove("here").size(), 1u);
}

TEST_P(ActingPasses, NoBatchIsMadeOfWhatSomebodyElseRunsAgainMeanwhile) {
  waits_ = upload();
  store_->cancel_job(waits_.job.public_id, kAdmin, now_).value();
  Reprocess how{.batch = "01a203b7-eb0f-71c7-bfff-d37c3c46b2f2", .new_batch = NewBatch{"album", "minji"}};
  database_->before_write = [&] { store_->reprocess_image(waits_.id, {}, kAdmin, now_).value(); };
  EXPECT_EQ(store_->act_on_jobs({}, how, false, kAdmin, now_).changed, 0);
  EXPECT_FALSE(store_->find_batch(*how.batch));
  for (const Event& event : store_->events(0, std::nullopt, 100)) EXPECT_EQ(event.type.find("batch."), std::string::npos) << event.type;
  store_->cancel_job(store_->find_image(waits_.id)->job.public_id, kAdmin, now_).value();
  EXPECT_EQ(store_->act_on_jobs({}, how, false, kAdmin, now_).changed, 1);
  EXPECT_EQ(store_->find_batch(*how.batch)->total, 1);
  EXPECT_EQ(store_->find_batch(*how.batch)->title, "album");
}

INSTANTIATE_TEST_SUITE_P(Databases, ActingPasses, testing::Values("sqlite", "postgres"), [](const auto& made) { return std::string(made.param); });

}  // namespace
}  // namespace darkroom::store
