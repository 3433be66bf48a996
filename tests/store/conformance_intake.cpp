#include "base/hash.h"
#include "base/id.h"
#include "store/conformance.h"

#include <atomic>
#include <thread>
#include <tuple>

namespace darkroom::store {
namespace {

using Types = std::vector<std::string>;

TEST_P(StoreConformance, AnUploadIsImageJobAndOneEvent) {
  NewImage image = photo("minji", 7);
  image.external_id = "order-9";
  image.metadata = R"({"place":"서울"})";
  ImageRecord made = upload(image);
  EXPECT_GT(made.id.value, 0);
  EXPECT_TRUE(is_uuid(made.job.public_id));
  EXPECT_EQ(made.job.state, domain::JobState::queued);
  auto found = store_->find_image(made.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->owner, "minji");
  EXPECT_EQ(found->external_id, "order-9");
  EXPECT_EQ(found->metadata, R"({"place":"서울"})");
  EXPECT_EQ(found->job.priority, 7);
  EXPECT_EQ(found->created_at, now_);
  EXPECT_FALSE(found->document);
  EXPECT_EQ(event_types(made.id), Types{"image.created"});
}

TEST_P(StoreConformance, IdsOfImagesAreShortAndRise) {
  auto first = upload().id, second = upload().id;
  EXPECT_LT(first, second);
  EXPECT_LT(second.value, 100);
}

TEST_P(StoreConformance, WhatIsNotThereIsNotFound) {
  EXPECT_FALSE(store_->find_image(ImageId{99}));
  EXPECT_FALSE(store_->find_job("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"));
  EXPECT_EQ(store_->delete_image(ImageId{99}, {"admin", ""}, now_).error().code, domain::code::not_found);
  EXPECT_EQ(store_->reprocess_image(ImageId{99}, {}, {"admin", ""}, now_).error().code, domain::code::not_found);
  EXPECT_EQ(store_->retry_job("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", {"admin", ""}, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, ARowThatBreaksARuleIsRefusedAndTheStoreGoesOn) {
  NewImage wrong = photo();
  wrong.priority = 101;
  EXPECT_THROW(upload(wrong), StoreUnavailable);
  wrong = photo();
  wrong.sha256 = "short";
  EXPECT_THROW(upload(wrong), StoreUnavailable);
  EXPECT_TRUE(store_->list_images(std::nullopt, 10).images.empty());
  EXPECT_TRUE(store_->events(0, std::nullopt, 10).empty());
  upload();
}

// A bad request among good ones of the same commit group fails alone.
TEST_P(StoreConformance, OneBadRequestInAGroupFailsAlone) {
  std::atomic<int> stored = 0, refused = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 64; ++i) {
      clients.emplace_back([&, i] {
        NewImage image = photo("owner-" + std::to_string(i));
        if (i == 17) image.priority = 1000;
        try {
          upload(image);
          ++stored;
        } catch (const StoreUnavailable&) {
          ++refused;
        }
      });
    }
  }
  EXPECT_EQ(stored, 63);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(store_->count_jobs().queued, 63);
}

TEST_P(StoreConformance, ListsNewestFirstInPages) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(upload().id.value);
  ImagePage first = store_->list_images(std::nullopt, 2);
  ASSERT_EQ(first.images.size(), 2u);
  EXPECT_EQ(first.images[0].id.value, ids[4]);
  ASSERT_TRUE(first.next);
  ImagePage second = store_->list_images(first.next, 2);
  EXPECT_EQ(second.images[0].id.value, ids[2]);
  ImagePage last = store_->list_images(second.next, 2);
  EXPECT_EQ(last.images.size(), 1u);
  EXPECT_FALSE(last.next);
}

TEST_P(StoreConformance, DeletingFreesTheBlobOnlyWithItsLastImage) {
  auto first = upload(), second = upload();
  auto kept = store_->delete_image(first.id, {"admin", "asked for"}, now_);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(*kept);
  auto freed = store_->delete_image(second.id, {"admin", ""}, now_);
  ASSERT_TRUE(freed);
  EXPECT_EQ(*freed, std::string(64, 'a'));
  EXPECT_FALSE(store_->find_image(first.id));
  EXPECT_FALSE(store_->find_job(first.job.public_id));
  EXPECT_EQ(event_types(first.id).back(), "image.deleted");
  EXPECT_EQ(store_->events(0, first.id, 10).back().reason, "asked for");
}

TEST_P(StoreConformance, DeletingWhatIsNotAsExpectedLeavesItUntouched) {
  auto image = upload();
  auto before = event_types(image.id);
  ASSERT_TRUE(store_->change_image(image.id, {.title = "a new title"}, {}, {"admin", ""}, now_));
  auto as_read = [&](const ImageRecord& now) { return now.title == image.title; };
  auto refused = store_->delete_image(image.id, {"admin", ""}, now_, as_read);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::code::precondition_failed);
  EXPECT_EQ(store_->find_image(image.id)->title, "a new title");
  EXPECT_TRUE(store_->find_job(image.job.public_id));
  EXPECT_EQ(event_types(image.id).size(), before.size() + 1);
  EXPECT_TRUE(store_->blobs_to_remove(kFolder).empty());
  EXPECT_EQ(store_->delete_image(ImageId{99}, {"admin", ""}, now_, as_read).error().code, domain::code::not_found);
  EXPECT_TRUE(store_->delete_image(image.id, {"admin", ""}, now_, [](const ImageRecord& now) { return now.title == "a new title"; }));
  EXPECT_FALSE(store_->find_image(image.id));
}

