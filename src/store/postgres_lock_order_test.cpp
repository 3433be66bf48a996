// The order in which verbs take their locks: whoever waits for one holds none that comes after it, so no two verbs wait for each other in a circle.
#include "store/postgres_place.h"
#include "store/sql_images.h"
#include "store/sql_intake.h"
#include "store/sql_store.h"

#include <array>
#include <functional>
#include <future>
#include <utility>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

const Actor kAdmin{"admin", ""};
const std::string kFirst(64, 'a'), kSecond(64, 'b');  // contents

class PostgresLockOrder : public testing::Test {
 protected:
  PostgresLockOrder() : place_(shared_postgres()) {
    place_.options.lock_timeout = place_.options.statement_timeout = 30s;
    store_ = std::make_unique<SqlStore>(place_.open());
  }

  ImageRecord upload(const std::string& content = kFirst, NewImage image = {}) {
    image.title = "a";
    image.owner = "minji";
    image.sha256 = content;
    image.byte_count = image.width = image.height = 1;
    image.format = "JPEG";
    image.model = "demo";
    return store_->create_image(image, kAdmin, now_).value();
  }

  std::vector<domain::ClaimedJob> claim(int count) {
    return store_->claim({.node = "01890000-0000-7000-8000-000000000001", .worker = "w", .lanes = {"ai_processing/demo"}, .count = count}, now_);
  }

  static Finish ended(const domain::ClaimedJob& job, domain::Ending ending) { return {job.fence, std::move(ending), "w", "v"}; }
  static domain::Succeeded found_a_cat() {
    domain::Succeeded success{{}, "{}"};
    success.outcome.found.objects.push_back({.label = "cat"});
    return success;
  }
  void finish(const std::vector<Finish>& finishes) { store_->finish_all(finishes, {}, {}, now_).stored.get(); }
  void finish_line() {
    for (const auto& job : claim(10)) finish({ended(job, domain::Succeeded{{}, "{}"})});
  }

  // Whether a verb that waits for what `held` has locked leaves free what `wanted` locks, or asks for.
  bool leaves_free(const std::string& held, const std::string& wanted, const std::function<void()>& verb) {
    auto holder = place_.connect(), other = place_.connect();
    holder->run_script("BEGIN; " + held, 20s);
    auto waiting = std::async(std::launch::async, verb);
    EXPECT_TRUE(comes_true([&] { return other->query("SELECT COUNT(*) FROM pg_locks WHERE NOT granted").front().integer(0) > 0; }));
    bool free = false;
    try {
      free = other->query(wanted).size() == 1;
    } catch (const StoreUnavailable&) {
      // somebody has it
    }
    holder->run_script("ROLLBACK", 20s);
    waiting.get();
    return free;
  }

  bool waits_for_a_lock(int sessions) {
    auto looker = place_.connect();
    return comes_true([&] { return looker->query("SELECT COUNT(DISTINCT pid) FROM pg_locks WHERE NOT granted").front().integer(0) == sessions; });
  }

  static std::string pid_of(PostgresConnection& session) { return std::to_string(session.query("SELECT pg_backend_pid()").front().integer(0)); }

  ImageRecord cancelled_in_a_batch(const std::string& content) {
    NewImage image;
    image.batch = store_->create_batch("album", "minji", kAdmin, now_).public_id;
    auto made = upload(content, image);
    store_->cancel_job(made.job.public_id, kAdmin, now_).value();
    return made;
  }

  // A retry that has the image and waits for its batch.
  class Retrying {
   public:
    Retrying(PostgresLockOrder& test, const ImageRecord& image) : holder_(test.place_.connect()) {
      holder_->run_script("BEGIN; SELECT id FROM batch FOR UPDATE", 20s);
      retried_ = std::async(std::launch::async, [&test, image] { return test.store_->retry_job(image.job.public_id, kAdmin, test.now_).value().job.public_id; });
      EXPECT_TRUE(test.waits_for_a_lock(1));
    }
    // Its job, once it is committed.
    std::string let_go() {
      holder_->run_script("ROLLBACK", 20s);
      return retried_.get();
    }

   private:
    std::unique_ptr<PostgresConnection> holder_;
    std::future<std::string> retried_;
  };

  static std::string lock_of(const char* table, std::int64_t id) { return std::string("SELECT id FROM ") + table + " WHERE id = " + std::to_string(id) + " FOR UPDATE"; }
  static std::string image_now(const ImageRecord& image) { return lock_of("image", image.id.value) + " NOWAIT"; }
  static std::string content(const std::string& sha256) { return "SELECT pg_advisory_xact_lock(hashtextextended('" + sha256 + "', 6271))"; }
  static std::string content_now(const std::string& sha256) {
    return "SELECT 1 FROM (SELECT pg_try_advisory_xact_lock(hashtextextended('" + sha256 + "', 6271)) AS given) AS tried WHERE given";
  }

