// Finding images: each condition, together, page by page in each order; and changing title and priority.
#include "store/conformance.h"

#include <algorithm>

namespace darkroom::store {
namespace {

using domain::JobState;

constexpr auto kLong = std::chrono::seconds(10);

NewImage named(NewImage image, const std::string& title) {
  image.title = title;
  return image;
}

// The same images in the same order, whole and as ids alone.
void expect_same(const FoundImages& whole, const FoundIds& which) {
  std::vector<std::int64_t> found, alone;
  for (const FoundImage& each : whole.images) found.push_back(each.image.id.value);
  for (ImageId id : which.ids) alone.push_back(id.value);
  EXPECT_EQ(alone, found);
  auto place = [](const std::optional<ImageKey>& key) { return key ? std::to_string(key->id) + " " + key->title : "none"; };
  EXPECT_EQ(place(which.next), place(whole.next)) << "the next page begins at the same place";
}

// Found whole, and found as ids alone.
std::vector<std::int64_t> ids(Store& store, const ImageQuery& query, std::optional<ImageKey>* next = nullptr) {
  FoundIds which = store.find_image_ids(query, kLong);
  expect_same(store.find_images(query, kLong), which);
  std::vector<std::int64_t> found;
  for (ImageId id : which.ids) found.push_back(id.value);
  if (next) *next = which.next;
  return found;
}

// Through all pages of two.
std::vector<std::int64_t> paged(Store& store, ImageQuery query) {
  std::vector<std::int64_t> found;
  query.limit = 2;
  do {
    auto page = ids(store, query, &query.after);
    found.insert(found.end(), page.begin(), page.end());
  } while (query.after);
  return found;
}

domain::Succeeded success_with(const std::vector<std::string>& labels) {
  domain::Succeeded success{{}, "{}"};
  for (const auto& label : labels) success.outcome.found.objects.push_back({label, 0.9, {}});
  return success;
}

using Ids = std::vector<std::int64_t>;

TEST_P(StoreConformance, FindsNewestFirstOldestFirstAndByTitlePageByPage) {
  upload(named(photo(), "b")), upload(named(photo(), "제주")), upload(named(photo(), "A")), upload(named(photo(), "b")), upload(named(photo(), "가을"));
  EXPECT_EQ(paged(*store_, {}), (Ids{5, 4, 3, 2, 1}));
  EXPECT_EQ(paged(*store_, {.sort = ImageSort::oldest}), (Ids{1, 2, 3, 4, 5}));
  EXPECT_EQ(paged(*store_, {.sort = ImageSort::title}), (Ids{3, 1, 4, 5, 2}));
}

TEST_P(StoreConformance, FindsAPartOfATitleInAnyCaseAndEitherSpelling) {
  upload(named(photo(), "Straße in Seoul.JPG")), upload(named(photo(), "제주도 여행.jpg")), upload(named(photo(), "100%_done"));
  EXPECT_EQ(ids(*store_, {.title = "STRASSE"}), (Ids{1}));
  EXPECT_EQ(ids(*store_, {.title = "주도"}), (Ids{2}));
  EXPECT_EQ(ids(*store_, {.title = "\xE1\x84\x8C\xE1\x85\xA6\xE1\x84\x8C\xE1\x85\xAE"}), (Ids{2}));  // the same syllables as a Mac spells them
  EXPECT_EQ(ids(*store_, {.title = "%_"}), (Ids{3}));
  EXPECT_EQ(ids(*store_, {.title = ".jpg"}), (Ids{2, 1}));
  EXPECT_EQ(ids(*store_, {.title = "nothing"}), Ids{});
}

TEST_P(StoreConformance, FindsByOwnerModelAndTime) {
  for (auto image : {named(photo("minji"), "a"), named(photo("joon"), "b"), named(photo("minji", 0, "cars"), "c")}) {
    now_ += std::chrono::seconds(1);
    upload(image);
  }
  EXPECT_EQ(ids(*store_, {.owner = "minji"}), (Ids{3, 1}));
  EXPECT_EQ(ids(*store_, {.model = "demo"}), (Ids{2, 1}));
  EXPECT_EQ(ids(*store_, {.model = "demo", .owner = "minji"}), (Ids{1}));
  EXPECT_EQ(ids(*store_, {.owner = "minji", .sort = ImageSort::oldest}), (Ids{1, 3}));
  EXPECT_EQ(ids(*store_, {.created_from = now_ - std::chrono::seconds(1), .created_before = now_}), (Ids{2}));
}

TEST_P(StoreConformance, FindsByStateAndError) {
  upload(named(photo(), "done")), upload(named(photo(), "broken")), upload(named(photo(), "stopped")), upload(named(photo(), "waits"));
  finish(claim_one(), success());
  finish(claim_one(), permanent());
  store_->cancel_job(store_->find_image({3})->job.public_id, {"admin", ""}, now_);
  EXPECT_EQ(ids(*store_, {.states = {JobState::completed}}), (Ids{1}));
  EXPECT_EQ(ids(*store_, {.states = {JobState::failed}}), (Ids{2}));
  EXPECT_EQ(ids(*store_, {.states = {JobState::cancelled}}), (Ids{3}));
  EXPECT_EQ(ids(*store_, {.states = {JobState::scheduled, JobState::queued}}), (Ids{4}));
  claim_one();
  EXPECT_EQ(ids(*store_, {.states = {JobState::running}}), (Ids{4}));
  EXPECT_EQ(ids(*store_, {.states = {JobState::scheduled, JobState::queued}}), Ids{});
  EXPECT_EQ(ids(*store_, {.error_code = "corrupt"}), (Ids{2}));
  EXPECT_EQ(ids(*store_, {.error_code = "timeout"}), Ids{});
  EXPECT_EQ(ids(*store_, {.states = {JobState::failed}, .sort = ImageSort::title}), (Ids{2}));
}

TEST_P(StoreConformance, FindsByWhatTheNewestResultFound) {
  upload(named(photo(), "a")), upload(named(photo(), "b"));
  finish(claim_one(), success_with({"cat", "dog", "cat"}));
  finish(claim_one(), success_with({"cathedral"}));
  EXPECT_EQ(ids(*store_, {.label = "cat"}), (Ids{1}));
  EXPECT_EQ(ids(*store_, {.label = "dog"}), (Ids{1}));
  EXPECT_EQ(ids(*store_, {.label = "do"}), Ids{});
  ASSERT_TRUE(store_->reprocess_image({1}, {}, {"admin", ""}, now_));
  finish(claim_one(), success_with({"bus"}));
  EXPECT_EQ(ids(*store_, {.label = "cat"}), Ids{});
  EXPECT_EQ(ids(*store_, {.label = "bus"}), (Ids{1}));
}

TEST_P(StoreConformance, OnlyTheNewestJobOfAnImageCounts) {
  upload(named(photo(), "a"));
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->reprocess_image({1}, {}, {"admin", ""}, now_));
  finish(claim_one(), success());
  EXPECT_EQ(ids(*store_, {.states = {JobState::failed}}), Ids{});
  EXPECT_EQ(ids(*store_, {.error_code = "corrupt"}), Ids{});
  auto found = store_->find_images({}, kLong).images;
  ASSERT_EQ(found.size(), 1u);
  ASSERT_EQ(found[0].attempts.size(), 1u);
  EXPECT_EQ(found[0].attempts[0].ending, "completed");
}

TEST_P(StoreConformance, FindsByBatch) {
  BatchRecord batch = store_->create_batch("spring", "minji", {"admin", ""}, now_);
  NewImage image = photo();
  image.batch = batch.public_id;
  upload(named(photo(), "out"));
  upload(image);
  EXPECT_EQ(ids(*store_, {.batch = batch.public_id}), (Ids{2}));
  EXPECT_EQ(ids(*store_, {.batch = "01a203b7-eb0f-71c7-bfff-d37c3c46b2f2"}), Ids{});
}

TEST_P(StoreConformance, ASearchWithoutTimeSaysWhereToGoOn) {
  upload(named(photo(), "a"));
  FoundImages page = store_->find_images({.title = "zzz"}, Duration(0));
  EXPECT_TRUE(page.images.empty());
  EXPECT_FALSE(page.next.has_value());  // one window held everything
}

TEST_P(StoreConformance, ASearchInTheOrderOfTitlesWithoutTimeSaysWhereToGoOn) {
  std::vector<NewImage> images;
  for (int i = 0; i < 600; ++i) images.push_back(named(photo(), "street " + std::to_string(1000 + i * 7 % 600)));
  images.push_back(named(photo(), "zoo"));
  for (const NewImage& image : images) upload(image);
  ImageQuery query{.title = "zoo", .sort = ImageSort::title};
  FoundImages page = store_->find_images(query, Duration(0));
  EXPECT_TRUE(page.images.empty());
  ASSERT_TRUE(page.next.has_value());
  int pages = 1;
  for (; page.next && pages < 10; ++pages) {
    query.after = page.next;
    page = store_->find_images(query, Duration(0));
    expect_same(page, store_->find_image_ids(query, Duration(0)));
  }
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(page.images.size(), 1u);
  EXPECT_EQ(page.images[0].image.title, "zoo");
  query = {.title = "street", .sort = ImageSort::title, .limit = 200};
  std::vector<std::string> titles;
  do {
    page = store_->find_images(query, Duration(0));
    expect_same(page, store_->find_image_ids(query, Duration(0)));
    for (const FoundImage& each : page.images) titles.push_back(each.image.title);
    query.after = page.next;
  } while (query.after);
  EXPECT_EQ(titles.size(), 600u);
  EXPECT_TRUE(std::ranges::is_sorted(titles));
}

TEST_P(StoreConformance, TitleAndPriorityAreChangedTogetherOrNotAtAll) {
  upload(named(photo(), "old"));
  auto yes = [](const ImageRecord&) { return true; };
  auto changed = store_->change_image({1}, {.title = "새 이름", .priority = 7}, yes, {"admin", "typo"}, now_);
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->title, "새 이름");
  EXPECT_EQ(changed->job.priority, 7);
  EXPECT_EQ(ids(*store_, {.title = "이름"}), (Ids{1}));
  EXPECT_EQ(event_types({1}), (std::vector<std::string>{"image.created", "job.reprioritised", "image.changed"}));
  auto refused = store_->change_image({1}, {.title = "x"}, [](const ImageRecord& image) { return image.title == "old"; }, {"admin", ""}, now_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::code::precondition_failed);
  claim_one();
  auto late = store_->change_image({1}, {.title = "x", .priority = 9}, yes, {"admin", ""}, now_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, domain::code::conflict);
  EXPECT_EQ(store_->find_image({1})->title, "새 이름");
  EXPECT_EQ(store_->change_image({9}, {.title = "x"}, yes, {"admin", ""}, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, EventsComeWithWhoMaySeeThem) {
  BatchRecord batch = store_->create_batch("spring", "minji", {"admin", ""}, now_);
  NewImage image = photo("joon");
  image.batch = batch.public_id;
  upload(image);
  SeenEvents seen = store_->seen_events(0, 10);
  ASSERT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.oldest, 1);
  EXPECT_EQ(seen.events[1].owner, "joon");
  EXPECT_EQ(seen.events[1].batch, batch.public_id);
  EXPECT_EQ(seen.events[0].owner, "minji") << "of the batch";
  EXPECT_EQ(seen.events[0].batch, batch.public_id);
  auto of_image = store_->seen_events(0, 10, seen.events[1].event.image).events;
  ASSERT_EQ(of_image.size(), 1u);
  EXPECT_EQ(of_image[0].event.id, seen.events[1].event.id);
  store_->seal_batch(batch.public_id, {"admin", ""}, now_).value();
  EXPECT_TRUE(store_->seen_events(seen.events[1].event.id + 1, 10).events.empty());
}

TEST_P(StoreConformance, WhatHappenedToAPhotoIsItsOwnersAlsoWhenItIsGone) {
  const std::string owner = "\"미지\" \\ co";
  auto image = upload(owner);
  ASSERT_TRUE(store_->delete_image(image.id, {"admin", ""}, now_));
  SeenEvents seen = store_->seen_events(0, 10);
  ASSERT_EQ(seen.events.size(), 2u);
  EXPECT_EQ(seen.events[1].event.type, "image.deleted");
  for (const SeenEvent& each : seen.events) EXPECT_EQ(each.owner, owner) << each.event.type;
}

TEST_P(StoreConformance, WhatEndedIsToldForStatistics) {
  upload(), upload();
  finish(claim_one(), success());
  finish(claim_one(), permanent());
  auto ended = store_->ended_since(now_ - std::chrono::hours(1), 10);
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_EQ(store_->ended_since(now_ + std::chrono::hours(1), 10).size(), 0u);
  EXPECT_EQ(store_->ended_since(now_ - std::chrono::hours(1), 1).size(), 1u);
  auto job = store_->find_image({1})->job.public_id;
  EXPECT_EQ(store_->find_attempt(job, 1)->ending, "completed");
  EXPECT_FALSE(store_->find_attempt(job, 2).has_value());
}

TEST_P(StoreConformance, AnUploadIsKeptUntilItIsForgotten) {
  UploadRecord upload{.id = "abc", .owner = "minji", .length = 100, .fields = "{}", .home = "here", .created_at = now_, .expires_at = now_ + std::chrono::hours(1)};
  ASSERT_TRUE(store_->begin_upload(upload, 150));
  upload.id = "def";
  auto refused = store_->begin_upload(upload, 150);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, domain::code::insufficient_storage);
  EXPECT_EQ(store_->find_upload("abc")->length, 100);
  EXPECT_EQ(store_->open_uploads("here", "", 10).size(), 1u);
  EXPECT_EQ(store_->open_uploads("there", "", 10).size(), 0u);
  store_->finish_upload("abc", ImageId{7});
  EXPECT_EQ(store_->find_upload("abc")->image->value, 7);
  EXPECT_EQ(store_->open_uploads("here", "", 10).size(), 0u);
  ASSERT_TRUE(store_->begin_upload(upload, 150)) << "what has become an image counts no more";
  EXPECT_EQ(store_->expired_uploads("here", {}, now_, 10).size(), 0u);
  EXPECT_EQ(store_->expired_uploads("here", {}, now_ + std::chrono::hours(1), 10).size(), 2u);
  store_->forget_upload("abc");
  EXPECT_FALSE(store_->find_upload("abc").has_value());
}