// Between deleting the row and removing the file the same photo must not be accepted: its file is about to go.
TEST_P(StoreConformance, ContentThatIsBeingRemovedIsNotAcceptedUntilItIsGone) {
  auto only = upload();
  ASSERT_TRUE(store_->delete_image(only.id, {"admin", ""}, now_));
  EXPECT_EQ(store_->create_image(photo(), {"admin", ""}, now_).error().code, domain::code::conflict);
  reopen();
  EXPECT_EQ(store_->blobs_to_remove(kFolder), std::vector<std::string>{std::string(64, 'a')});
  store_->remove_content(std::string(64, 'a'), kFolder, [] {});
  EXPECT_TRUE(store_->blobs_to_remove(kFolder).empty());
  upload();
}

// Where the bytes were looked for after the commit, a slot was sooner, and the photo was missing.
TEST_P(StoreConformance, TheBytesOfAPhotoAreLookedForBeforeItsRowsAreThere) {
  NewImage image = photo();
  int looked = 0;
  image.keep_again = [&] {
    ++looked;
    EXPECT_EQ(store_->count_jobs().queued, 0);
  };
  ASSERT_TRUE(store_->create_image(image, {"admin", ""}, now_));
  EXPECT_EQ(looked, 1);
  image.keep_again = [] { throw std::runtime_error("the disk is tired"); };
  EXPECT_THROW((void)store_->create_image(image, {"admin", ""}, now_), std::runtime_error);
  EXPECT_EQ(store_->count_jobs().queued, 1) << "nothing is taken in without its bytes";
}

TEST_P(StoreConformance, AContentIsRemovedOnlyWhileNoImageHasIt) {
  auto only = upload();
  int unlinked = 0;
  auto unlink = [&] { ++unlinked; };
  EXPECT_FALSE(store_->remove_content(only.sha256, kFolder, unlink));
  EXPECT_EQ(unlinked, 0);
  ASSERT_TRUE(store_->delete_image(only.id, {"admin", ""}, now_));
  EXPECT_THROW(store_->remove_content(only.sha256, kFolder, [] { throw std::runtime_error("the disk is tired"); }), std::runtime_error);
  EXPECT_EQ(store_->blobs_to_remove(kFolder).size(), 1u) << "to be tried again";
  EXPECT_TRUE(store_->remove_content(only.sha256, kFolder, unlink));
  EXPECT_EQ(unlinked, 1);
  EXPECT_TRUE(store_->blobs_to_remove(kFolder).empty());
  EXPECT_TRUE(store_->remove_content(std::string(64, 'b'), kFolder, unlink)) << "noted or not";
}

// Whoever follows the note first, in whose folder the photo may not even be, leaves none for the process that has it.
TEST_P(StoreConformance, AContentIsRemovedFromEachFolder) {
  std::string other = "01890000-0000-7000-8000-0000000000f2", of_worker = "01890000-0000-7000-8000-0000000000f3";
  auto add = [&](const char* id, const char* url, const std::string& folder) {
    store_->register_node({.id = id, .name = id, .role = "web", .url = url, .blob_store = folder}, std::chrono::seconds(10), now_);
  };
  add("01890000-0000-7000-8000-000000000011", "http://a", kFolder);
  add("01890000-0000-7000-8000-000000000012", "http://b", kFolder);
  add("01890000-0000-7000-8000-000000000013", "http://c", other);
  add("01890000-0000-7000-8000-000000000014", "", of_worker);
  int unlinked = 0;
  auto removes = [&](const std::string& folder) { return store_->remove_content(photo().sha256, folder, [&] { ++unlinked; }); };
  auto noted = [&](const std::string& folder) { return store_->blobs_to_remove(folder).size(); };

  ASSERT_TRUE(store_->delete_image(upload().id, {"admin", ""}, now_));
  EXPECT_TRUE(removes(kFolder));
  EXPECT_EQ(std::tuple(noted(kFolder), noted(other), noted(of_worker)), std::tuple(0u, 1u, 0u));
  auto back = upload();
  EXPECT_FALSE(removes(other)) << "it has come back: whichever folder it lies in now";
  EXPECT_EQ(noted(other), 0u);
  ASSERT_TRUE(store_->delete_image(back.id, {"admin", ""}, now_));
  EXPECT_TRUE(removes(other));
  EXPECT_TRUE(removes(kFolder));
  EXPECT_EQ(noted(kFolder) + noted(other), 0u);
  EXPECT_EQ(unlinked, 3);
}

