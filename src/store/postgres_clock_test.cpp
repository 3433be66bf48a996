// Machines whose clocks are wrong, over one PostgreSQL: what is judged by a time is judged by the server's.
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

  ImageRecord upload(NewImage image = {}) {
    image.title = "a";
    image.owner = "minji";
    image.sha256 = std::string(64, 'a');
    image.byte_count = 1;
    image.format = "JPEG";
    image.width = image.height = 1;
    image.model = "demo";
    return right_->create_image(image, kAdmin, now()).value();
  }

  static std::size_t claim(Store& store, int count, Time at) { return store.claim({.node = kNode, .worker = "w", .lanes = {"ai_processing/demo"}, .count = count}, at).size(); }
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
  EXPECT_EQ(wrong_->rescue_expired({}, now() + kYear), 0);
  EXPECT_EQ(state_of(*right_, kNode), NodeState::running);
  place_.connect()->query("UPDATE node SET lease_until = 1");
  EXPECT_EQ(wrong_->rescue_expired({}, now() - kYear), 1) << "nor leaves it with the dead";
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
  EXPECT_EQ(right_->rescue_expired({}, now()), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
  holder->run_script("COMMIT", 20s);
}

}  // namespace
}  // namespace darkroom::store
