// What the machine can do at most when each photo is made durable: threads that each write a file, hash it, fsync it, rename it, fsync its
// folder, and then insert one row into SQLite at synchronous=FULL, in groups: while one group is being synced the next one gathers.
// No HTTP, no queue, no worker. Prints one JSON line.
//
//   bare_durable_loop --folder DIR --photos a.jpg b.jpg --series run1 [--count 500] [--threads 8]
#include "support.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace darkroom::bench {
namespace {

void check(bool good, const std::string& doing) {
  if (!good) throw std::runtime_error(doing + ": " + std::strerror(errno));
}

std::string hex_sha256(const std::string& bytes) {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  check(EVP_Digest(bytes.data(), bytes.size(), digest, &size, algorithm, nullptr) == 1, "SHA-256");
  std::string text;
  char pair[3];
  for (unsigned int i = 0; i < size; ++i) {
    std::snprintf(pair, sizeof pair, "%02x", digest[i]);
    text += pair;
  }
  return text;
}

// Written aside, synced, renamed to its hash, and the folder synced.
std::string store_file(const std::string& folder, const std::string& photo, int number) {
  std::string aside = folder + "/incoming/" + std::to_string(number);
  int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  check(file >= 0, "making " + aside);
  check(::write(file, photo.data(), photo.size()) == static_cast<ssize_t>(photo.size()), "writing " + aside);
  std::string sha256 = hex_sha256(photo);
  check(::fsync(file) == 0, "syncing " + aside);
  ::close(file);
  std::string place = folder + "/" + sha256.substr(0, 2);
  check(::rename(aside.c_str(), (place + "/" + sha256).c_str()) == 0, "renaming " + aside);
  int directory = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check(directory >= 0 && ::fsync(directory) == 0, "syncing " + place);
  ::close(directory);
  return sha256;
}

// One thread owns the connection; callers wait until the group that holds their row is committed.
class GroupCommit {
 public:
  explicit GroupCommit(const std::string& path) {
    check(sqlite3_open(path.c_str(), &database_) == SQLITE_OK, "opening " + path);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE photo (id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL)");
    check(sqlite3_prepare_v2(database_, "INSERT INTO photo (sha256, bytes) VALUES (?1, ?2)", -1, &insert_, nullptr) == SQLITE_OK, "preparing");
    thread_ = std::jthread([this](std::stop_token stop) { commit_groups(stop); });
  }
  ~GroupCommit() {
    thread_.request_stop();
    thread_.join();
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }

  void add(const std::string& sha256, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    gathering_.push_back({sha256, bytes});
    std::uint64_t group = next_group_;
    arrived_.notify_one();
    committed_.wait(lock, [&] { return done_groups_ > group; });
  }

 private:
  struct Row {
    std::string sha256;
    std::size_t bytes;
  };

  void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sqlite3_errmsg(database_)); }

  void commit_groups(std::stop_token stop) {
    while (true) {
      std::vector<Row> group;
      {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait(lock, stop, [this] { return !gathering_.empty(); })) return;
        group.swap(gathering_);
        ++next_group_;
      }
      run("BEGIN IMMEDIATE");
      for (const Row& row : group) {
        sqlite3_bind_text(insert_, 1, row.sha256.data(), static_cast<int>(row.sha256.size()), SQLITE_STATIC);
        sqlite3_bind_int64(insert_, 2, static_cast<sqlite3_int64>(row.bytes));
        check(sqlite3_step(insert_) == SQLITE_DONE, "inserting");
        sqlite3_reset(insert_);
      }
      run("COMMIT");
      {
        std::lock_guard lock(mutex_);
        ++done_groups_;
      }
      committed_.notify_all();
    }
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::condition_variable committed_;
  std::vector<Row> gathering_;
  std::uint64_t next_group_ = 0;
  std::uint64_t done_groups_ = 0;
  std::jthread thread_;
};

void prepare(const std::string& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder + "/incoming");
  char name[3];
  for (int i = 0; i < 256; ++i) {
    std::snprintf(name, sizeof name, "%02x", i);
    std::filesystem::create_directory(folder + "/" + name);
  }
  ::sync();
}

int run(const Arguments& arguments) {
  std::string folder = arguments.text("folder");
  prepare(folder);
  Photos source(arguments.list("photos"), arguments.text("series"));
  int count = arguments.number("count", "500");
  std::vector<std::string> photos;
  for (int i = 0; i < count; ++i) photos.push_back(source.make(i));

  GroupCommit database(folder + "/photos.db");
  std::atomic<int> next = 0;
  double cpu = own_cpu_seconds();
  auto begun = SteadyClock::now();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < arguments.number("threads", "8"); ++t) {
      threads.emplace_back([&] {
        for (int i = next++; i < count; i = next++) {
          const std::string& photo = photos[static_cast<std::size_t>(i)];
          database.add(store_file(folder, photo, i), photo.size());
        }
      });
    }
  }
  double wall = seconds_between(begun, SteadyClock::now());
  std::string line = json_line({{"count", count}, {"wall_s", wall}, {"per_s", count / wall}, {"cpu_s", own_cpu_seconds() - cpu}});
  std::fputs(line.c_str(), stdout);
  return 0;
}

}  // namespace
}  // namespace darkroom::bench

int main(int count, char** arguments) { return darkroom::bench::run_main(count, arguments, darkroom::bench::run); }
