// Machines whose clocks are wrong, over one PostgreSQL: what is judged by a time is judged by the server's.
#include "base/hash.h"
#include "base/id.h"
#include "store/open_store.h"
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

using domain::JobState;
using testing_support::shared_postgres;

constexpr const char* kNode = "01890000-0000-7000-8000-000000000001";
constexpr const char* kOther = "01890000-0000-7000-8000-000000000002";
constexpr Duration kLease = 60s;
constexpr Duration kAtAnyTime = Duration::max();
constexpr Duration kYear = std::chrono::hours(24 * 366);
const Actor kAdmin{"admin", ""};

class PostgresClock : public testing::Test {
 protected:
  PostgresClock() : place_(shared_postgres()) {
    place_.options.callers_clock = false;
    right_ = open();
    wrong_ = open();
  }

  std::unique_ptr<SqlStore> open() { return std::make_unique<SqlStore>(place_.open()); }
  static Time now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

  ImageRecord upload(NewImage image = {}) { return upload(*right_, std::move(image), now()); }

  static ImageRecord upload(Store& store, NewImage image, Time at) {
    image.title = "a";
    image.owner = "minji";
    image.sha256 = std::string(64, 'a');
    image.byte_count = 1;
    image.format = "JPEG";
    image.width = image.height = 1;
    if (image.model.empty()) image.model = "demo";
    return store.create_image(image, kAdmin, at).value();
  }

  static std::vector<domain::ClaimedJob> jobs_of_claim(Store& store, int count, Time at) {
    return store.claim({.node = kNode, .worker = "w", .lanes = {"ai_processing/demo"}, .count = count}, at);
  }
  static std::size_t claim(Store& store, int count, Time at) { return jobs_of_claim(store, count, at).size(); }
  static void run_one(Store& store, domain::Ending ending, Time at) {
    auto job = jobs_of_claim(store, 1, at).at(0);
    store.finish({job.fence, std::move(ending), "w", "v"}, {}, {.first_delay = 60s, .jitter = 0}, at).stored.get();
  }
  EndpointRecord endpoint() { return right_->create_endpoint({.url = "https://example.com/hook", .events = {}, .sealed_secret = "sealed"}, kAdmin, now()); }
  static std::vector<ClaimedDelivery> due(Store& store, Time at) { return store.claim_deliveries({.count = 10, .lease = 60s}, at).deliveries; }
  static void settle(Store& store, const ClaimedDelivery& claimed, SettledTry::Verdict verdict, std::optional<Duration> hold, Time at) {
    SettledTry settled{.id = claimed.delivery.id, .claim_no = claimed.delivery.claim_no, .made = {.started_at = at, .status = 429, .error = "HTTP 429", .excerpt = ""},
                       .verdict = verdict, .wait = 30s, .hold = hold};
    ASSERT_TRUE(store.settle_delivery(settled, at));
  }
  static bool is_soon(Time time) { return time > now() - 1h && time < now() + 1h; }
  static void add_node(Store& store, const char* id, Time at) { store.register_node({.id = id, .name = id, .role = "worker", .slots = 1}, kLease, at); }
  static std::optional<NodeState> state_of(Store& store, std::string_view id) {
    auto nodes = store.nodes(now());
    auto found = std::ranges::find(nodes, id, &NodeRecord::id);
    return found == nodes.end() ? std::nullopt : std::optional(found->state);
  }

  PostgresPlace place_;
  std::unique_ptr<SqlStore> right_, wrong_;
};

TEST_F(PostgresClock, TheInstallationGoesByOne) {
  EXPECT_LT(wrong_->clock(now() + kYear), now() + 1h);
  EXPECT_GT(wrong_->clock(from_micros(1)), now() - 1h);
}

// A machine a year ahead ended, as expired, whatever it met in the line.
TEST_F(PostgresClock, AClaimerWithAWrongClockEndsNothingBeforeItsTime) {
  NewImage image;
  image.expires_at = now() + 1h;
  auto made = upload(image);
  ASSERT_EQ(claim(*wrong_, 1, now() + kYear), 1u);
  EXPECT_EQ(right_->find_image(made.id)->job.state, JobState::running);
}

