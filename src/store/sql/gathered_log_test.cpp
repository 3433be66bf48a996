#include "store/sql/gathered_log.h"

#include "store/sql/sqlite_connection.h"
#include "store/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <csignal>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

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

// No file may be written beyond this: stands for a full disk.
class TightFiles {
 public:
  explicit TightFiles(rlim_t most) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    struct rlimit tight = before_;
    tight.rlim_cur = most;
    ::setrlimit(RLIMIT_FSIZE, &tight);
  }
  ~TightFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }
  TightFiles(const TightFiles&) = delete;
  TightFiles& operator=(const TightFiles&) = delete;

 private:
  struct rlimit before_ {};
  void (*signal_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

// SQLite's writes find no room.
class FullDisk {
 public:
  FullDisk() {
    for (const char* name : {"pwrite", "pwrite64"}) vfs_->xSetSystemCall(vfs_, name, reinterpret_cast<sqlite3_syscall_ptr>(write));
  }
  ~FullDisk() {
    for (const char* name : {"pwrite", "pwrite64"}) vfs_->xSetSystemCall(vfs_, name, nullptr);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  static ssize_t write(int, const void*, std::size_t, off_t) {
    errno = ENOSPC;
    return -1;
  }
  sqlite3_vfs* vfs_ = sqlite3_vfs_find(nullptr);
};

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

TEST_F(GatheredLog, ACommitNeedsRoomForItselfOnlyAndNotForTheGrowth) {
  insert(1);
  writer_.execute("COMMIT");
  writer_.run_script("PRAGMA wal_checkpoint(TRUNCATE)");
  {
    TightFiles tight(200'000);
    insert(10);
    EXPECT_NO_THROW(writer_.execute("COMMIT"));
    EXPECT_LT(std::filesystem::file_size(path_ + "-wal"), 200'000u);
    insert(100);
    EXPECT_ANY_THROW(writer_.execute("COMMIT"));
  }
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

// A write may fail in a read, after which SQLite may go on with the transaction: the commit must not go around what is missing then.
TEST_F(GatheredLog, WhatCouldNotBeWrittenIsNotSyncedAround) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(gathered_log_vfs());
  std::vector<std::max_align_t> room(static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* log = reinterpret_cast<sqlite3_file*>(room.data());
  std::string path = folder_ + "/by-itself-wal";
  std::ofstream(folder_ + "/by-itself") << "";  // whose permissions a log takes
  ASSERT_EQ(vfs->xOpen(vfs, path.c_str(), log, SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr), SQLITE_OK);
  std::string page(4096, 'x');
  auto write = [&](sqlite3_int64 offset) { return log->pMethods->xWrite(log, page.data(), static_cast<int>(page.size()), offset); };
  EXPECT_EQ(write(0), SQLITE_OK);
  EXPECT_EQ(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_OK);
  EXPECT_EQ(write(4096), SQLITE_OK);
  {
    FullDisk full;
    EXPECT_EQ(log->pMethods->xRead(log, page.data(), 4096, 0), SQLITE_FULL);
  }
  EXPECT_EQ(write(8192), SQLITE_OK);
  EXPECT_EQ(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_FULL);
  EXPECT_EQ(write(4096), SQLITE_OK);  // the transaction was taken back, and the next one begins where it did
  EXPECT_EQ(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_OK);
  EXPECT_EQ(log->pMethods->xClose(log), SQLITE_OK);
}

// Two readers, one of whom is always there: neither ends before the other has begun anew.
TEST_F(GatheredLog, BeginsAnewBesideReadersWhoTakeTurns) {
  std::atomic<bool> over = false;
  std::atomic<int> begun[2] = {0, 0};
  auto read = [&](int own) {
    SqliteConnection reader(path_, SqliteConnection::Mode::reader);
    while (!over) {
      reader.execute("BEGIN");
      reader.execute("SELECT COUNT(*) FROM page WHERE id = 1");
      reader.execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT MAX(i) FROM n");  // longer than a commit
      int others = begun[1 - own];
      ++begun[own];
      while (begun[1 - own] == others && !over) std::this_thread::yield();
      reader.execute("COMMIT");
    }
  };
  std::uintmax_t longest = 0;
  {
    std::jthread one([&] { read(0); }), other([&] { read(1); });
    while (begun[0] == 0 || begun[1] == 0) std::this_thread::yield();
    for (int i = 0; i < 900; ++i) {
      insert(40);
      writer_.execute("COMMIT");
      writer_.checkpoint_if_due();
      longest = std::max(longest, std::filesystem::file_size(path_ + "-wal"));
    }
    over = true;
  }
  EXPECT_LT(longest, 100'000'000u);  // of 150 MB that were written
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
