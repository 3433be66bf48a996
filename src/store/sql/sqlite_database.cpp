#include "store/sql/sqlite_database.h"

#include "base/log.h"
#include "store/sql/process_lock.h"
#include "store/sql/sqlite_connection.h"
#include "store/sql/sqlite_migrate.h"
#include "store/store.h"

#include <sqlite3.h>
#include <sysexits.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <exception>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace darkroom::store {
namespace {

constexpr std::size_t kHeaviestGroup = 256;  // about as many jobs are changed by it: some ten milliseconds
constexpr std::size_t kLargestAnsweredHere = 8;
constexpr std::size_t kReaders = 4;

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kSavepoint = "SAVEPOINT request";
constexpr const char* kRelease = "RELEASE request";
constexpr const char* kRollbackToSavepoint = "ROLLBACK TO request";
constexpr const char* kBeginRead = "BEGIN";

enum class Answer { after_commit, early };

// What one caller asks. Each caller waits for its own promise, so that a commit wakes those whose work it holds and nobody else.
struct Request {
  std::function<void(Transaction&)> work;  // none: an ask of a shared verb
  Answer answer;
  const SharedVerb* verb = nullptr;
  void* ask = nullptr;
  std::size_t weight = 1;
  std::vector<Event> events = {};
  std::exception_ptr error = nullptr;
  bool answered_early = false;
  std::promise<void> answered = {};
  std::promise<void> stored = {};  // of a request that is answered early
};

using Group = std::vector<std::unique_ptr<Request>>;
using Requests = std::vector<Request*>;

void answer_early(Request& request) { request.answered.set_value(); }

void answer(const Group& group, const std::exception_ptr& failure) {
  for (const auto& request : group) {
    std::promise<void>& waited_for = request->answered_early ? request->stored : request->answered;
    if (std::exception_ptr error = request->error ? request->error : failure) {
      waited_for.set_exception(error);
    } else {
      waited_for.set_value();
    }
  }
}

// Waking a thread costs about as much as a statement. Those of a large group are woken by a thread of their own, while the writer goes on.
class Waker {
 public:
  Waker() : thread_([this](std::stop_token stop) { run(stop); }) {}

  // The requests stay alive until they are answered by finish(), which is to follow.
  void answer_early(std::vector<Request*> requests) { add({std::move(requests), {}, nullptr}); }
  void finish(Group group, std::exception_ptr failure) { add({{}, std::move(group), std::move(failure)}); }

 private:
  struct Task {
    std::vector<Request*> early;
    Group group;
    std::exception_ptr failure;
  };

  void add(Task task) {
    std::lock_guard guard(mutex_);
    tasks_.push_back(std::move(task));
    arrived_.notify_one();
  }

  // Stops only when nothing waits.
  void run(std::stop_token stop) {
    while (true) {
      Task task;
      {
        std::unique_lock guard(mutex_);
        if (!arrived_.wait(guard, stop, [this] { return !tasks_.empty(); })) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      for (Request* request : task.early) store::answer_early(*request);
      answer(task.group, task.failure);
    }
  }

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Task> tasks_;
  std::jthread thread_;
};

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
  Group next_group(std::stop_token stop);
  std::exception_ptr commit(const Group& group);
  enum class Before { nothing, answered };  // what has run in the transaction
  void run_part(const Requests& part, Before before);
  void undo_part(Before before);
  void run_all(const Requests& part);
  void run_in_savepoint(Request& request);
  void submit(std::unique_ptr<Request> request);
  void submit_and_wait(std::unique_ptr<Request> request);
  std::future<void> submit_early(std::unique_ptr<Request> request);
  void exit_if_disk_failed();
  void roll_back();
  void tell(const Group& group);

  ProcessLock lock;
  SqliteConnection writer;

  std::mutex mutex;
  std::condition_variable_any arrived;
  std::deque<std::unique_ptr<Request>> waiting;
  bool closed = false;

  std::mutex listener_mutex;
  std::function<void(const std::vector<Event>&)> listener;

  std::mutex reader_mutex;
  std::condition_variable reader_free;
  std::vector<std::unique_ptr<SqliteConnection>> readers;

