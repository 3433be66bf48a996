// SQLite passes the conformance suite; and what is particular to it: migrations, the lock, the plans of the hot statements.
#include "store/conformance.h"
#include "store/sql/sqlite_database.h"
#include "store/sql/sqlite_migrate.h"
#include "store/sql/process_lock.h"
#include "store/sql_claims.h"
#include "store/sql_turns.h"
#include "store/sqlite_plans.h"
#include "store/open_store.h"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

namespace darkroom::store {
namespace {

std::string fresh_folder() {
  std::string folder = testing::TempDir() + "store-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

StoreFactory sqlite_factory() {
  return {"sqlite", [](bool fresh) {
            static std::string folder;
            if (fresh) folder = fresh_folder();
            return open_store(folder + "/darkroom.db", from_micros(1));
          }};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreConformance, testing::Values(sqlite_factory()), [](const auto& made) { return made.param.name; });

// As SQLite ends it when the disk cannot be read.
TEST(SqliteReads, OneWhoseTransactionEndedByItselfHarmsNobody) {
  SqliteDatabase database(fresh_folder() + "/darkroom.db", from_micros(1));
  auto fail = [](Connection& connection) -> std::int64_t {
    connection.execute("ROLLBACK");
    throw StoreUnavailable("the disk cannot be read");
  };
  for (int i = 0; i < 10; ++i) EXPECT_THROW(database.read(fail), StoreUnavailable);
  EXPECT_EQ(database.read([](Connection& connection) { return connection.execute("SELECT 42").front().integer(0); }), 42);
}

TEST(SqliteMigrate, ANewerSchemaIsRefusedWithWords) {
  std::string path = fresh_folder() + "/darkroom.db";
  SqliteConnection connection(path, SqliteConnection::Mode::writer);
  migrate(connection, path, {{1, "one", "CREATE TABLE a (x INTEGER) STRICT"}, {2, "two", "CREATE TABLE b (x INTEGER) STRICT"}}, from_micros(1));
  try {
    migrate(connection, path, {{1, "one", ""}}, from_micros(2));
    FAIL() << "a newer schema was accepted";
  } catch (const StoreUnavailable& error) {
    EXPECT_NE(std::string(error.what()).find("schema 2"), std::string::npos);
  }
}

TEST(SqliteMigrate, TheDatabaseIsCopiedBeforeItsSchemaChanges) {
  std::string path = fresh_folder() + "/darkroom.db";
  SqliteConnection connection(path, SqliteConnection::Mode::writer);
  Migration first{1, "one", "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (42)"};
  migrate(connection, path, {first}, from_micros(1));
  EXPECT_FALSE(std::filesystem::exists(path + ".before-1"));
  migrate(connection, path, {first, {2, "two", "DELETE FROM a"}}, from_micros(2));
  SqliteConnection copy(path + ".before-2", SqliteConnection::Mode::reader);
  EXPECT_EQ(copy.execute("SELECT x FROM a").at(0).integer(0), 42);
  EXPECT_TRUE(connection.execute("SELECT x FROM a").empty());
}

TEST(SqliteMigrate, AFailingStepChangesNothing) {
  std::string path = fresh_folder() + "/darkroom.db";
  SqliteConnection connection(path, SqliteConnection::Mode::writer);
  Migration broken{1, "broken", "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT"};
  EXPECT_THROW(migrate(connection, path, {broken}, from_micros(1)), StoreUnavailable);
  migrate(connection, path, {{1, "mended", "CREATE TABLE a (x INTEGER) STRICT"}}, from_micros(1));
}

TEST(SqliteLock, ASecondProcessIsRefusedAndToldWhoHoldsIt) {
  std::string path = fresh_folder() + "/darkroom.db";
  auto store = open_store(path, from_micros(1));
  pid_t child = ::fork();
  if (child == 0) {
    try {
      ProcessLock second(path + ".lock");
      ::_exit(1);
    } catch (const StoreUnavailable& error) {
      ::_exit(std::string(error.what()).find(std::to_string(::getppid())) != std::string::npos ? 0 : 2);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

// Every hot statement reads its rows out of an index in the index's own order: nothing is scanned, nothing is sorted.
TEST_F(SqlitePlans, HotStatementsNeitherScanNorSort) {
  for (const char* statement : hot_statements()) {
    std::string found = plan(statement);
    EXPECT_EQ(found.find("SCAN job\n"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("SCAN image\n"), std::string::npos) << statement << "\n" << found;
    EXPECT_EQ(found.find("TEMP B-TREE"), std::string::npos) << statement << "\n" << found;
  }
}

TEST_F(SqlitePlans, TheNextJobIsTheHeadOfTheClaimIndex) {
  std::string head = plan("SELECT id FROM job WHERE state = 'queued' AND lane = 'x' ORDER BY priority DESC, rank, id LIMIT 1");
  EXPECT_NE(head.find("INDEX job_claim (lane=?)"), std::string::npos) << head;
  std::string ranks = plan(kRanks.text);
  EXPECT_NE(ranks.find("INDEX job_claim (lane=? AND priority=?)"), std::string::npos) << ranks;
  EXPECT_NE(ranks.find("INDEX job_turn (lane=? AND priority=? AND owner=?)"), std::string::npos) << ranks;
}

}  // namespace
}  // namespace darkroom::store
