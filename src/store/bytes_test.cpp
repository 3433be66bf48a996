// What an owner's photos take: counted by the migration from what is there, and by many at once without waiting for each other.
#include "store/postgres_place.h"
#include "store/sql/postgres_migrate.h"
#include "store/sql/sqlite_connection.h"
#include "store/sql/sqlite_migrate.h"
#include "store/sql_store.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace darkroom::store {
namespace {

constexpr int kFirst = 21;  // the migration that counts them
constexpr const char* kPhotos =
    "INSERT INTO image (title, owner, sha256, byte_count, format, width, height, created_at, updated_at) VALUES "
    "('a', 'minji', '0000000000000000000000000000000000000000000000000000000000000001', 5, 'JPEG', 1, 1, 1, 1), "
    "('b', 'joon', '0000000000000000000000000000000000000000000000000000000000000002', 7, 'JPEG', 1, 1, 1, 1), "
    "('c', 'minji', '0000000000000000000000000000000000000000000000000000000000000003', 9, 'JPEG', 1, 1, 1, 1)";
constexpr const char* kSums = "SELECT owner, CAST(SUM(bytes) AS BIGINT) FROM owner_bytes GROUP BY owner ORDER BY owner";

std::vector<Migration> before_they_were_counted() {
  std::vector<Migration> older;
  std::ranges::copy_if(migrations(), std::back_inserter(older), [](const Migration& each) { return each.number < kFirst; });
  return older;
}

std::string told(const Rows& rows) {
  std::string text;
  for (const Row& row : rows) text += row.text(0) + " " + std::to_string(row.integer(1)) + "; ";
  return text;
}

TEST(BytesOfOwners, AreCountedByTheMigrationOnSqlite) {
  std::string folder = testing::TempDir() + "bytes-" + std::to_string(::getpid()), path = folder + "/darkroom.db";
  std::filesystem::create_directories(folder);
  {
    SqliteConnection connection(path, SqliteConnection::Mode::writer);
    migrate(connection, path, before_they_were_counted(), from_micros(1));
    connection.run_script(kPhotos);
    migrate(connection, path, migrations(), from_micros(2));
    EXPECT_EQ(told(connection.execute(kSums)), "joon 7; minji 14; ");
    connection.run_script(kPhotos);
    EXPECT_EQ(told(connection.execute(kSums)), "joon 14; minji 28; ");
  }
  std::filesystem::remove_all(folder);
}

TEST(BytesOfOwners, AreCountedByTheMigrationOnPostgres) {
  PostgresPlace place(testing_support::shared_postgres());
  PostgresConnection connection(place.options, PostgresConnection::Statements::whole);
  migrate(connection, place.options, before_they_were_counted(), from_micros(1));
  auto session = place.connect();
  session->run_script(kPhotos, 20s);
  migrate(connection, place.options, migrations(), from_micros(2));
  EXPECT_EQ(told(session->query(kSums)), "joon 7; minji 14; ");
  session->run_script(kPhotos, 20s);
  EXPECT_EQ(told(session->query(kSums)), "joon 14; minji 28; ");
}

// One who adds a photo and has not committed holds what it has counted.
TEST(BytesOfOwners, PhotosOfOneOwnerDoNotWaitForEachOther) {
  PostgresPlace place(testing_support::shared_postgres());
  place.options.lock_timeout = 100ms;
  SqlStore store(place.open());
  NewImage photo{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 100, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  auto send = [&] { return store.create_image(photo, {"admin", ""}, from_micros(1)).value().id; };
  ImageId first = send();
  auto holder = place.connect();
  holder->run_script(std::string("BEGIN; ") + kPhotos, 20s);
  send();
  photo.sha256 = std::string(64, 'b');
  ImageId third = send();
  EXPECT_TRUE(store.delete_image(third, {"admin", ""}, from_micros(1), {}));
  EXPECT_TRUE(store.delete_image(first, {"admin", ""}, from_micros(1), {}));
  EXPECT_EQ(store.bytes_of("minji"), 100);
  EXPECT_TRUE(store.look_at_sums("").wrong.empty());
  holder->run_script("COMMIT", 20s);
  EXPECT_EQ(store.bytes_of("minji"), 114);
  EXPECT_EQ(place.connect()->query("SELECT id FROM owner_bytes WHERE owner = 'minji'").size(), 2u) << "as many as added at once";
}

// Adding up all of an owner's photos in the write would hold back others, and with very many of them never come to its end.
TEST(BytesOfOwners, ASumIsPutRightWithoutLookingAtAPhoto) {
  PostgresPlace place(testing_support::shared_postgres());
  place.options.lock_timeout = 100ms;
  SqlStore store(place.open());
  auto outside = place.connect();
  outside->run_script(std::string(kPhotos) + "; UPDATE owner_bytes SET bytes = bytes - 3 WHERE owner = 'minji'", 20s);
  auto wrong = store.look_at_sums("").wrong;
  ASSERT_EQ(wrong.size(), 1u);
  outside->run_script("BEGIN; LOCK TABLE image", 20s);
  EXPECT_TRUE(store.repair_sum(wrong[0], from_micros(1)));
  EXPECT_EQ(store.bytes_of("minji"), 14);
  outside->run_script("ROLLBACK", 20s);
}

}  // namespace
}  // namespace darkroom::store
