// Commits whose sync is put off: what the next transaction runs beside, what nobody is told before the sync, and a disk that fails at it.
// fdatasync of this program is replaced by one that counts, stops or fails when a test says so.
#include "store/sql/sqlite_connection.h"
#include "store/sql/sqlite_database.h"
#include "store/store.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Disk {
  std::atomic<int> syncs = 0;
  std::atomic<bool> fails = false;
  std::mutex mutex;
  std::condition_variable changed;
  bool stands = false;
  int held = 0;  // syncs that stand still

  void stand(bool yes) {
    std::lock_guard guard(mutex);
    stands = yes;
    changed.notify_all();
  }
  void wait_until_held() {
    std::unique_lock guard(mutex);
    changed.wait(guard, [this] { return held > 0; });
  }
};

Disk& disk() {
  static Disk disk;
  return disk;
}

}  // namespace

extern "C" int fdatasync(int descriptor) {
  ++disk().syncs;
  {
    std::unique_lock guard(disk().mutex);
    ++disk().held;
    disk().changed.notify_all();
    disk().changed.wait(guard, [] { return !disk().stands; });
    --disk().held;
  }
  if (disk().fails) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

namespace darkroom::store {
namespace {

std::string empty_folder() {
  std::string folder = testing::TempDir() + "unsynced-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

class UnsyncedCommits : public testing::Test {
 protected:
  ~UnsyncedCommits() override { std::filesystem::remove_all(folder_); }

  std::string folder_ = empty_folder();
  std::string path_ = folder_ + "/log.db";
};

std::int64_t count(Connection& connection) { return connection.execute("SELECT COUNT(*) FROM page").front().integer(0); }

class OfAConnection : public UnsyncedCommits {
 protected:
  OfAConnection() { writer_.run_script("CREATE TABLE page (id INTEGER PRIMARY KEY, bytes TEXT) STRICT"); }

  void insert(int rows) {
    std::string page(3500, 'x');
    writer_.execute("BEGIN IMMEDIATE");
    for (int i = 0; i < rows; ++i) writer_.execute("INSERT INTO page (bytes) VALUES ($1)", {page});
  }

  SqliteConnection writer_{path_, SqliteConnection::Mode::writer};
};

TEST_F(OfAConnection, AreSeenAndNotSynced) {
  SqliteConnection reader(path_, SqliteConnection::Mode::reader);
  insert(3);
  int before = disk().syncs;
  writer_.commit_unsynced();
  EXPECT_EQ(disk().syncs, before);
  EXPECT_EQ(count(reader), 3);
  EXPECT_TRUE(writer_.sync_log());
  EXPECT_EQ(disk().syncs, before + 1);
}

TEST_F(OfAConnection, OfNothingCostNoSync) {
  insert(3);
  writer_.commit_unsynced();
  ASSERT_TRUE(writer_.sync_log());
  int before = disk().syncs;
  writer_.execute("BEGIN IMMEDIATE");
  EXPECT_EQ(count(writer_), 3);
  writer_.commit_unsynced();
  EXPECT_TRUE(writer_.sync_log());
  EXPECT_EQ(disk().syncs, before);
  insert(1);
  writer_.commit_unsynced();
  EXPECT_TRUE(writer_.sync_log());
  EXPECT_EQ(disk().syncs, before + 1);
}

TEST_F(OfAConnection, MadeWhileOthersAreSyncedAreSyncedAfterwards) {
  insert(1);
  writer_.commit_unsynced();
  disk().stand(true);
  auto sync = std::async(std::launch::async, [&] { return writer_.sync_log(); });
  disk().wait_until_held();
  insert(1);
  writer_.commit_unsynced();
  disk().stand(false);
  EXPECT_TRUE(sync.get());
  int before = disk().syncs;
  EXPECT_TRUE(writer_.sync_log());
  EXPECT_EQ(disk().syncs, before + 1);
}

TEST_F(OfAConnection, OthersAreSynced) {
  insert(1);
  writer_.commit_unsynced();
  insert(1);
  int before = disk().syncs;
  writer_.execute("COMMIT");
  EXPECT_EQ(disk().syncs, before + 1);
}

// Frames of the log before would else count as new ones after a loss of power, though the database is ahead of them.
TEST_F(OfAConnection, SyncTheHeaderOfALogThatBeginsAnew) {
  insert(3);
  writer_.commit_unsynced();
  writer_.run_script("PRAGMA wal_checkpoint(RESTART)");
  insert(1);
  int before = disk().syncs;
  writer_.commit_unsynced();
  EXPECT_EQ(disk().syncs, before + 1);
  insert(1);
  writer_.commit_unsynced();
  EXPECT_EQ(disk().syncs, before + 1);
}

TEST_F(OfAConnection, AreSyncedBeforeTheyAreMovedIntoTheDatabase) {
  insert(4100);
  writer_.commit_unsynced();
  auto size = std::filesystem::file_size(path_);
  int before = disk().syncs;
  writer_.checkpoint_if_due();
  EXPECT_GE(disk().syncs, before + 2);  // the log, then the database
  EXPECT_GT(std::filesystem::file_size(path_), size);
}

class OfADatabase : public UnsyncedCommits {
 protected:
  ~OfADatabase() override { disk().stand(false); }

  static void write(SqliteDatabase& database, int rows = 1) {
    database.write([rows](Transaction& transaction) {
      for (int i = 0; i < rows; ++i) transaction.execute("INSERT INTO blob_removal (sha256, since) VALUES (lower(hex(randomblob(32))), 1)");
      return 0;
    });
  }
  static std::int64_t rows(SqliteDatabase& database) {
    return database.read([](Connection& connection) { return connection.execute("SELECT COUNT(*) FROM blob_removal").front().integer(0); });
  }
  static bool is_ready(std::future<void>& future) { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }

  // As many writers as are answered aside, of which none has been.
  std::vector<std::future<void>> many_writers(SqliteDatabase& database) {
    std::vector<std::future<void>> writers;
    for (int i = 0; i < 24; ++i) writers.push_back(std::async(std::launch::async, [&database] { write(database); }));
    return writers;
  }
};

TEST_F(OfADatabase, AreToldOfAfterTheirSync) {
  SqliteDatabase database(path_, from_micros(1));
  write(database);
  disk().stand(true);
  auto writers = many_writers(database);
  disk().wait_until_held();
  for (auto& writer : writers) EXPECT_FALSE(is_ready(writer));
  disk().stand(false);
  for (auto& writer : writers) writer.get();
  EXPECT_EQ(rows(database), 25);
}

TEST_F(OfADatabase, AreHeardOfAfterTheirSync) {
  SqliteDatabase database(path_, from_micros(1));
  std::atomic<std::size_t> heard = 0;
  database.on_commit([&](const std::vector<Event>& events) { heard += events.size(); });
  disk().stand(true);
  auto writer = std::async(std::launch::async, [&] {
    database.write([](Transaction& transaction) {
      transaction.execute("INSERT INTO blob_removal (sha256, since) VALUES (lower(hex(randomblob(32))), 1)");
      transaction.events.push_back({.at = from_micros(1), .type = "test"});
      return 0;
    });
  });
  disk().wait_until_held();
  EXPECT_EQ(heard, 0u);
  disk().stand(false);
  writer.get();
  EXPECT_EQ(heard, 1u);
}

// A look that began after the commit was seen waits for its sync, and one that began before it does not.
TEST_F(OfADatabase, AreReadByNobodyBeforeTheirSync) {
  SqliteDatabase database(path_, from_micros(1));
  write(database);
  std::promise<void> looked, go_on;
  auto early = std::async(std::launch::async, [&] {
    return database.read([&](Connection& connection) {
      looked.set_value();
      go_on.get_future().wait();
      return connection.execute("SELECT COUNT(*) FROM blob_removal").front().integer(0);
    });
  });
  looked.get_future().wait();
  disk().stand(true);
  auto writer = std::async(std::launch::async, [&] { write(database); });
  disk().wait_until_held();
  go_on.set_value();
  EXPECT_EQ(early.get(), 1);

  std::promise<std::int64_t> seen;
  auto reader = std::async(std::launch::async, [&] {
    database.read([&](Connection& connection) {
      seen.set_value(connection.execute("SELECT COUNT(*) FROM blob_removal").front().integer(0));
      return 0;
    });
  });
  EXPECT_EQ(seen.get_future().get(), 2);  // it is there, and not told
  EXPECT_EQ(reader.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);  // what does not wait is back long before
  EXPECT_EQ(database.look_up("SELECT COUNT(*) FROM blob_removal", {}, Database::Found::is_kept).front().integer(0), 2);  // and is told to nobody
  EXPECT_FALSE(is_ready(writer));
  disk().stand(false);
  reader.get();
  writer.get();
}

TEST_F(OfADatabase, AreAllThereAfterTheEnd) {
  {
    SqliteDatabase database(path_, from_micros(1));
    auto writers = many_writers(database);
    for (auto& writer : writers) writer.get();
  }
  SqliteDatabase again(path_, from_micros(2));
  EXPECT_EQ(rows(again), 24);
}

// The kernel may have dropped the pages that it could not write: a second sync would succeed, and the commit be gone.
TEST_F(OfADatabase, EndTheProcessWhenTheirSyncFails) {
  pid_t child = ::fork();
  if (child == 0) {
    {
      SqliteDatabase database(path_, from_micros(1));
      write(database);
      disk().fails = true;
      write(database);
    }
    ::_exit(0);  // somebody was told that it is stored
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), EX_IOERR);
}

}  // namespace
}  // namespace darkroom::store