// A worker a year ahead let its retries wait for a year; one that was behind did not let them wait at all.
TEST_F(PostgresClock, ARetryWaitsByTheServersClock) {
  domain::Failed failed{{"model_unavailable", "x"}, domain::Failed::Kind::transient};
  domain::Postponed postponed{{"photo_unreachable", "x"}, 60s};
  for (const domain::Ending& ending : {domain::Ending(failed), domain::Ending(postponed)}) {
    for (Duration off : {kYear, -kYear}) {
      auto made = upload();
      run_one(*wrong_, ending, now() + off);
      auto job = right_->find_image(made.id)->job;
      EXPECT_EQ(job.state, JobState::scheduled);
      EXPECT_GT(job.run_at, now() + 30s);
      EXPECT_LT(job.run_at, now() + 90s);
    }
  }
}

TEST_F(PostgresClock, WhatHappenedIsToldByTheServersClock) {
  auto made = upload(*wrong_, {}, now() + kYear);
  run_one(*wrong_, domain::Succeeded{{}, "{}"}, now() + kYear);
  auto image = right_->find_image(made.id).value();
  EXPECT_TRUE(is_soon(image.created_at));
  EXPECT_TRUE(is_soon(image.job.run_at));
  EXPECT_TRUE(is_soon(image.job.started_at.value()));
  EXPECT_TRUE(is_soon(image.job.finished_at.value()));
  EXPECT_GE(image.job.finished_at, image.job.started_at);
  auto again = wrong_->reprocess_image(made.id, {}, kAdmin, now() + kYear);
  ASSERT_TRUE(again);
  EXPECT_TRUE(is_soon(again->job.run_at));
  EXPECT_TRUE(is_soon(wrong_->cancel_job(again->job.public_id, kAdmin, now() + kYear).value().finished_at.value()));
}

TEST_F(PostgresClock, APhotoIsDueByTheServersClock) {
  NewImage later, past;
  later.run_at = now() + 1h;
  past.run_at = now() - 1h;
  EXPECT_EQ(upload(*wrong_, later, now() + kYear).job.state, JobState::scheduled);
  EXPECT_EQ(upload(*wrong_, past, now() - kYear).job.state, JobState::queued);
}

TEST_F(PostgresClock, AKeyIsRememberedBesideAWrongClock) {
  NewImage first, other;
  first.idempotency = IdempotencyKey{"minji", "first", std::string(64, '1')};
  other.idempotency = IdempotencyKey{"minji", "other", std::string(64, '2')};
  auto made = upload(first);
  upload(*wrong_, other, now() + kYear);
  auto again = upload(first);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.id, made.id);
}

TEST_F(PostgresClock, NobodyIsOverdueByTheClockOfWhoClaims) {
  QueueChange change;
  change.ageing = 1h;
  ASSERT_TRUE(right_->change_queue("ai_processing", change, kAdmin, now()));
  auto low = upload();
  NewImage urgent;
  urgent.priority = 10;
  for (int i = 0; i < kAgeingStride + 1; ++i) upload(urgent);
  for (int i = 0; i < kAgeingStride + 1; ++i) ASSERT_EQ(claim(*wrong_, 1, now() + kYear), 1u);
  EXPECT_EQ(right_->find_image(low.id)->job.state, JobState::queued);
}

// A claimer that was behind let the younger of two models wait for as long again, for it saw it come in a time that was yet to be.
TEST_F(PostgresClock, ALaneThatWaitsIsDueByTheServersClock) {
  NewImage old, young;
  for (int i = 0; i < 3; ++i) upload(old);
  young.model = "other";
  auto waits = upload(*right_, young, now());
  auto connection = place_.connect();
  connection->query("UPDATE job SET run_at = run_at - 60000000");
  connection->query("UPDATE job SET run_at = run_at + 30000000 WHERE lane = 'ai_processing/other'");
  Time behind = now() - 2min;
  auto next = [&](Time at) { return wrong_->claim({.node = kNode, .worker = "w", .lanes = {"ai_processing/demo", "ai_processing/other"}, .count = 1}, at).at(0).image; };
  EXPECT_NE(next(behind), waits.id);
  EXPECT_EQ(next(behind + kLongestLaneStretch), waits.id);
}

