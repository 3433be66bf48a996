// Accounts, tokens, sessions and the audit.
#include "store/conformance.h"

#include "base/hash.h"
#include "base/id.h"

namespace darkroom::store {
namespace {

const Actor kAdminActor{"admin", "because"};

TEST_P(StoreConformance, AnAccountIsMadeOnceAndChanged) {
  EXPECT_TRUE(store_->create_account({"minji", "uploader", "hash"}, kAdminActor, now_));
  EXPECT_EQ(store_->create_account({"minji", "viewer", "hash"}, kAdminActor, now_).error().code, domain::code::conflict);
  AccountChange change;
  change.role = "viewer";
  change.byte_quota = std::optional<std::int64_t>(1000);
  EXPECT_TRUE(store_->change_account("minji", change, kAdminActor, now_));
  EXPECT_EQ(store_->find_account("minji")->role, "viewer");
  EXPECT_EQ(store_->find_account("minji")->byte_quota, 1000);
  EXPECT_EQ(store_->change_account("nobody", change, kAdminActor, now_).error().code, domain::code::not_found);
  EXPECT_TRUE(store_->delete_account("minji", kAdminActor, now_));
  EXPECT_FALSE(store_->find_account("minji"));
}

TEST_P(StoreConformance, TheLastAdministratorStays) {
  store_->create_account({"root", "admin", "hash"}, kAdminActor, now_).value();
  AccountChange demoted, disabled;
  demoted.role = "viewer";
  disabled.disabled = true;
  EXPECT_EQ(store_->change_account("root", demoted, kAdminActor, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->change_account("root", disabled, kAdminActor, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->delete_account("root", kAdminActor, now_).error().code, domain::code::conflict);
  store_->create_account({"second", "admin", "hash"}, kAdminActor, now_).value();
  EXPECT_TRUE(store_->change_account("root", disabled, kAdminActor, now_));
  EXPECT_EQ(store_->delete_account("second", kAdminActor, now_).error().code, domain::code::conflict) << "the other one is turned off";
}

TEST_P(StoreConformance, TokensAreFoundByTheirHashUntilTheyAreRevoked) {
  store_->create_account({"minji", "uploader", "hash"}, kAdminActor, now_).value();
  EXPECT_TRUE(store_->create_token({.name = "ci", .account = "minji", .last_four = "abcd", .scopes = "images:read jobs:act"}, sha256_hex("one"), kAdminActor, now_));
  EXPECT_EQ(store_->create_token({.name = "ci", .account = "minji", .last_four = "abcd"}, sha256_hex("two"), kAdminActor, now_).error().code, domain::code::conflict);
  EXPECT_EQ(store_->create_token({.name = "x", .account = "nobody", .last_four = "abcd"}, sha256_hex("three"), kAdminActor, now_).error().code, domain::code::not_found);
  auto found = store_->find_token(sha256_hex("one"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->account.role, "uploader");
  EXPECT_EQ(found->token.scopes, "images:read jobs:act");
  EXPECT_FALSE(found->token.used_at);
  store_->touch_token("ci", now_);
  EXPECT_EQ(store_->find_token(sha256_hex("one"))->token.used_at, now_);
  EXPECT_EQ(store_->list_tokens("minji").size(), 1u);
  EXPECT_TRUE(store_->list_tokens("admin").empty());
  EXPECT_EQ(store_->delete_token("ci", "somebody", kAdminActor, now_).error().code, domain::code::not_found);
  EXPECT_TRUE(store_->delete_token("ci", "minji", kAdminActor, now_));
  EXPECT_FALSE(store_->find_token(sha256_hex("one")));
}

TEST_P(StoreConformance, SessionsEndWithWhatTheyStandOn) {
  store_->create_account({"minji", "uploader", "hash"}, kAdminActor, now_).value();
  auto log_in = [&](const std::string& secret) {
    store_->create_session({make_uuid_v7(now_), "minji", "127.0.0.1", "test", now_, now_, now_ + std::chrono::hours(1)}, sha256_hex(secret), {"minji", "log-in"});
  };
  log_in("one");
  ASSERT_TRUE(store_->find_session(sha256_hex("one")));
  EXPECT_EQ(store_->list_sessions("minji", now_).size(), 1u);
  EXPECT_TRUE(store_->list_sessions("minji", now_ + std::chrono::hours(2)).empty());
  std::string id = store_->find_session(sha256_hex("one"))->session.id;
  log_in("untouched");
  store_->touch_session(id, now_ + std::chrono::minutes(5));
  EXPECT_EQ(store_->find_session(sha256_hex("one"))->session.seen_at, now_ + std::chrono::minutes(5));
  EXPECT_EQ(store_->find_session(sha256_hex("untouched"))->session.seen_at, now_);
  EXPECT_FALSE(store_->end_session(id, "admin", kAdminActor, now_));
  EXPECT_TRUE(store_->end_session(id, std::nullopt, kAdminActor, now_));
  EXPECT_FALSE(store_->find_session(sha256_hex("one")));
  AccountChange role, password, disabled;
  role.role = "viewer", password.password_hash = "other", disabled.disabled = true;
  for (const AccountChange& change : {role, password, disabled}) {
    log_in("two");
    EXPECT_TRUE(store_->change_account("minji", change, kAdminActor, now_));
    EXPECT_FALSE(store_->find_session(sha256_hex("two")));
  }
}

TEST_P(StoreConformance, ListsShowOneOwnersThings) {
  upload("minji");
  upload("jun");
  store_->create_batch("a", "minji", kAdminActor, now_);
  store_->create_batch("b", "jun", kAdminActor, now_);
  EXPECT_EQ(store_->find_jobs({.owner = "minji"}).jobs.size(), 1u);
  EXPECT_EQ(store_->find_jobs({.state = domain::JobState::failed, .owner = "minji"}).jobs.size(), 0u);
  EXPECT_EQ(store_->list_batches(10, "minji").size(), 1u);
  EXPECT_EQ(store_->list_batches(10).size(), 2u);
  EXPECT_EQ(store_->bytes_of("minji"), 1000);
  EXPECT_EQ(store_->bytes_of("nobody"), 0);
}

TEST_P(StoreConformance, TheAuditTellsOfActsNewestFirst) {
  store_->create_account({"minji", "uploader", "hash"}, kAdminActor, now_).value();
  store_->create_token({.name = "ci", .account = "minji", .last_four = "abcd"}, sha256_hex("one"), {"minji", "for the build"}, now_).value();
  AuditPage page = store_->audit({.limit = 1});
  ASSERT_EQ(page.events.size(), 1u);
  EXPECT_EQ(page.events[0].type, "token.created");
  EXPECT_EQ(page.events[0].actor, "minji");
  EXPECT_EQ(page.events[0].reason, "for the build");
  ASSERT_TRUE(page.next);
  EXPECT_EQ(store_->audit({.before = page.next, .limit = 1}).events[0].type, "account.created");
  EXPECT_EQ(store_->audit({.actor = "minji"}).events.size(), 1u);
  EXPECT_EQ(store_->audit({.type = "token"}).events.size(), 1u);
  EXPECT_EQ(store_->audit({.type = "tok"}).events.size(), 0u);
}

// Those of a span are found without reading what is newer or older.
TEST_P(StoreConformance, TheAuditOfASpanIsFoundByItsTimes) {
  using std::chrono::hours;
  Time begin = now_;
  for (int i = 0; i < 48; ++i) {
    store_->record({.at = now_, .type = "token.created", .image = {}, .job = {}, .actor = "minji", .reason = std::to_string(i)});
    now_ += hours(1);
  }
  auto reasons = [&](AuditQuery query) {
    std::vector<std::string> found;
    do {
      AuditPage page = store_->audit(query);
      for (const Event& event : page.events) found.push_back(event.reason);
      query.before = page.next;
    } while (query.before);
    return found;
  };
  for (int limit : {1, 2, 50}) {
    EXPECT_EQ(reasons({.since = begin + hours(10), .until = begin + hours(13), .limit = limit}), (std::vector<std::string>{"12", "11", "10"}));
    EXPECT_EQ(reasons({.since = begin + hours(46), .limit = limit}), (std::vector<std::string>{"47", "46"}));
    EXPECT_EQ(reasons({.until = begin + hours(1), .limit = limit}), (std::vector<std::string>{"0"}));
    EXPECT_TRUE(reasons({.since = begin + hours(99), .limit = limit}).empty());
  }
  EXPECT_FALSE(store_->audit({.since = begin + hours(46), .limit = 50}).next) << "what is older is not looked through";
  EXPECT_EQ(store_->audit({.until = begin + hours(1), .limit = 1}).events.size(), 1u) << "nor what is newer";
}

TEST_P(StoreConformance, JobsOfSchedulesAreNobodysActs) {
  store_->record({.at = now_, .type = "job.created", .image = {}, .job = {}, .actor = "scheduler"});
  store_->record({.at = now_, .type = "job.created", .image = {}, .job = {}, .actor = "minji"});
  auto events = store_->audit({}).events;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].actor, "minji");
}

}  // namespace
}  // namespace darkroom::store