  Waker waker;
  std::jthread thread;
};

// Stops only when nothing waits: what was asked before the end is still committed.
void SqliteDatabase::State::write_groups(std::stop_token stop) {
  for (Group group = next_group(stop); !group.empty(); group = next_group(stop)) {
    std::exception_ptr failure = commit(group);
    if (!failure) tell(group);
    if (group.size() > kLargestAnsweredHere) {
      waker.finish(std::move(group), failure);
    } else {
      answer(group, failure);
    }
  }
}

Group SqliteDatabase::State::next_group(std::stop_token stop) {
  std::unique_lock guard(mutex);
  arrived.wait(guard, stop, [this] { return !waiting.empty(); });
  closed = waiting.empty();
  Group group;
  for (std::size_t weight = 0; !waiting.empty();) {
    weight += waiting.front()->weight;
    if (!group.empty() && weight > kHeaviestGroup) break;
    group.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  return group;
}

// Returns why nothing of the group is stored; none when it is. Early requests run first, and their callers go on before the others run.
std::exception_ptr SqliteDatabase::State::commit(const Group& group) {
  Requests early, others;
  for (const auto& request : group) (request->answer == Answer::early ? early : others).push_back(request.get());
  bool early_ran = !early.empty();
  try {
    writer.execute(kBegin);
    run_part(early, Before::nothing);
    std::erase_if(early, [](const Request* request) { return request->error != nullptr; });
    for (Request* request : early) request->answered_early = true;
    if (group.size() > kLargestAnsweredHere) {
      if (!early.empty()) waker.answer_early(std::move(early));
    } else {
      for (Request* request : early) answer_early(*request);
    }
    run_part(others, early_ran ? Before::answered : Before::nothing);
    writer.execute(kCommit);
    return nullptr;
  } catch (...) {
    exit_if_disk_failed();
    roll_back();
    return std::current_exception();
  }
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
  if ((writer.last_error() & 0xff) != SQLITE_IOERR) return;
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

void SqliteDatabase::State::tell(const Group& group) {
  std::vector<Event> events;
  for (const auto& request : group) {
    if (!request->error) std::move(request->events.begin(), request->events.end(), std::back_inserter(events));
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

// Whoever waits for an early answer stands still, so such requests go to the head of the next group.
void SqliteDatabase::State::submit(std::unique_ptr<Request> request) {
  std::lock_guard guard(mutex);
  if (closed) throw StoreUnavailable("the store is closed");
  if (request->answer == Answer::early) {
    waiting.push_front(std::move(request));
  } else {
    waiting.push_back(std::move(request));
  }
  arrived.notify_one();
}

void SqliteDatabase::State::submit_and_wait(std::unique_ptr<Request> request) {
  std::future<void> answered = request->answered.get_future();
  submit(std::move(request));
  answered.get();
}

std::future<void> SqliteDatabase::State::submit_early(std::unique_ptr<Request> request) {
  std::future<void> stored = request->stored.get_future();
  submit_and_wait(std::move(request));
  return stored;
}

void SqliteDatabase::write_blocking(std::function<void(Transaction&)> work) {
  state_->submit_and_wait(std::make_unique<Request>(Request{std::move(work), Answer::after_commit}));
}

std::future<void> SqliteDatabase::run_early(std::function<void(Transaction&)> work) {
  return state_->submit_early(std::make_unique<Request>(Request{std::move(work), Answer::early}));
}

void SqliteDatabase::write_together(const SharedVerb& verb, void* ask, std::size_t weight) {
  state_->submit_and_wait(std::make_unique<Request>(Request{{}, Answer::after_commit, &verb, ask, weight}));
}

std::future<void> SqliteDatabase::write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) {
  return state_->submit_early(std::make_unique<Request>(Request{{}, Answer::early, &verb, ask, weight}));
}

void SqliteDatabase::read_blocking(const std::function<void(Connection&)>& work) {
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
    ~End() { connection.execute(kCommit); }
  } end{*reader};
  work(*reader);
}

}  // namespace darkroom::store