TEST_F(PostgresClock, AReportIsOfTheServersMinute) {
  upload();
  run_one(*right_, domain::Succeeded{{}, "{}"}, now());
  upload();
  add_node(*right_, kNode, now());
  for (Duration off : {kYear, -kYear}) {
    auto reports = wrong_->queues(now() + off);
    auto report = std::ranges::find(reports, std::string("ai_processing"), [](const QueueReport& each) { return each.settings.name; });
    EXPECT_EQ(report->finished_last_minute, 1);
    EXPECT_LT(report->oldest_age.value(), 1h);
    EXPECT_EQ(wrong_->nodes(now() + off).at(0).state, NodeState::running);
  }
}

TEST_F(PostgresClock, ARateIsOneWhateverTheClocksOfThoseWhoClaim) {
  for (int i = 0; i < 20; ++i) upload();
  QueueChange change;
  change.rate = RateLimit{10, 60s};
  ASSERT_TRUE(right_->change_queue("ai_processing", change, kAdmin, now()));
  EXPECT_EQ(claim(*right_, 6, now()), 6u);
  EXPECT_EQ(claim(*wrong_, 20, now() + 2min), 4u);
  EXPECT_EQ(claim(*wrong_, 20, now() - 2min), 0u);
  EXPECT_EQ(claim(*right_, 20, now()), 0u);
}

TEST_F(PostgresClock, ABeatByAWrongClockLastsNoLongerThanItsLease) {
  auto leases_are_short = [&] { return std::ranges::all_of(right_->nodes(now()), [](const NodeRecord& node) { return node.lease_until < now() + kLease + 1h; }); };
  add_node(*wrong_, kNode, now() + kYear);
  EXPECT_TRUE(leases_are_short()) << "nor does a registration";
  EXPECT_TRUE(wrong_->beat(kNode, NodeState::running, {}, kLease, now() + kYear).known);
  EXPECT_TRUE(leases_are_short());
}

TEST_F(PostgresClock, ARescueByAWrongClockTakesNothingFromTheLiving) {
  upload();
  add_node(*right_, kNode, now());
  ASSERT_EQ(claim(*right_, 1, now()), 1u);
  EXPECT_EQ(wrong_->rescue_expired({}, now() + kYear, kAtAnyTime), 0);
  EXPECT_EQ(state_of(*right_, kNode), NodeState::running);
  place_.connect()->query("UPDATE node SET lease_until = 1");
  EXPECT_EQ(right_->rescue_expired({}, right_->clock(now()) - 6s, 5s), 0) << "the database did not answer for six seconds";
  EXPECT_EQ(wrong_->rescue_expired({}, now() - kYear, kAtAnyTime), 1) << "nor leaves it with the dead";
}

TEST_F(PostgresClock, AllThatIsToldIsToldByTheServersClock) {
  upload();  // keeps the content
  for (Duration off : {kYear, -kYear}) {
    Time at = now() + off;
    wrong_->record({.at = at, .type = "session.refused", .actor = "minji"});
    add_node(*wrong_, kNode, at);
    auto batch = wrong_->create_batch("b", "minji", kAdmin, at);
    ASSERT_TRUE(wrong_->seal_batch(batch.public_id, kAdmin, at));
    EXPECT_TRUE(is_soon(right_->find_batch(batch.public_id)->completed_at.value()));
    ASSERT_TRUE(wrong_->delete_image(upload().id, kAdmin, at, {}));
    place_.connect()->query("UPDATE node SET lease_until = 1");
    wrong_->rescue_expired({}, at, kAtAnyTime);
  }
  for (const Event& event : right_->events(0, std::nullopt, 100)) EXPECT_TRUE(is_soon(event.at)) << event.type;
}

