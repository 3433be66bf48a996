// What callers of the commit groups are told, and when.
#include "store/sql/sqlite_database.h"
#include "store/store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

namespace darkroom::store {
namespace {

constexpr const char* kInsertToken = "INSERT INTO token (name, account, sha256, last_four, created_at) VALUES ($1, 'nobody', $1, '', 0)";
constexpr const char* kCheckLater = "PRAGMA defer_foreign_keys = ON";
constexpr const char* kCountEvents = "SELECT COUNT(*) FROM event";
constexpr const char* kInsertEvent = "INSERT INTO event (at, type, actor) VALUES (0, 'x', 'a')";

class GroupCommit : public testing::Test {
 protected:
  GroupCommit() : folder_(testing::TempDir() + "group-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    database_ = std::make_unique<SqliteDatabase>(folder_ + "/darkroom.db", from_micros(1));
  }
  ~GroupCommit() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::int64_t events() {
    return database_->read([](Connection& connection) { return connection.execute(kCountEvents).at(0).integer(0); });
  }

  // An event, and a token of an account that is not there, which is found out only by the COMMIT.
  static int write_what_cannot_be_committed(Transaction& transaction) {
    transaction.execute(kCheckLater);
    transaction.execute(kInsertToken, {"t"});
    transaction.execute(kInsertEvent);
    return 7;
  }

  static int write_event(Transaction& transaction) {
    transaction.execute(kInsertEvent);
    transaction.events.push_back({.type = "x", .actor = "a"});
    return 8;
  }

  // Each ask becomes what `write` returns.
  static SharedVerb shared(int (*write)(Transaction&)) {
    return {[write](Transaction& transaction, std::span<void* const> asks) {
      for (void* ask : asks) *static_cast<int*>(ask) = write(transaction);
    }};
  }

  // Holds the writer until as many others wait, so that they are taken as one group.
  template <class Ask>
  void together(int callers, const Ask& ask) {
    std::promise<void> held, go_on;
    std::jthread holder([&] {
      database_->write([&](Transaction&) {
        held.set_value();
        go_on.get_future().wait();
        return true;
      });
    });
    held.get_future().wait();
    std::atomic<int> asking = 0;
    std::vector<std::jthread> others;
    for (int i = 0; i < callers; ++i) {
      others.emplace_back([&, i] {
        ++asking;
        ask(i);
      });
    }
    while (asking < callers) std::this_thread::yield();
    go_on.set_value();
  }

  std::string folder_;
  std::unique_ptr<SqliteDatabase> database_;
};

// However they are grouped: of each that fails nothing is stored, and all others are.
TEST_F(GroupCommit, OfAGroupOnlyTheBadRequestsFail) {
  SharedVerb verb{[](Transaction& transaction, std::span<void* const> asks) {
    for (void* ask : asks) {
      write_event(transaction);
      if (*static_cast<int*>(ask) % 3 == 0) throw std::logic_error("broken");
    }
  }};
  std::atomic<int> refused = 0;
  together(12, [&](int number) {
    try {
      if (number % 2) {
        database_->write_together(verb, &number, 1);
      } else {
        database_->write_together_early(verb, &number, 1).get();
      }
    } catch (const std::logic_error&) {
      ++refused;
    }
  });
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(events(), 8);
}

TEST_F(GroupCommit, AnEarlyCallerGoesOnBeforeTheCommitIsTold) {
  std::promise<void> went_on;
  auto signal = went_on.get_future();
  bool in_time = false;
  database_->on_commit([&](const std::vector<Event>&) { in_time = signal.wait_for(std::chrono::seconds(20)) == std::future_status::ready; });
  SharedVerb verb = shared(write_event);
  int result = 0;
  auto stored = database_->write_together_early(verb, &result, 1);
  EXPECT_EQ(result, 8);
  went_on.set_value();
  stored.get();
  EXPECT_TRUE(in_time);
  EXPECT_EQ(events(), 1);
}

TEST_F(GroupCommit, AnEarlyCallerIsToldOfACommitThatFailed) {
  SharedVerb verb = shared(write_what_cannot_be_committed);
  int result = 0;
  auto stored = database_->write_together_early(verb, &result, 1);
  EXPECT_EQ(result, 7);
  EXPECT_THROW(stored.get(), StoreUnavailable);
  EXPECT_EQ(events(), 0);
}

TEST_F(GroupCommit, ACommitThatFailedIsNoAcknowledgement) {
  bool heard = false;
  database_->on_commit([&](const std::vector<Event>&) { heard = true; });
  EXPECT_THROW(database_->write([](Transaction& transaction) {
    write_event(transaction);
    return write_what_cannot_be_committed(transaction);
  }), StoreUnavailable);
  EXPECT_FALSE(heard);
  EXPECT_EQ(events(), 0);
  EXPECT_EQ(database_->write(write_event), 8);
  EXPECT_TRUE(heard);
}

TEST_F(GroupCommit, ARequestThatFailsDoesSoAloneAndAtOnce) {
  auto broken = [](Transaction& transaction) -> int {
    write_event(transaction);
    throw std::logic_error("broken");
  };
  EXPECT_THROW(database_->write(broken), std::logic_error);
  SharedVerb verb = shared(broken);
  int result = 0;
  EXPECT_THROW(database_->write_together_early(verb, &result, 1), std::logic_error);
  EXPECT_EQ(events(), 0);
}

}  // namespace
}  // namespace darkroom::store