TEST_P(StoreConformance, DeletedIdsAreNotGivenAgain) {
  auto first = upload();
  ASSERT_TRUE(store_->delete_image(first.id, {"admin", ""}, now_));
  store_->remove_content(std::string(64, 'a'), kFolder, [] {});
  EXPECT_GT(upload().id, first.id);
}

TEST_P(StoreConformance, ReprocessMakesANewJobAndKeepsTheOldResultUntilANewOneSucceeds) {
  auto image = upload();
  finish(claim_one(), success(R"({"first":1})"));
  auto again = store_->reprocess_image(image.id, {.model = "other", .priority = 10}, {"admin", "better model"}, now_);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job.retry_of, image.job.public_id);
  EXPECT_EQ(again->job.model, "other");
  EXPECT_EQ(again->job.priority, 10);
  EXPECT_EQ(again->document, R"({"first":1})");
  EXPECT_EQ(store_->find_job(image.job.public_id)->state, domain::JobState::completed);
  EXPECT_EQ(store_->result_of(image.job.public_id), R"({"first":1})");
  EXPECT_FALSE(store_->result_of(again->job.public_id));

  auto claimed = store_->claim(wants(1, {"other"}), now_).at(0);
  finish(claimed, permanent());
  EXPECT_EQ(store_->find_image(image.id)->document, R"({"first":1})");
  ASSERT_TRUE(store_->retry_job(claimed.public_id, {"admin", ""}, now_));
  finish(store_->claim(wants(1, {"other"}), now_).at(0), success(R"({"second":2})"));
  EXPECT_EQ(store_->find_image(image.id)->document, R"({"second":2})");
  EXPECT_EQ(store_->jobs_of(image.id).size(), 3u);
}

TEST_P(StoreConformance, OnlyTheNewestFinalJobCanBeRetried) {
  auto image = upload();
  EXPECT_EQ(store_->retry_job(image.job.public_id, {"admin", ""}, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->reprocess_image(image.id, {}, {"admin", ""}, now_).error().code, domain::code::conflict);
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->retry_job(image.job.public_id, {"admin", ""}, now_));
  EXPECT_EQ(store_->retry_job(image.job.public_id, {"admin", ""}, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->find_job(image.job.public_id)->state, domain::JobState::failed);
}

TEST_P(StoreConformance, AccountsAndTokensAreFoundByNameAndHash) {
  store_->put_account({"admin", "admin", "hash-1"}, {"system", "first start"}, now_);
  store_->put_account({"admin", "admin", "hash-2"}, {"system", "reset"}, now_);
  EXPECT_EQ(store_->find_account("admin")->password_hash, "hash-2");
  EXPECT_FALSE(store_->find_account("nobody"));
  store_->put_token("bootstrap", "admin", sha256_hex("one"), "ne-1", now_);
  store_->put_token("bootstrap", "admin", sha256_hex("two"), "wo-2", now_);
  EXPECT_FALSE(store_->find_token(sha256_hex("one")));
  EXPECT_EQ(store_->find_token(sha256_hex("two"))->account.name, "admin");
}

TEST_P(StoreConformance, DataSurvivesAReopen) {
  auto image = upload();
  finish(claim_one(), success());
  reopen();
  EXPECT_EQ(store_->find_image(image.id)->job.state, domain::JobState::completed);
  EXPECT_EQ(event_types(image.id), (Types{"image.created", "job.started", "job.completed"}));
}

TEST_P(StoreConformance, ListenersHearOfACommitWithItsEvents) {
  std::vector<Event> heard;
  store_->on_commit([&](const std::vector<Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
  auto image = upload();
  NewImage wrong = photo();
  wrong.priority = 101;
  EXPECT_THROW(upload(wrong), StoreUnavailable);
  store_->on_commit(nullptr);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].type, "image.created");
  EXPECT_EQ(heard[0].job, image.job.public_id);
  EXPECT_EQ(heard[0].id, store_->events(0, std::nullopt, 10).back().id);
}

// The last image of a content goes while the same photo comes: either the newcomer keeps the blob, or it is told to come again.
TEST_P(StoreConformance, APhotoThatComesWhileItsLastImageGoesIsNotLeftWithoutItsBlob) {
  for (int round = 0; round < 40; ++round) {
    NewImage same = photo();
    auto old = upload(same).id;
    std::optional<Result<ImageRecord>> made;
    {
      std::jthread comes([&] { made.emplace(store_->create_image(same, {"admin", ""}, now_)); });
      std::jthread goes([&] { ASSERT_TRUE(store_->delete_image(old, {"admin", ""}, now_)); });
    }
    auto noted = store_->blobs_to_remove(kFolder);
    if (*made) {
      EXPECT_TRUE(noted.empty()) << "round " << round << ": the blob of a live image is to be removed";
      ASSERT_TRUE(store_->delete_image((*made)->id, {"admin", ""}, now_));
    } else {
      EXPECT_EQ(made->error().code, domain::code::conflict);
    }
    store_->remove_content(same.sha256, kFolder, [] {});
  }
}

}  // namespace
}  // namespace darkroom::store
