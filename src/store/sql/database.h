// A database as the store uses it: durable transactions, and reads against one snapshot. One implementation for each kind: sqlite_database,
// postgres_database. What they promise is the same; how they come by it is told there.
#pragma once

#include "store/records.h"
#include "store/sql/connection.h"

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace darkroom::store {

// What a request works with inside its transaction.
struct Transaction {
  Connection& connection;
  std::vector<Event>& events;  // told to the listener after the commit

  Rows execute(const char* sql, Params params = {}) { return connection.execute(sql, params); }
  void post(const char* sql, Params params) { connection.post(sql, params); }
  std::int64_t insert(const char* sql, Params params) { return connection.insert(sql, params); }
  Rows execute_rows(const RowSql& sql, const RowParams& values) { return connection.execute_rows(sql, values); }
  void post_rows(const RowSql& sql, const RowParams& values) { connection.post_rows(sql, values); }
  Time clock(Time callers_now) { return connection.clock(callers_now); }  // see Connection::clock
};

// A verb whose callers are served together: `run` does what all of them ask in one transaction, with few statements. When that throws, it is run anew for
// each of them alone, so it begins each answer from nothing. An ask is the verb's own; it lives until its caller is answered.
struct SharedVerb {
  std::function<void(Transaction&, std::span<void* const> asks)> run;
  // Callers that wait, before a group is served beside another, where the database can do both.
  std::size_t worth_another = 16;
};

class Database {
 public:
  virtual ~Database() = default;

  // Other processes may use it at the same time.
  virtual bool is_shared() const = 0;

  // Runs `work` in a durable transaction and returns what it returns, or throws what it throws. `work` may run more than once (after a
  // deadlock, say); only its last run counts. Throws StoreUnavailable when nothing was stored, or when nobody can tell.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work&, Transaction&> {
    std::optional<std::invoke_result_t<Work&, Transaction&>> result;
    write_blocking([&](Transaction& transaction) { result.emplace(work(transaction)); });
    return std::move(*result);
  }

  // The same as write() for the signs of life: nothing that waits for a lock of other work can keep them from a connection.
  template <class Work>
  auto write_apart(Work&& work) -> std::invoke_result_t<Work&, Transaction&> {
    std::optional<std::invoke_result_t<Work&, Transaction&>> result;
    write_apart_blocking([&](Transaction& transaction) { result.emplace(work(transaction)); });
    return std::move(*result);
  }

  // The same as write() for a shared verb: with whoever asks for it at this moment. The weight is about how many jobs it changes, for nobody shall wait long for others.
  virtual void write_together(const SharedVerb& verb, void* ask, std::size_t weight) = 0;

  // The same, but returns before the commit, with a future that becomes ready at it, or throws StoreUnavailable if none of it was stored.
  // A database that gains nothing by it returns after the commit.
  virtual std::shared_future<void> write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) = 0;

  // Runs `work` in the calling thread against one snapshot; it must not write.
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work&, Connection&> {
    std::optional<std::invoke_result_t<Work&, Connection&>> result;
    read_blocking([&](Connection& connection) { result.emplace(work(connection)); }, Found::is_told);
    return std::move(*result);
  }

  // What becomes of what was found. What is told to nobody, and only decides whether something is done, need not outlive a loss of power.
  enum class Found { is_told, is_kept };

  // The same for one statement, which PostgreSQL answers in one round trip and with half the work.
  virtual Rows look_up(const char* sql, Params params, Found found) {
    Rows rows;
    read_blocking([&](Connection& connection) { rows = connection.execute(sql, params); }, found);
    return rows;
  }

  // Called after each commit with its events, from a thread of the database. With many processes it also hears, a moment later, the events of the
  // others, and may hear an event twice.
  virtual void on_commit(std::function<void(const std::vector<Event>&)> listener) = 0;

 private:
  virtual void write_blocking(std::function<void(Transaction&)> work) = 0;
  virtual void write_apart_blocking(std::function<void(Transaction&)> work) = 0;
  virtual void read_blocking(const std::function<void(Connection&)>& work, Found found) = 0;
};

}  // namespace darkroom::store