  PostgresPlace place_;
  std::unique_ptr<SqlStore> store_;
  Time now_ = from_micros(1'700'000'000'000'000);
};

TEST_F(PostgresLockOrder, ADeletionTakesTheJobBeforeTheImage) {
  for (bool expects : {false, true}) {
    auto image = upload(expects ? kSecond : kFirst);
    Expectation<ImageRecord> any;
    if (expects) any = [](const ImageRecord&) { return true; };
    EXPECT_TRUE(leaves_free(lock_of("job", image.job.id.value), image_now(image), [&] { EXPECT_TRUE(store_->delete_image(image.id, kAdmin, now_, any)); }));
  }
}

TEST_F(PostgresLockOrder, AChangeOfPriorityTakesTheJobBeforeTheImage) {
  auto image = upload();
  EXPECT_TRUE(leaves_free(lock_of("job", image.job.id.value), image_now(image), [&] { EXPECT_TRUE(store_->change_image(image.id, {.priority = 5}, {}, kAdmin, now_)); }));
}

TEST_F(PostgresLockOrder, ADeletionOfWhatWasFoundTakesTheJobBeforeTheImage) {
  auto image = upload();
  EXPECT_TRUE(leaves_free(lock_of("job", image.job.id.value), image_now(image), [&] { EXPECT_EQ(store_->delete_found({image.id}, {}, kAdmin, now_), 1); }));
}

TEST_F(PostgresLockOrder, ADeletionOfManyTakesContentsJobsAndImagesInTheirOrders) {
  auto first = upload(kSecond), second = upload(kFirst);
  auto both = [&, images = std::vector{second.id, first.id}] { EXPECT_EQ(store_->delete_found(images, {}, kAdmin, now_), 2); };
  EXPECT_TRUE(leaves_free(content(kFirst), content_now(kSecond), both));
  first = upload(std::string(64, 'c')), second = upload(std::string(64, 'd'));
  EXPECT_TRUE(leaves_free(lock_of("job", first.job.id.value), lock_of("job", second.job.id.value) + " NOWAIT",
                          [&] { EXPECT_EQ(store_->delete_found({second.id, first.id}, {}, kAdmin, now_), 2); }));
  first = upload(std::string(64, 'e')), second = upload(std::string(64, 'f'));
  EXPECT_TRUE(leaves_free(lock_of("image", first.id.value), image_now(second), [&] { EXPECT_EQ(store_->delete_found({second.id, first.id}, {}, kAdmin, now_), 2); }));
}

// Of the job that a retry has committed, while the deletion waited for the image.
TEST_F(PostgresLockOrder, ADeletionThatWaitedForARetryTellsItsJob) {
  for (bool expects : {false, true}) {
    Expectation<ImageRecord> any;
    if (expects) any = [](const ImageRecord&) { return true; };
    auto image = cancelled_in_a_batch(expects ? kSecond : kFirst);
    Retrying retry(*this, image);
    auto deleting = std::async(std::launch::async, [&] { return store_->delete_image(image.id, kAdmin, now_, any).has_value(); });
    EXPECT_TRUE(waits_for_a_lock(2));
    std::string job = retry.let_go();
    EXPECT_TRUE(deleting.get());
    auto told = store_->events(0, image.id, 100);
    EXPECT_EQ(told.back().type, "image.deleted");
    EXPECT_EQ(told.back().job, job);
  }
}

TEST_F(PostgresLockOrder, ADeletionOfManyHoldsNoImageWhenItWaitsForAJobThatCameMeanwhile) {
  auto image = cancelled_in_a_batch(kFirst), other = upload();
  auto holder = place_.connect(), finisher = place_.connect(), looker = place_.connect();
  holder->run_script("BEGIN; " + lock_of("image", other.id.value), 20s);
  Retrying retry(*this, image);
  auto deleting = std::async(std::launch::async, [&] { return store_->delete_found({image.id, other.id}, {}, kAdmin, now_); });
  EXPECT_TRUE(waits_for_a_lock(2));
  std::string job = retry.let_go();
  EXPECT_TRUE(waits_for_a_lock(1)) << "for the other image";
  finisher->run_script("BEGIN; SELECT id FROM job WHERE public_id = '" + job + "' FOR UPDATE", 20s);
  holder->run_script("ROLLBACK", 20s);
  EXPECT_TRUE(comes_true([&] { return looker->query("SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid' AND transactionid IN "
                                                    "(SELECT transactionid FROM pg_locks WHERE pid = " + pid_of(*finisher) + ")").front().integer(0) == 1; }));
  EXPECT_EQ(looker->query(image_now(image)).size(), 1u);
  finisher->run_script("ROLLBACK", 20s);
  EXPECT_EQ(deleting.get(), 2);
}

TEST_F(PostgresLockOrder, BytesAreLookedForWhileNobodyCanRemoveThem) {
  auto other = place_.connect();
  NewImage image;
  image.keep_again = [&] { EXPECT_EQ(other->query("SELECT pg_try_advisory_xact_lock(hashtextextended('" + kFirst + "', 6271))").front().integer(0), 0); };
  upload(kFirst, image);
}

TEST_F(PostgresLockOrder, ADeletionTakesTheContentBeforeTheJob) {
  auto image = upload();
  EXPECT_TRUE(leaves_free(content(kFirst), lock_of("job", image.job.id.value) + " NOWAIT", [&] { EXPECT_TRUE(store_->delete_image(image.id, kAdmin, now_, {})); }));
}

TEST_F(PostgresLockOrder, APhotoThatIsAskedForOnceMoreHoldsNoJobThatHasEnded) {
  NewImage numbered;
  numbered.site_photo = SitePhoto{"shop", 7, now_};
  auto image = upload(kFirst, numbered);
  finish_line();
  EXPECT_TRUE(leaves_free(lock_of("image", image.id.value), lock_of("job", image.job.id.value) + " NOWAIT", [&] { upload(kFirst, numbered); }));
  EXPECT_NE(store_->find_image(image.id)->job.id, image.job.id);
}

// Several that are served together: in what order they came does not matter.
TEST_F(PostgresLockOrder, PhotosThatAreAskedForOnceMoreTakeTheirJobsInOneOrder) {
  std::array<NewImage, 2> photos;
  std::array<ImageRecord, 2> images;
  for (int i = 0; i < 2; ++i) {
    photos[i].site_photo = SitePhoto{"shop", i, now_};
    images[i] = upload(i ? kSecond : kFirst, photos[i]);
    photos[i].sha256 = i ? kSecond : kFirst;
    photos[i].priority = 5;
  }
  auto database = place_.open();
  EXPECT_TRUE(leaves_free(lock_of("job", images[0].job.id.value), lock_of("job", images[1].job.id.value) + " NOWAIT", [&] {
    Intake later{photos[1], nullptr, kAdmin, now_, "01890000-0000-7000-8000-00000000000a"}, earlier{photos[0], nullptr, kAdmin, now_, "01890000-0000-7000-8000-00000000000b"};
    std::array<void*, 2> asks{&later, &earlier};
    database->write([&](Transaction& transaction) { return take_in_all(transaction, asks), true; });
    EXPECT_EQ(std::move(later).answer()->id, images[1].id);
    EXPECT_EQ(std::move(earlier).answer()->id, images[0].id);
  }));
  EXPECT_EQ(store_->find_image(images[1].id)->job.priority, 5);
}

TEST_F(PostgresLockOrder, EndingsTakeTheDeliveriesThatTheySupersedeInTheirOrder) {
  store_->create_endpoint({.url = "https://example.com/hook", .events = {}, .sealed_secret = "sealed"}, kAdmin, now_);
  std::vector<ImageRecord> images = {upload(), upload()};
  auto jobs = claim(2);
  finish({ended(jobs[1], found_a_cat())});
  finish({ended(jobs[0], found_a_cat())});
  place_.connect()->query("UPDATE delivery SET due_at = due_at + 1 WHERE id = (SELECT MIN(id) FROM delivery)");  // in each other order it comes second
  for (const ImageRecord& image : images) ASSERT_TRUE(store_->reprocess_image(image.id, {}, kAdmin, now_));
  jobs = claim(2);
  auto of_image = [&](int at) { return "SELECT id FROM delivery WHERE state = 'waiting' AND image_id = " + std::to_string(images[at].id.value) + " FOR UPDATE"; };
  EXPECT_TRUE(leaves_free(of_image(1), of_image(0) + " NOWAIT", [&] { finish({ended(jobs[0], found_a_cat()), ended(jobs[1], found_a_cat())}); }));
}

// Who seals it, or adds to it, has its row: whoever ends its last job goes on, and the batch is completed a moment later.
TEST_F(PostgresLockOrder, NobodyWhoEndsAJobWaitsForItsBatch) {
  place_.options.lock_timeout = 100ms;
  store_ = std::make_unique<SqlStore>(place_.open());
  std::vector<std::string> batches;
  for (int i = 0; i < 3; ++i) {
    NewImage photo;
    photo.batch = batches.emplace_back(store_->create_batch("album", "minji", kAdmin, now_).public_id);
    if (i > 0) photo.expires_at = now_ + 1min;
    photo.priority = 3 - i;
    photo.run_at = i == 2 ? std::optional(now_ + 1h) : std::nullopt;
    if (i == 2) photo.expires_at = now_ + 2min;
    upload(kFirst, photo);
    ASSERT_TRUE(store_->seal_batch(batches.back(), kAdmin, now_));
  }
  auto running = claim(1);
  auto holder = place_.connect();
  holder->run_script("BEGIN; SELECT id FROM batch FOR UPDATE", 20s);
  finish({ended(running.at(0), domain::Succeeded{{}, "{}"})});
  now_ += 90s;
  EXPECT_TRUE(claim(1).empty()) << "it has expired";
  now_ += 60s;
  EXPECT_EQ(store_->expire_due(10, now_).count, 1);
  EXPECT_EQ(store_->complete_batches(now_), 0);
  holder->run_script("ROLLBACK", 20s);
  EXPECT_EQ(store_->complete_batches(now_), 3);
  for (const std::string& batch : batches) EXPECT_TRUE(store_->find_batch(batch)->completed_at);
}

TEST_F(PostgresLockOrder, EndingsOfAllKindsTakeTheirJobsInOneOrder) {
  upload(), upload();
  auto jobs = claim(2);
  EXPECT_TRUE(leaves_free(lock_of("job", jobs[0].fence.job.value), lock_of("job", jobs[1].fence.job.value) + " NOWAIT",
                          [&] { finish({ended(jobs[0], domain::Crashed{{"decoder_crash", "x"}}), ended(jobs[1], domain::Succeeded{{}, "{}"})}); }));
}

TEST_F(PostgresLockOrder, EndingsTakeTheirImagesInOneOrder) {
  auto first = upload(), second = upload();
  auto jobs = claim(2);
  EXPECT_TRUE(leaves_free(lock_of("image", first.id.value), image_now(second), [&] { finish({ended(jobs[1], found_a_cat()), ended(jobs[0], found_a_cat())}); }));
}

TEST_F(PostgresLockOrder, CrashesTakeTheirContentsInOneOrder) {
  upload(kFirst), upload(kSecond);
  auto jobs = claim(2);
  place_.connect()->query("INSERT INTO content_crash (sha256, crashes, last_at) VALUES ('" + kFirst + "', 1, 1), ('" + kSecond + "', 1, 1)");
  auto row_of = [](const std::string& sha256) { return "SELECT sha256 FROM content_crash WHERE sha256 = '" + sha256 + "' FOR UPDATE"; };
  domain::Crashed crash{{"decoder_crash", "x"}};
  EXPECT_TRUE(leaves_free(row_of(kFirst), row_of(kSecond) + " NOWAIT", [&] { finish({ended(jobs[1], crash), ended(jobs[0], crash)}); }));
  EXPECT_EQ(store_->list_quarantine(10).size(), 2u);
}

TEST_F(PostgresLockOrder, PruningTakesContentsInOneOrder) {
  upload(kSecond), upload(kFirst);
  finish_line();
  EXPECT_TRUE(leaves_free(content(kFirst), content_now(kSecond), [&] { EXPECT_EQ(store_->prune_images(0, domain::JobState::completed, now_ + 1h, kAdmin, now_).count, 2); }));
}

TEST_F(PostgresLockOrder, TheSweepTakesContentsInOneOrder) {
  EXPECT_TRUE(leaves_free(content(kFirst), content_now(kSecond), [&] { EXPECT_EQ(store_->note_unused_blobs({kSecond, kFirst}, now_).size(), 2u); }));
}

TEST_F(PostgresLockOrder, ANewRunOfManyTakesTheirImagesInOneOrder) {
  auto first = upload(), second = upload();
  finish_line();
  ASSERT_TRUE(store_->reprocess_image(first.id, {}, kAdmin, now_));
  finish_line();
  EXPECT_TRUE(leaves_free(lock_of("image", first.id.value), image_now(second), [&] { EXPECT_EQ(store_->act_on_jobs({}, Reprocess{}, false, kAdmin, now_).changed, 2); }));
}

TEST_F(PostgresLockOrder, AnUploadTakesItsAccountBeforeItsKey) {
  store_->create_account({"minji", "uploader", "hash"}, kAdmin, now_).value();
  place_.connect()->query("UPDATE account SET byte_quota = 1000");
  NewImage keyed;
  keyed.within_quota = true;
  keyed.idempotency = IdempotencyKey{"minji", "first", std::string(64, '1')};
  EXPECT_TRUE(leaves_free("SELECT name FROM account WHERE name = 'minji' FOR UPDATE",
                          "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_locks WHERE relation = CAST('idempotency_key' AS regclass) AND mode = 'RowExclusiveLock')",
                          [&] { upload(kFirst, keyed); }));
}

}  // namespace
}  // namespace darkroom::store
