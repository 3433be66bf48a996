#include "store/sql/gathered_log.h"

#include "store/sql/sqlite_connection.h"
#include "store/store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

namespace darkroom::store {
namespace {

// Write calls of this process so far.
long writes() {
  std::ifstream io("/proc/self/io");
  std::string name;
  for (long number = 0; io >> name >> number;) {
    if (name == "syscw:") return number;
  }
  return -1;
}

class GatheredLog : public testing::Test {
 protected:
  GatheredLog() { writer_.run_script("CREATE TABLE page (id INTEGER PRIMARY KEY, bytes TEXT) STRICT"); }
  ~GatheredLog() override { std::filesystem::remove_all(folder_); }

  static std::string empty_folder() {
    std::string folder = testing::TempDir() + "log-" + std::to_string(::getpid());
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }

  // Rows of about a page each, in one transaction.
  void insert(int rows) {
    std::string page(3500, 'x');
    writer_.execute("BEGIN IMMEDIATE");
    for (int i = 0; i < rows; ++i) writer_.execute("INSERT INTO page (bytes) VALUES ($1)", {page});
  }

  static std::int64_t count(SqliteConnection& connection) { return connection.execute("SELECT COUNT(*) FROM page").front().integer(0); }

  std::string folder_ = empty_folder();
  std::string path_ = folder_ + "/log.db";
  SqliteConnection writer_{path_, SqliteConnection::Mode::writer};
};

TEST_F(GatheredLog, ACommitOfManyPagesIsFewWrites) {
  insert(30);
  long before = writes();
  writer_.execute("COMMIT");
  EXPECT_LE(writes() - before, 6);
}

TEST_F(GatheredLog, OthersSeeACommitAtOnceAndNothingBefore) {
  SqliteConnection reader(path_, SqliteConnection::Mode::reader);
  insert(30);
  EXPECT_EQ(count(reader), 0);
  writer_.execute("COMMIT");
  EXPECT_EQ(count(reader), 30);
  insert(5);
  writer_.execute("ROLLBACK");
  EXPECT_EQ(count(reader), 30);
  insert(5);
  writer_.execute("COMMIT");
  EXPECT_EQ(count(reader), 35);
}

TEST_F(GatheredLog, ATransactionLargerThanTheCacheIsWhole) {
  SqliteConnection reader(path_, SqliteConnection::Mode::reader);
  insert(6000);  // 24 MB: pages go to the log before the commit and are read back from it
  writer_.execute("UPDATE page SET bytes = bytes || 'y' WHERE id % 7 = 0");
  EXPECT_EQ(count(writer_), 6000);
  EXPECT_EQ(count(reader), 0);
  writer_.execute("COMMIT");
  EXPECT_EQ(count(reader), 6000);
  EXPECT_EQ(reader.execute("SELECT COUNT(*) FROM page WHERE bytes LIKE '%y'").front().integer(0), 857);
  writer_.run_script("PRAGMA wal_checkpoint(TRUNCATE)");
  EXPECT_EQ(writer_.execute("PRAGMA integrity_check").front().text(0), "ok");
}

TEST_F(GatheredLog, GrowsAMegabyteAtATimeAndNotWithEachCommit) {
  auto length = [&] { return std::filesystem::file_size(path_ + "-wal"); };
  auto first = length();
  EXPECT_EQ(first % (1 << 20), 0u);
  for (int i = 0; i < 10; ++i) {
    insert(10);
    writer_.execute("COMMIT");
  }
  EXPECT_EQ(length(), first);
  insert(300);
  writer_.execute("COMMIT");
  EXPECT_GT(length(), first);
  EXPECT_EQ(length() % (1 << 20), 0u);
  writer_.run_script("PRAGMA wal_checkpoint(TRUNCATE)");
  insert(5);
  writer_.execute("COMMIT");
  EXPECT_EQ(length(), 1u << 20);
  SqliteConnection reader(path_, SqliteConnection::Mode::reader);
  EXPECT_EQ(count(reader), 405);
}

// A file that may not become longer stands for a full disk.
TEST_F(GatheredLog, ACommitNeedsRoomForItselfOnlyAndNotForTheGrowth) {
  insert(1);
  writer_.execute("COMMIT");
  writer_.run_script("PRAGMA wal_checkpoint(TRUNCATE)");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* ignored = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit tight = before;
  tight.rlim_cur = 200'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  insert(10);
  EXPECT_NO_THROW(writer_.execute("COMMIT"));
  auto length = std::filesystem::file_size(path_ + "-wal");
  insert(100);
  EXPECT_ANY_THROW(writer_.execute("COMMIT"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  EXPECT_LT(length, 200'000u);
  try {
    writer_.execute("ROLLBACK");  // if SQLite has not taken it back by itself
  } catch (const std::exception&) {
  }
  EXPECT_EQ(count(writer_), 11);
  insert(100);
  writer_.execute("COMMIT");
  SqliteConnection reader(path_, SqliteConnection::Mode::reader);
  EXPECT_EQ(count(reader), 111);
}

// A copy of the files as they are after a commit is what a machine that loses its power has.
TEST_F(GatheredLog, ACommitIsInTheFilesWhenItReturns) {
  insert(30);
  writer_.execute("COMMIT");
  insert(30);  // open, and lost
  std::string copy = folder_ + "/copy.db";
  for (const char* end : {"", "-wal"}) {
    std::ifstream from(path_ + end, std::ios::binary);
    std::ofstream(copy + end, std::ios::binary) << from.rdbuf();
  }
  SqliteConnection found(copy, SqliteConnection::Mode::writer);
  EXPECT_EQ(count(found), 30);
  writer_.execute("ROLLBACK");
}

}  // namespace
}  // namespace darkroom::store