TEST_P(StoreConformance, OpenUploadsAreSeenPageByPage) {
  for (const char* id : {"d", "B", "a", "c", "1"}) {
    UploadRecord upload{.id = id, .owner = "minji", .length = 1, .fields = "{}", .home = "here", .created_at = now_, .expires_at = now_ + std::chrono::hours(1)};
    ASSERT_TRUE(store_->begin_upload(upload, 1000));
  }
  store_->finish_upload("c", ImageId{7});
  std::string seen, after;
  for (auto page = store_->open_uploads("here", "", 2); !page.empty(); page = store_->open_uploads("here", after, 2)) {
    EXPECT_LE(page.size(), 2u);
    for (const UploadRecord& upload : page) seen += after = upload.id;
  }
  EXPECT_EQ(seen, "1Bad");
}

TEST_P(StoreConformance, ExpiredUploadsAreSeenPageByPageByTheTimeAtWhichTheyExpired) {
  const std::pair<const char*, int> made[] = {{"d", 2}, {"B", 1}, {"a", 1}, {"c", 1}, {"later", 9}, {"1", 2}};
  for (const auto& [id, minutes] : made) {
    UploadRecord upload{.id = id, .owner = "minji", .length = 1, .fields = "{}", .home = "here", .created_at = now_, .expires_at = now_ + std::chrono::minutes(minutes)};
    ASSERT_TRUE(store_->begin_upload(upload, 1000));
  }
  std::string seen;
  auto page_after = [&](const std::optional<UploadRecord>& last) { return store_->expired_uploads("here", last, now_ + std::chrono::minutes(2), 2); };
  for (auto page = page_after({}); !page.empty(); page = page_after(page.back())) {
    EXPECT_LE(page.size(), 2u);
    for (const UploadRecord& upload : page) seen += upload.id;
  }
  EXPECT_EQ(seen, "Bac1d");
}

