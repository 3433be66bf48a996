// Resumable uploads that processes begin at the same time: together they keep to the room that there is.
#include "store/postgres_place.h"
#include "store/sql_store.h"

#include <future>
#include <vector>

namespace darkroom::store {
namespace {

using testing_support::shared_postgres;

class PostgresUploads : public testing::Test {
 protected:
  PostgresUploads() : place_(shared_postgres()), one_(place_.open()), other_(place_.open()) {}

  // Both have looked at what there is, or wait for each other to look, before either is let on. Returns how many were begun.
  int begin_at_once(const std::string& first_owner, const std::string& second_owner, std::int64_t length, std::int64_t most_bytes) {
    auto begin = [&](SqlStore& store, const std::string& id, const std::string& owner) {
      UploadRecord upload{.id = id, .owner = owner, .length = length, .fields = "{}", .home = id, .created_at = now_, .expires_at = now_ + 1h};
      return std::async(std::launch::async, [&store, upload, most_bytes] { return store.begin_upload(upload, most_bytes) ? 1 : 0; });
    };
    auto holder = place_.connect(), watcher = place_.connect();
    holder->run_script("BEGIN; LOCK TABLE upload IN SHARE MODE", 20s);
    auto first = begin(one_, "a", first_owner), second = begin(other_, "b", second_owner);
    constexpr const char* kWaiting =
        "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND (relation = CAST('upload' AS regclass) OR (locktype = 'advisory' AND classid = 6276))";
    EXPECT_TRUE(comes_true([&] { return watcher->query(kWaiting).front().integer(0) == 2; }));
    holder->run_script("COMMIT", 20s);
    return first.get() + second.get();
  }

  PostgresPlace place_;
  SqlStore one_, other_;
  Time now_ = from_micros(1'700'000'000'000'000);
};

TEST_F(PostgresUploads, TwoThatBeginAtOnceKeepToTheRoomOfAll) { EXPECT_EQ(begin_at_once("minji", "joon", 600, 1000), 1); }

TEST_F(PostgresUploads, TwoThatBeginAtOnceKeepToTheShareOfOneOwner) { EXPECT_EQ(begin_at_once("minji", "minji", 200, 1000), 1); }

}  // namespace
}  // namespace darkroom::store