// The starts of the last minute were passed over behind events of a machine that was two hours behind.
TEST_F(PostgresClock, ANewRateFindsTheStartsBehindTheEventsOfAWrongClock) {
  for (int i = 0; i < 20; ++i) upload();
  ASSERT_EQ(claim(*right_, 6, now()), 6u);
  for (int i = 0; i < 40; ++i) wrong_->record({.at = now() - 2h, .type = "session.refused", .actor = "minji"});
  QueueChange change;
  change.rate = RateLimit{10, 60s};
  ASSERT_TRUE(right_->change_queue("ai_processing", change, kAdmin, now()));
  EXPECT_EQ(claim(*right_, 20, now()), 4u);
}

TEST_F(PostgresClock, WhatAWebWithAWrongClockSendsIsDueAtOnce) {
  auto made = endpoint();
  ASSERT_TRUE(wrong_->seal_batch(wrong_->create_batch("b", "minji", kAdmin, now() + 1h).public_id, kAdmin, now() + 1h));
  ASSERT_TRUE(wrong_->test_endpoint(made.public_id, kAdmin, now() + 1h));
  auto sent = due(*right_, now());
  ASSERT_EQ(sent.size(), 2u);
  for (const ClaimedDelivery& each : sent) settle(*right_, each, SettledTry::Verdict::dead, std::nullopt, now());
  ASSERT_TRUE(wrong_->replay_delivery(sent[0].delivery.public_id, kAdmin, now() + 1h));
  EXPECT_EQ(wrong_->replay_deliveries({}, false, kAdmin, now() + 1h).changed, 1);
  EXPECT_EQ(due(*right_, now()).size(), 2u);
}

// A sender a year ahead put its retries and holds off for a year, and forgot those of others; one that was behind sent nothing until the others had.
TEST_F(PostgresClock, ASenderWithAWrongClockSendsWhenItsTimeHasCome) {
  auto made = endpoint();
  auto hold_of = [&] { return place_.connect()->query("SELECT until FROM target_hold"); };
  for (Duration off : {kYear, -kYear}) {
    ASSERT_TRUE(right_->test_endpoint(made.public_id, kAdmin, now()));
    auto sent = due(*wrong_, now() + off);
    ASSERT_EQ(sent.size(), 1u);
    settle(*wrong_, sent[0], SettledTry::Verdict::again, 1min, now() + off);
    auto waits = right_->find_delivery(sent[0].delivery.public_id);
    EXPECT_TRUE(waits->due_at > now() + 20s && waits->due_at < now() + 40s);
    ASSERT_EQ(hold_of().size(), 1u);
    EXPECT_LT(hold_of().front().time(0), now() + 2min);
    wrong_->forget_holds(now() + kYear);
    EXPECT_EQ(hold_of().size(), 1u);
    EXPECT_TRUE(due(*wrong_, now() + kYear).empty()) << "the receiver asked for time";
    place_.connect()->query("DELETE FROM target_hold");
    place_.connect()->query("DELETE FROM delivery");
  }
}

TEST_F(PostgresClock, ATryIsTakenFromItsSenderByTheServersClock) {
  auto made = endpoint();
  ASSERT_TRUE(right_->test_endpoint(made.public_id, kAdmin, now()));
  ASSERT_EQ(due(*right_, now()).size(), 1u);
  EXPECT_EQ(wrong_->release_deliveries(false, now() + kYear), 0);
  place_.connect()->query("UPDATE delivery SET lease_until = 1");
  EXPECT_EQ(wrong_->release_deliveries(false, from_micros(0)), 1);
}