// The process that had them may never come back, and nobody else removes them.
TEST_P(StoreConformance, UploadsOfALostProcessBlockNoOthersWhenTheyHaveExpired) {
  UploadRecord upload{.id = "a", .owner = "minji", .length = 100, .fields = "{}", .home = "lost", .created_at = now_, .expires_at = now_ + std::chrono::hours(1)};
  ASSERT_TRUE(store_->begin_upload(upload, 100));
  auto begin_later = [&](const std::string& id, Duration later) {
    upload.id = id, upload.home = "here", upload.created_at = now_ + later, upload.expires_at = upload.created_at + std::chrono::hours(1);
    return store_->begin_upload(upload, 100);
  };
  EXPECT_FALSE(begin_later("b", std::chrono::minutes(59)));
  EXPECT_TRUE(begin_later("c", std::chrono::hours(1)));
  EXPECT_TRUE(store_->find_upload("a")) << "a process that comes back still removes its file";
  store_->forget_lost_uploads(now_ + std::chrono::hours(24 * 30));
  EXPECT_TRUE(begin_later("d", std::chrono::hours(24 * 31)));
  EXPECT_TRUE(store_->find_upload("a"));
  store_->forget_lost_uploads(now_ + std::chrono::hours(24 * 31));
  EXPECT_FALSE(store_->find_upload("a"));
  EXPECT_TRUE(store_->find_upload("d"));
}

TEST_P(StoreConformance, AnnouncingAloneFillsNobodyElsesRoom) {
  UploadRecord upload{.id = "a", .owner = "minji", .length = 100, .fields = "{}", .home = "here", .created_at = now_, .expires_at = now_ + std::chrono::hours(1)};
  auto begin = [&](const std::string& id, const std::string& owner, std::int64_t length) {
    upload.id = id, upload.owner = owner, upload.length = length;
    return store_->begin_upload(upload, 1000);
  };
  EXPECT_TRUE(begin("a", "minji", 150));
  EXPECT_TRUE(begin("b", "minji", 100));
  auto refused = begin("c", "minji", 1);
  ASSERT_FALSE(refused) << "a quarter is one owner's";
  EXPECT_EQ(refused.error().code, domain::code::insufficient_storage);
  EXPECT_TRUE(begin("d", "joon", 400)) << "one that is larger is taken when it is the only one";
  EXPECT_FALSE(begin("e", "joon", 1));
  EXPECT_FALSE(begin("f", "sua", 351)) << "together they have what there is";
  EXPECT_TRUE(begin("g", "sua", 350));
}

}  // namespace
}  // namespace darkroom::store
