// What an owner's photos take is known without adding them up, and is what they take whatever was done to them.
#include "store/conformance.h"

#include <map>
#include <thread>

namespace darkroom::store {
namespace {

const Actor kAdmin{"admin", ""};

class Bytes {
 public:
  Bytes(std::unique_ptr<Store>& store, Time& now) : store_(store), now_(now) {}

  NewImage photo(const std::string& owner, std::int64_t byte_count) {
    ++made_;
    return {.title = "a", .owner = owner, .sha256 = std::string(60, 'a') + std::to_string(1000 + made_), .byte_count = byte_count, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  }
  Result<ImageRecord> send(NewImage image) { return store_->create_image(image, kAdmin, now_); }

  // By the images that there are.
  std::map<std::string, std::int64_t> added_up() {
    std::map<std::string, std::int64_t> sums;
    for (const ImageRecord& image : store_->list_images(std::nullopt, 1000).images) sums[image.owner] += image.byte_count;
    return sums;
  }
  void expect_right(const std::string& after) {
    auto sums = added_up();
    for (const char* owner : {"minji", "joon", "nobody"}) EXPECT_EQ(store_->bytes_of(owner), sums[owner]) << owner << " after " << after;
  }

 private:
  std::unique_ptr<Store>& store_;
  Time& now_;
  int made_ = 0;
};

TEST_P(StoreConformance, WhatAnOwnersPhotosTakeIsRightAfterEveryVerb) {
  Bytes bytes(store_, now_);
  auto first = bytes.send(bytes.photo("minji", 100)).value();
  auto second = bytes.send(bytes.photo("joon", 7)).value();
  bytes.send(bytes.photo("minji", 20)).value();
  bytes.expect_right("photos that came");
  NewImage keyed = bytes.photo("joon", 3);
  keyed.idempotency = IdempotencyKey{"joon", "k", std::string(64, 'b')};
  EXPECT_EQ(bytes.send(keyed).value().id, bytes.send(keyed).value().id);
  bytes.expect_right("one that was sent again by its key");
  NewImage of_site = bytes.photo("joon", 11);
  of_site.site_photo = SitePhoto{"shop", 7, now_};
  EXPECT_EQ(bytes.send(of_site).value().id, bytes.send(of_site).value().id);
  NewImage replacing = bytes.photo("joon", 13);
  replacing.site_photo = SitePhoto{"shop", 7, now_};
  bytes.send(replacing).value();
  bytes.expect_right("a site's photo, and another under its number");
  Account account{"joon", "uploader", "hash"};
  account.byte_quota = 40;
  store_->create_account(account, kAdmin, now_).value();
  NewImage too_large = bytes.photo("joon", 7);
  too_large.within_quota = true;
  EXPECT_EQ(bytes.send(too_large).error().code, domain::code::quota_exceeded);
  bytes.expect_right("one that was refused");
  finish(claim_one(), success());
  ASSERT_TRUE(store_->reprocess_image(first.id, {}, kAdmin, now_));
  ASSERT_TRUE(store_->change_image(first.id, {.title = "b"}, {}, kAdmin, now_));
  bytes.expect_right("what leaves a photo where it is");
  ASSERT_TRUE(store_->delete_image(second.id, kAdmin, now_, {}));
  bytes.expect_right("a deletion");
  store_->cancel_job(store_->find_image(first.id)->job.public_id, kAdmin, now_).value();
  EXPECT_EQ(store_->prune_images(0, domain::JobState::cancelled, now_ + std::chrono::hours(1), kAdmin, now_).count, 1);
  bytes.expect_right("retention");
  EXPECT_EQ(store_->bytes_of("minji"), 20);
  store_->delete_account("joon", kAdmin, now_).value();
  bytes.expect_right("the end of an account, whose photos stay");
  reopen();
  bytes.expect_right("a start");
  EXPECT_TRUE(store_->look_at_sums("").wrong.empty());
}

TEST_P(StoreConformance, WhatAnOwnersPhotosTakeIsRightWhenManyComeAndGoAtOnce) {
  std::vector<std::vector<ImageId>> sent(8);
  std::vector<std::vector<NewImage>> photos(8);
  Bytes bytes(store_, now_);
  for (int i = 0; i < 8 * 20; ++i) photos[i % 8].push_back(bytes.photo(i % 3 ? "minji" : "joon", i + 1));
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 8; ++i) {
      senders.emplace_back([&, i] {
        for (const NewImage& image : photos[i]) {
          sent[i].push_back(store_->create_image(image, kAdmin, now_).value().id);
          if (sent[i].size() % 3 != 0) continue;
          EXPECT_TRUE(store_->delete_image(sent[i][sent[i].size() - 2], kAdmin, now_, {}));
        }
      });
    }
  }
  bytes.expect_right("all of them");
  for (const auto& [owner, sum] : bytes.added_up()) EXPECT_GT(sum, 0) << owner;
}

}  // namespace
}  // namespace darkroom::store
