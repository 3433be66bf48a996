#include "store/sql/sqlite_database.h"

#include "base/log.h"
#include "store/sql/aside.h"
#include "store/sql/batch.h"
#include "store/sql/horizon.h"
#include "store/sql/process_lock.h"
#include "store/sql/sqlite_connection.h"
#include "store/sql/sqlite_migrate.h"
#include "store/store.h"

#include <sqlite3.h>
#include <sysexits.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace darkroom::store {
namespace {

constexpr std::size_t kHeaviestBatch = 160;  // about as many jobs are changed by it: some ten milliseconds
constexpr std::size_t kLargestAnsweredHere = 8;
constexpr std::size_t kReaders = 4;

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kSavepoint = "SAVEPOINT request";
constexpr const char* kRelease = "RELEASE request";
constexpr const char* kRollbackToSavepoint = "ROLLBACK TO request";
constexpr const char* kBeginRead = "BEGIN";
constexpr const char* kFixSnapshot = "SELECT COUNT(*) FROM queue WHERE name = ''";  // what is read is as of the first statement that reads

}  // namespace

struct SqliteDatabase::State {
  State(const std::string& path, Time now) : lock(path + ".lock"), writer(path, SqliteConnection::Mode::writer) {
    migrate(writer, path, migrations(), now);
    for (std::size_t i = 0; i < kReaders; ++i) {
      readers.push_back(std::make_unique<SqliteConnection>(path, SqliteConnection::Mode::reader));
    }
    thread = std::jthread([this](std::stop_token stop) { write_groups(stop); });
  }

  ~State() {
    thread.request_stop();
    thread.join();
    readers.clear();  // the writer closes last, so that it takes the write-ahead log with it
  }

  void write_groups(std::stop_token stop);
  Batches next_group(std::stop_token stop);
  // A group that was committed, or of which nothing is stored.
  struct Ended {
    Batches group;
    std::uint64_t commit;  // its number, 0 if it did not come so far
    std::exception_ptr failure;
  };
  Ended commit(Batches group);
  void settle(Ended& ended);
  enum class Before { nothing, answered };  // what has run in the transaction
  void run_part(const Requests& part, Before before);
  void undo_part(Before before);
  void run_all(const Requests& part);
  void run_in_savepoint(Request& request);
  // Returns when it was answered, or throws its error.
  std::shared_ptr<Batch> submit(Answer answer, Request request);
  void exit_if_disk_failed();
  [[noreturn]] static void exit_on_failed_disk();
  void roll_back();
  void tell(const Batches& group);

  ProcessLock lock;
  SqliteConnection writer;

  std::mutex mutex;
  std::condition_variable_any arrived;
  std::deque<std::shared_ptr<Batch>> early, waiting;  // the last of each still takes requests
  bool closed = false;

  std::mutex listener_mutex;
  std::function<void(const std::vector<Event>&)> listener;

  std::mutex reader_mutex;
  std::condition_variable reader_free;
  std::vector<std::unique_ptr<SqliteConnection>> readers;

  Horizon durable;
  Aside<Ended> settler{[this](Ended& ended) { settle(ended); }};
  std::jthread thread;
};

// Stops only when nothing waits: what was asked before the end is still committed. Where others are on their way, a commit is synced and told of aside, while
// the next group runs; a lone caller is answered from here, without waking another thread before its own.
void SqliteDatabase::State::write_groups(std::stop_token stop) {
  for (Batches group = next_group(stop); !group.empty(); group = next_group(stop)) {
    bool is_large = callers_of(group) > kLargestAnsweredHere;
    Ended ended = commit(std::move(group));
    if (is_large || !settler.is_idle()) {
      settler.add(std::move(ended));
    } else {
      settle(ended);
    }
    writer.checkpoint_if_due();
    exit_if_disk_failed();
  }
}

void SqliteDatabase::State::settle(Ended& ended) {
  if (!ended.failure && !writer.sync_log()) exit_on_failed_disk();
  durable.reach(ended.commit);
  if (!ended.failure) tell(ended.group);
  for (const auto& batch : ended.group) batch->settle(ended.failure);
}

Batches SqliteDatabase::State::next_group(std::stop_token stop) {
  std::unique_lock guard(mutex);
  arrived.wait(guard, stop, [this] { return !early.empty() || !waiting.empty(); });
  closed = early.empty() && waiting.empty();
  Batches group;
  for (auto* line : {&early, &waiting}) {
    if (line->empty()) continue;
    group.push_back(std::move(line->front()));
    line->pop_front();
  }
  return group;
}

// Early requests run first, and their callers go on before the others run.
SqliteDatabase::State::Ended SqliteDatabase::State::commit(Batches group) {
  std::exception_ptr failure;
  std::uint64_t number = 0;
  Before before = Before::nothing;
  try {
    writer.execute(kBegin);
    for (const auto& batch : group) {
      run_part(batch->all(), before);
      if (batch->answer == Answer::after_commit) continue;
      batch->answer_now();
      before = Before::answered;
    }
    number = durable.next();
    writer.commit_unsynced();
  } catch (...) {
    failure = std::current_exception();
    exit_if_disk_failed();
    roll_back();
  }
  return {std::move(group), number, failure};
}

// A savepoint costs a copy of each page that changes after it. What runs first in the transaction needs none, since all of it can be rolled back; what
// runs after others were answered has one for all, and only when one of them fails each has its own.
void SqliteDatabase::State::run_part(const Requests& part, Before before) {
  if (part.empty()) return;
  bool savepoint = before == Before::answered;
  if (savepoint) writer.execute(kSavepoint);
  try {
    run_all(part);
    if (savepoint) writer.execute(kRelease);
    return;
  } catch (...) {
    exit_if_disk_failed();
    if (part.size() == 1) part.front()->error = std::current_exception();
    undo_part(before);
  }
  if (part.size() == 1) return;
  for (Request* request : part) {
    request->events.clear();
    run_in_savepoint(*request);
  }
}

