// What a process hears of the others when a commit of its own fails, and when the log is an older one than it has followed.
#include "store/postgres_place.h"
#include "store/sql/postgres_tail.h"
#include "store/sql_rows.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;
using Types = std::vector<std::string>;

constexpr const char* kAppend = "INSERT INTO event (at, type, actor) VALUES ($2, $1, 'test')";
constexpr const char* kServersClock = "SELECT " DARKROOM_SERVERS_CLOCK;

class PostgresTailTest : public testing::Test {
 protected:
  PostgresTailTest() : place_(shared_postgres()) {
    place_.options.poll_interval = 20ms;
    others_ = place_.open();
    here_ = place_.connect();
    its_options_ = place_.options;
    for (auto& [key, value] : its_options_.parameters) {
      if (key == "application_name") value = its_name();
    }
    tail_ = std::make_unique<PostgresTail>(its_options_, *here_, [this](const std::vector<Event>& events) {
      std::function<void()> act;
      {
        std::lock_guard guard(mutex_);
        for (const Event& event : events) heard_.push_back(event.type);
        act = std::exchange(as_it_tells_, nullptr);
      }
      if (act) act();
    });
  }

  std::string its_name() const { return place_.options.schema + " tail"; }

  void do_as_it_tells(std::function<void()> act) {
    std::lock_guard guard(mutex_);
    as_it_tells_ = std::move(act);
  }

  std::int64_t append(PostgresConnection& connection, const std::string& type) { return connection.insert(kAppend, {type, connection.query(kServersClock).front().integer(0)}); }

  // Committed here, and to be passed over.
  std::vector<Event> commit_own() {
    here_->begin(PostgresConnection::Access::write);
    std::vector<Event> own{{.id = append(*here_, "cancelled"), .type = "cancelled", .actor = "test"}};
    tail_->skip(own);
    here_->commit();
    return own;
  }

  // By another process.
  void other_tells(const std::string& type) {
    others_->write([&](Transaction& transaction) {
      transaction.insert(kAppend, {type, transaction.execute(kServersClock).front().integer(0)});
      return true;
    });
  }
  void expect_heard(const std::string& type) {
    EXPECT_TRUE(comes_true([&] { return std::ranges::count(heard(), type) > 0; })) << type;
  }
  // Waits until the tail has looked and passed over all that is settled.
  void pass_over() {
    other_tells("passing");
    expect_heard("passing");
    other_tells("passed");
    expect_heard("passed");
    std::lock_guard guard(mutex_);
    std::erase_if(heard_, [](const std::string& type) { return type == "passing" || type == "passed"; });
  }
  Types heard() {
    std::lock_guard guard(mutex_);
    return heard_;
  }

  std::mutex mutex_;
  Types heard_;
  std::function<void()> as_it_tells_;  // once, on its thread
  PostgresPlace place_;
  std::unique_ptr<PostgresDatabase> others_;
  std::unique_ptr<PostgresConnection> here_;
  PostgresOptions its_options_;
  std::unique_ptr<PostgresTail> tail_;
};

// The tail meets the ids of a transaction that has ended before the failure of its commit is known here.
TEST_F(PostgresTailTest, WhatWasRolledBackIsNotHeardAlsoWhenTheTailWasThereFirst) {
  auto doomed = std::make_unique<PostgresConnection>(place_.options, PostgresConnection::Statements::whole);
  doomed->begin(PostgresConnection::Access::write);
  std::int64_t process = doomed->execute("SELECT pg_backend_pid()").front().integer(0);
  std::vector<Event> own{{.id = append(*doomed, "cancelled"), .type = "cancelled", .actor = "test"}};
  tail_->skip(own);
  place_.connect()->query("SELECT pg_terminate_backend($1, 5000)", {process});
  pass_over();
  EXPECT_THROW(doomed->commit(), PostgresFailure);
  tail_->no_skip(own);
  pass_over();
  EXPECT_EQ(heard(), Types{});
}

TEST_F(PostgresTailTest, WhatWasCommittedWithoutAnAnswerIsHeardOnce) {
  std::vector<Event> own = commit_own();
  pass_over();
  tail_->no_skip(own);  // as if the answer had been lost
  expect_heard("cancelled");
  pass_over();
  EXPECT_EQ(heard(), Types{"cancelled"});
}

TEST_F(PostgresTailTest, WhatWasCommittedWithoutAnAnswerIsHeardAlsoWhenThatIsKnownAsTheTailPasses) {
  auto holder = std::make_unique<PostgresConnection>(place_.options, PostgresConnection::Statements::whole);
  holder->begin(PostgresConnection::Access::write);
  append(*holder, "next");
  std::vector<Event> own = commit_own();
  do_as_it_tells([&] { tail_->no_skip(own); });
  holder->commit();  // until now nothing was settled
  expect_heard("cancelled");
  pass_over();
  EXPECT_EQ(heard(), (Types{"next", "cancelled"}));
}

TEST_F(PostgresTailTest, WhatWasToldBeforeTheConnectionBrokeIsNotToldAgain) {
  constexpr std::int64_t kMany = 1'500;  // more than are read at once
  constexpr const char* kEndTail = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1";
  auto server = place_.connect(), many = place_.connect();
  do_as_it_tells([&] { EXPECT_EQ(server->query(kEndTail, {its_name()}).size(), 1u); });
  many->begin(PostgresConnection::Access::write);  // holds the horizon
  many->query("INSERT INTO event (at, type, actor) SELECT 0, 'many', 'test' FROM generate_series(1, CAST($1 AS BIGINT))", {kMany});
  many->commit();
  pass_over();
  EXPECT_EQ(std::ranges::count(heard(), "many"), kMany);
}

// As a standby has it that takes over without the newest events: their ids are given once more.
TEST_F(PostgresTailTest, AnOlderLogIsFollowedFromWhereItIs) {
  for (int i = 0; i < 40; ++i) other_tells("old");
  pass_over();
  auto server = place_.connect();
  std::int64_t newest = server->query("SELECT MAX(id) FROM event").front().integer(0), kept = newest - 30;
  std::vector<Event> own(1);
  own.front().id = newest + 3;  // of a transaction that is lost, too
  tail_->skip(own);
  std::string last = std::to_string(kept);
  do_as_it_tells([&] {
    server->run_script("DELETE FROM event WHERE id > " + last + "; SELECT setval('event_id_seq', " + last + "); INSERT INTO event (at, type, actor) VALUES (" +
                           DARKROOM_SERVERS_CLOCK ", 'taken over', 'test')", 20s);
  });
  other_tells("last that is lost");
  expect_heard("taken over");
  for (std::int64_t id = kept + 2; id <= newest + 5; ++id) other_tells("more");
  pass_over();
  Types told = heard();
  EXPECT_EQ(std::ranges::count(told, "taken over"), 1);
  EXPECT_EQ(std::ranges::count(told, "more"), 34);
}

}  // namespace
}  // namespace darkroom::store
