// Processes that stand still inside a transaction: what they hold is free again before the others are missed.
#include "store/postgres_place.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

constexpr const char* kStanding = "01890000-0000-7000-8000-000000000001";
constexpr const char* kDead = "01890000-0000-7000-8000-000000000002";
constexpr Duration kLease = 10s;
constexpr const char* kHoldQueue = "UPDATE queue SET updated_at = updated_at WHERE name = 'maintenance' RETURNING pg_backend_pid()";

class PostgresStandstill : public testing::Test {
 protected:
  PostgresStandstill() : place_(shared_postgres()) {
    place_.options.idle_timeout = 10min;
    place_.options.lock_timeout = 100ms;
  }

  // A writer that holds a row and says no more until the server has ended it. Returns how often its work ran.
  int stand_still() {
    auto watcher = place_.connect();
    int runs = 0;
    place_.open()->write([&](Transaction& transaction) {
      std::string process = std::to_string(transaction.execute(kHoldQueue).at(0).integer(0));
      if (++runs > 1) return true;
      EXPECT_TRUE(comes_true([&] { return watcher->query("SELECT 1 FROM pg_stat_activity WHERE pid = " + process).empty(); }));
      EXPECT_EQ(watcher->query("SELECT name FROM queue WHERE name = 'maintenance' FOR UPDATE NOWAIT").size(), 1u);
      transaction.execute("SELECT 1");
      return true;
    });
    return runs;
  }

  static NewImage photo() { return {.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"}; }

  PostgresPlace place_;
  Time now_ = from_micros(1'700'000'000'000'000);
};

TEST_F(PostgresStandstill, AWriterIsEndedByTheServerAndRunsAgain) {
  place_.options.writer_pause = 100ms;
  EXPECT_EQ(stand_still(), 2);
}

// Another process could have made an image of the content meanwhile.
TEST_F(PostgresStandstill, WhoRemovesAFileHasTheTimeThatADiskTakes) {
  place_.options.writer_pause = 100ms;
  SqlStore store(place_.open());
  int removed = 0;
  EXPECT_TRUE(store.remove_content(std::string(64, 'a'), "folder", [&] {
    ++removed;
    stand_still();
  }));
  EXPECT_EQ(removed, 1);
}

// The jobs of all dead nodes waited for the row of one that had stopped in the middle of its beat.
TEST_F(PostgresStandstill, ANodeWhoseRowIsHeldKeepsNobodysJobsFromTheirRescue) {
  SqlStore opened(place_.open());
  Store& store = opened;
  for (const char* node : {kStanding, kDead}) {
    store.register_node({.id = node, .name = node, .role = "worker", .slots = 1}, kLease, now_);
    store.create_image(photo(), {"admin", ""}, now_).value();
    ASSERT_EQ(store.claim({.node = node, .worker = "w", .lanes = {"ai_processing/demo"}, .count = 1}, now_).size(), 1u);
  }
  auto holder = place_.connect();
  holder->run_script(std::string("BEGIN; UPDATE node SET seen_at = seen_at WHERE id = '") + kStanding + "'", 20s);
  EXPECT_EQ(store.rescue_expired({}, now_ + kLease), 1);
  EXPECT_EQ(store.rescue_expired({}, now_ + kLease), 0) << "its beat may come through";
  holder->run_script("ROLLBACK", 20s);
  EXPECT_EQ(store.rescue_expired({}, now_ + kLease), 1);
}

}  // namespace
}  // namespace darkroom::store
