// The database as one SQLite file: writes in groups with one fsync, reads beside them.
//
// One thread owns the one writing connection. Requests that came meanwhile are taken together: BEGIN IMMEDIATE, the requests, one COMMIT. If a request fails,
// what ran beside it is undone and runs anew, each in a SAVEPOINT of its own, so that a bad one fails alone. The commit's fsync, and the waking of the callers
// after it, are a second thread's while the next group runs; a lone caller is served by the writer alone. A request is acknowledged only after the fsync.
// Readers have read-only connections and never wait for the writer, but for the fsync of a commit that they may have seen.
// An early request is the exception: its caller goes on when its work has run, and is told of the commit apart. Early requests run first in
// their group, and a later one of the same caller runs only when that future is ready.
#pragma once

#include "store/sql/database.h"

namespace darkroom::store {

class SqliteDatabase final : public Database {
 public:
  // Locks the file's folder against a second process, opens, migrates. Throws StoreUnavailable with words for the operator.
  SqliteDatabase(const std::string& path, Time now);
  ~SqliteDatabase() override;

  bool is_shared() const override { return false; }

  void write_together(const SharedVerb& verb, void* ask, std::size_t weight) override;
  std::shared_future<void> write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) override;
  void on_commit(std::function<void(const std::vector<Event>&)> listener) override;

 private:
  void write_blocking(std::function<void(Transaction&)> work) override;
  void write_apart_blocking(std::function<void(Transaction&)> work) override { write_blocking(std::move(work)); }  // one writer, whom nobody keeps waiting
  void read_blocking(const std::function<void(Connection&)>& work, Found found) override;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::store