void SqliteDatabase::State::undo_part(Before before) {
  if (before == Before::nothing) roll_back();
  for (const char* undo : before == Before::nothing ? std::vector{kBegin} : std::vector{kRollbackToSavepoint, kRelease}) writer.execute(undo);
}

// Those of a shared verb run with the first of them. Nobody here has been answered, so any order is one that they can have arrived in.
void SqliteDatabase::State::run_all(const Requests& part) {
  std::map<const SharedVerb*, std::vector<void*>> asks;
  for (const Request* request : part) {
    if (request->verb) asks[request->verb].push_back(request->ask);
  }
  for (Request* request : part) {
    Transaction transaction{writer, request->events};
    if (!request->verb) {
      request->work(transaction);
    } else if (auto found = asks.extract(request->verb)) {
      request->verb->run(transaction, found.mapped());
    }
  }
}

void SqliteDatabase::State::run_in_savepoint(Request& request) {
  writer.execute(kSavepoint);
  try {
    Transaction transaction{writer, request.events};
    if (request.verb) {
      request.verb->run(transaction, std::span<void* const>(&request.ask, 1));
    } else {
      request.work(transaction);
    }
    writer.execute(kRelease);
  } catch (...) {
    request.error = std::current_exception();
    writer.execute(kRollbackToSavepoint);
    writer.execute(kRelease);
  }
}

// A write or fsync that failed is never tried again: the kernel may have dropped the pages. Ending at once leaves the truth to the
// recovery of the next start; nobody was told that this group is stored.
void SqliteDatabase::State::exit_if_disk_failed() {
  if ((writer.last_error() & 0xff) == SQLITE_IOERR) exit_on_failed_disk();
}

void SqliteDatabase::State::exit_on_failed_disk() {
  log::error("the disk failed under the database: stopping, nothing of this moment was acknowledged. Check the disk, then start again");
  std::_Exit(EX_IOERR);
}

void SqliteDatabase::State::roll_back() {
  try {
    writer.execute(kRollback);
  } catch (const StoreUnavailable& error) {
    // SQLite has already rolled back by itself after errors such as a full disk.
    log::debug("rollback not needed", {{"cause", error.what()}});
  }
}

void SqliteDatabase::State::tell(const Batches& group) {
  std::vector<Event> events;
  for (const auto& batch : group) {
    for (Request& request : batch->requests) {
      if (!request.error) std::move(request.events.begin(), request.events.end(), std::back_inserter(events));
    }
  }
  std::lock_guard guard(listener_mutex);
  if (listener && !events.empty()) listener(events);
}

SqliteDatabase::SqliteDatabase(const std::string& path, Time now) : state_(std::make_unique<State>(path, now)) {}
SqliteDatabase::~SqliteDatabase() = default;

void SqliteDatabase::on_commit(std::function<void(const std::vector<Event>&)> listener) {
  std::lock_guard guard(state_->listener_mutex);
  state_->listener = std::move(listener);
}

// Whoever waits for an early answer stands still, so such requests have a line of their own, which is served first.
std::shared_ptr<Batch> SqliteDatabase::State::submit(Answer answer, Request asked) {
  std::shared_ptr<Batch> batch;
  Request* request = nullptr;
  {
    std::lock_guard guard(mutex);
    if (closed) throw StoreUnavailable("the store is closed");
    auto& line = answer == Answer::early ? early : waiting;
    if (line.empty() || line.back()->weight + asked.weight > kHeaviestBatch) line.push_back(std::make_shared<Batch>(Batch{answer}));
    batch = line.back();
    batch->weight += asked.weight;
    request = &batch->requests.emplace_back(std::move(asked));
    arrived.notify_one();
  }
  batch->when_answered.wait();
  if (request->error) std::rethrow_exception(request->error);
  return batch;
}

void SqliteDatabase::write_blocking(std::function<void(Transaction&)> work) { state_->submit(Answer::after_commit, {std::move(work)}); }

void SqliteDatabase::write_together(const SharedVerb& verb, void* ask, std::size_t weight) {
  state_->submit(Answer::after_commit, {{}, &verb, ask, weight});
}

std::shared_future<void> SqliteDatabase::write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) {
  return state_->submit(Answer::early, {{}, &verb, ask, weight})->when_stored;
}

void SqliteDatabase::read_blocking(const std::function<void(Connection&)>& work, Found found) {
  std::unique_ptr<SqliteConnection> reader;
  {
    std::unique_lock guard(state_->reader_mutex);
    state_->reader_free.wait(guard, [this] { return !state_->readers.empty(); });
    reader = std::move(state_->readers.back());
    state_->readers.pop_back();
  }
  struct GiveBack {
    State& state;
    std::unique_ptr<SqliteConnection>& reader;
    ~GiveBack() {
      std::lock_guard guard(state.reader_mutex);
      state.readers.push_back(std::move(reader));
      state.reader_free.notify_one();
    }
  } give_back{*state_, reader};
  reader->execute(kBeginRead);
  struct End {
    SqliteConnection& connection;
    ~End() { connection.end_read(); }
  } end{*reader};
  reader->execute(kFixSnapshot);
  std::uint64_t seen = state_->durable.begun();
  work(*reader);
  if (found == Found::is_told) state_->durable.wait_for(seen);  // nobody is told of what a loss of power may take back
}

}  // namespace darkroom::store