// A web half a day ahead ended everybody's sessions at one log-in, and one a month ahead forgot the unfinished uploads of all homes.
TEST_F(PostgresClock, AWebWithAWrongClockEndsNobodysSessionOrUpload) {
  right_->create_account({"minji", "uploader", "hash"}, kAdmin, now()).value();
  auto log_in = [](Store& store, const std::string& secret, Time at) {
    store.create_session({make_uuid_v7(at), "minji", "127.0.0.1", "test", at, at, at + 12h}, sha256_hex(secret), kAdmin);
  };
  auto begin = [](Store& store, const std::string& id, Time at) {
    ASSERT_TRUE(store.begin_upload({.id = id, .owner = "minji", .length = 100, .fields = "{}", .home = id, .created_at = at, .expires_at = at + 24h}, 10'000));
  };
  log_in(*right_, "right", now());
  begin(*right_, "right", now());
  for (Duration off : {kYear, -kYear}) {
    std::string made = off.count() > 0 ? "ahead" : "behind";
    log_in(*wrong_, made, now() + off);
    begin(*wrong_, made, now() + off);
    EXPECT_TRUE(right_->find_session(sha256_hex("right")));
    wrong_->forget_lost_uploads(now() + off);
    EXPECT_TRUE(right_->find_upload("right"));
    auto session = right_->find_session(sha256_hex(made))->session;
    EXPECT_TRUE(is_soon(session.created_at) && is_soon(session.seen_at) && is_soon(session.expires_at - 12h)) << "it lasts as long as others";
    auto upload = right_->find_upload(made).value();
    EXPECT_TRUE(is_soon(upload.created_at) && is_soon(upload.expires_at - 24h));
    EXPECT_TRUE(wrong_->expired_uploads("right", {}, now() + off, 10).empty());
    EXPECT_EQ(wrong_->list_sessions("minji", now() + off).size(), off.count() > 0 ? 2u : 3u);
  }
}

// A process that stood still for minutes goes on with the time that it read before: what others wrote down meanwhile stays, and what lies ahead of the server goes.
TEST_F(PostgresClock, MinutesThatAnotherWroteMeanwhileStay) {
  Time meanwhile = std::chrono::floor<std::chrono::minutes>(now() - 1min), ahead = meanwhile + 3h;
  auto session = place_.connect();
  for (Time minute : {meanwhile, ahead}) {
    session->query("INSERT INTO queue_minute (queue, minute, completed, failed, cancelled, wait, run) VALUES ('ai_processing', " + std::to_string(to_micros(minute)) + ", 7, 0, 0, '', '')");
  }
  right_->note_minutes(now() - 3min);
  Rows left = session->query("SELECT minute FROM queue_minute WHERE completed = 7");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.front().time(0), meanwhile);
}

// Whoever asks with a credential is judged by the time that comes with it.
TEST_F(PostgresClock, ACredentialComesWithTheServersTime) {
  right_->create_account({"minji", "uploader", "hash"}, kAdmin, now()).value();
  auto made = wrong_->create_token({.name = "ci", .account = "minji", .last_four = "abcd"}, sha256_hex("token"), kAdmin, now() + kYear).value();
  right_->create_session({make_uuid_v7(now()), "minji", "127.0.0.1", "test", now(), now(), now() + 12h}, sha256_hex("session"), kAdmin);
  EXPECT_TRUE(is_soon(made.created_at));
  EXPECT_TRUE(is_soon(wrong_->find_token(sha256_hex("token"))->asked_at.value()));
  EXPECT_TRUE(is_soon(wrong_->find_session(sha256_hex("session"))->asked_at.value()));
}

// Whoever changes a queue waits for its row as long as another session holds it. Ten of them took all connections, and the node lost its lease.
TEST_F(PostgresClock, ThoseWhoWaitForALockKeepNobodyFromItsBeat) {
  add_node(*right_, kNode, now());
  add_node(*right_, kOther, now());
  auto holder = place_.connect();
  holder->run_script("BEGIN; UPDATE queue SET updated_at = updated_at WHERE name = 'ai_processing'", 20s);
  std::vector<std::jthread> clients;
  for (int i = 0; i < 10; ++i) {
    clients.emplace_back([&, i] {
      QueueChange change;
      change.concurrency = i + 1;
      try {
        (void)right_->change_queue("ai_processing", change, kAdmin, now());
      } catch (const StoreUnavailable&) {
        // the lock was not given in time: what they are told is another test's
      }
    });
  }
  auto watcher = place_.connect();
  constexpr const char* kWaiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()";
  EXPECT_TRUE(comes_true([&] { return watcher->query(kWaiting).front().integer(0) >= place_.options.writers; }, 4s));
  auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(right_->beat(kNode, NodeState::running, {}, kLease, now()).known);
  add_node(*right_, kOther, now());
  EXPECT_EQ(right_->rescue_expired({}, now(), kAtAnyTime), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  holder->run_script("COMMIT", 20s);
}

}  // namespace
}  // namespace darkroom::store
