// The event log of several processes on one PostgreSQL: nobody misses an event, however its transaction came to its id.
#include "store/postgres_place.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

#include <algorithm>
#include <mutex>
#include <thread>

namespace darkroom::store {
namespace {

using testing_support::PostgresServer;
using testing_support::shared_postgres;

constexpr const char* kAppend = "INSERT INTO event (at, type, actor) VALUES (0, $1, 'test')";

// What one listener has heard, in order. The database outlives it, and would tell it on after its end.
class Heard {
 public:
  ~Heard() {
    if (database_) database_->on_commit(nullptr);
  }
  void listen(Database& database) {
    database_ = &database;
    database.on_commit([this](const std::vector<Event>& events) {
      std::lock_guard guard(mutex_);
      for (const Event& event : events) types_.push_back(event.type);
    });
  }
  std::vector<std::string> types() {
    std::lock_guard guard(mutex_);
    return types_;
  }

 private:
  Database* database_ = nullptr;
  std::mutex mutex_;
  std::vector<std::string> types_;
};

void tell(Database& database, const std::string& type) {
  database.write([&](Transaction& transaction) {
    append_event(transaction, {.type = type, .actor = "test"});
    return true;
  });
}

using Types = std::vector<std::string>;

class PostgresEvents : public testing::Test {
 protected:
  PostgresOptions polling_every(std::chrono::milliseconds interval) const {
    PostgresOptions options = place_.options;
    options.poll_interval = interval;
    return options;
  }
  PostgresPlace place_{shared_postgres()};
};

TEST_F(PostgresEvents, OnesOwnAreHeardAtOnceAndOnce) {
  auto database = PostgresPlace::open(polling_every(20ms));
  Heard heard;
  heard.listen(*database);
  tell(*database, "one");
  EXPECT_EQ(heard.types(), Types{"one"});
  // When another's event has come, the tail has passed over our own.
  auto other = place_.open();
  tell(*other, "two");
  EXPECT_TRUE(comes_true([&] { return heard.types().size() >= 2; }));
  EXPECT_EQ(heard.types(), (Types{"one", "two"}));
}

// Polling is slower here than the test waits, so only the notification can bring it.
TEST_F(PostgresEvents, ThoseOfOthersAreHeardByNotification) {
  auto listening = PostgresPlace::open(polling_every(10min)), telling = place_.open();
  Heard heard;
  heard.listen(*listening);
  // The listener's first LISTEN may come after the first event, hence more than one.
  EXPECT_TRUE(comes_true([&] {
    tell(*telling, "news");
    return !heard.types().empty();
  }));
}

TEST_F(PostgresEvents, WhatWasThereBeforeIsNotHeard) {
  auto telling = place_.open();
  tell(*telling, "old");
  auto listening = PostgresPlace::open(polling_every(20ms));
  Heard heard;
  heard.listen(*listening);
  tell(*telling, "new");
  EXPECT_TRUE(comes_true([&] { return !heard.types().empty(); }));
  EXPECT_EQ(heard.types(), Types{"new"});
}

// The smaller id is committed last: whoever goes on after the larger one would never see it.
TEST_F(PostgresEvents, AnEventThatIsCommittedLateIsNotPassedOver) {
  auto telling = place_.open();
  auto listening = PostgresPlace::open(polling_every(20ms));
  Heard heard;
  heard.listen(*listening);
  SqlStore store(place_.open());
  auto late = std::make_unique<PostgresConnection>(place_.options, PostgresConnection::Statements::whole);
  late->begin(PostgresConnection::Access::write);
  late->insert(kAppend, {"late"});
  tell(*telling, "early");
  EXPECT_TRUE(store.events(0, std::nullopt, 10).empty());
  late->commit();
  auto events = store.events(0, std::nullopt, 10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].type, "late");
  EXPECT_EQ(events[1].type, "early");
  EXPECT_TRUE(comes_true([&] { return heard.types().size() >= 2; }));
  EXPECT_EQ(heard.types(), (Types{"late", "early"}));
}

// All of it comes to be read at once, since a transaction that began before held it up: many gaps between our own, and one that is longer than a page.
TEST_F(PostgresEvents, ThoseOfOthersBetweenOnesOwnAreEachHeardOnce) {
  constexpr int kTurns = 20, kMany = 1'500;
  auto telling = place_.open();
  auto listening = PostgresPlace::open(polling_every(20ms));
  Heard heard;
  heard.listen(*listening);
  auto first = std::make_unique<PostgresConnection>(place_.options, PostgresConnection::Statements::whole);
  first->begin(PostgresConnection::Access::write);
  first->insert(kAppend, {"first"});
  for (int i = 0; i < kTurns; ++i) {
    tell(*listening, "own");
    tell(*telling, "other");
  }
  telling->write([](Transaction& transaction) {
    append_events(transaction, std::vector<Event>(kMany, {.type = "many", .actor = "test"}));
    return true;
  });
  tell(*listening, "own");
  tell(*telling, "last");
  first->commit();
  EXPECT_TRUE(comes_true([&] { return std::ranges::count(heard.types(), "last") == 1; }));
  Types types = heard.types();
  EXPECT_EQ(std::ranges::count(types, "first"), 1);
  EXPECT_EQ(std::ranges::count(types, "own"), kTurns + 1);
  EXPECT_EQ(std::ranges::count(types, "other"), kTurns);
  EXPECT_EQ(std::ranges::count(types, "many"), kMany);
}

TEST_F(PostgresEvents, AnEventThatIsRolledBackHoldsNothingUp) {
  SqlStore store(place_.open());
  auto doomed = std::make_unique<PostgresConnection>(place_.options, PostgresConnection::Statements::whole);
  doomed->begin(PostgresConnection::Access::write);
  doomed->insert(kAppend, {"doomed"});
  store.record({.type = "kept", .actor = "test"});
  EXPECT_TRUE(store.events(0, std::nullopt, 10).empty());
  doomed.reset();  // its process died
  EXPECT_TRUE(comes_true([&] { return store.events(0, std::nullopt, 10).size() == 1; }));
}

// Many writers, and a reader that goes on from the last id that it saw: it sees every event exactly once, in order.
TEST_F(PostgresEvents, AReaderThatGoesOnFromItsLastIdMissesNone) {
  auto database = place_.open();
  SqlStore reader(place_.open());
  constexpr int kWriters = 6, kEach = 40;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      for (int i = 0; i < kEach; ++i) tell(*database, std::to_string(writer * kEach + i));
    });
  }
  std::vector<std::string> seen;
  std::int64_t last = 0;
  EXPECT_TRUE(comes_true([&] {
    for (const Event& event : reader.events(last, std::nullopt, 7)) {
      EXPECT_GT(event.id, last);
      last = event.id;
      seen.push_back(event.type);
    }
    return seen.size() >= kWriters * kEach;
  }));
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::unique(seen.begin(), seen.end()), seen.end());
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kWriters * kEach));
}

TEST(PostgresEventsPooled, BehindATransactionPoolerPollingBringsThem) {
  PostgresServer server;
  PostgresPlace place(server.url());
  auto telling = place.open();
  PostgresOptions pooled = parse_postgres_url(server.tell("bouncer") + "?prepared_statements=off&schema=" + place.options.schema);
  pooled.poll_interval = 100ms;
  auto listening = PostgresPlace::open(pooled);
  Heard heard;
  heard.listen(*listening);
  tell(*telling, "news");
  EXPECT_TRUE(comes_true([&] { return !heard.types().empty(); }));
  // A server that restarts costs the tail its connection and not its place.
  server.tell("stop");
  server.tell("start");
  EXPECT_TRUE(comes_true([&] {
    try {
      tell(*telling, "more");
      return true;
    } catch (const StoreUnavailable&) {
      return false;
    }
  }));
  EXPECT_TRUE(comes_true([&] { return heard.types().size() >= 2; }));
  EXPECT_EQ(heard.types(), (Types{"news", "more"}));
}

}  // namespace
}  // namespace darkroom::store
