// The database on a PostgreSQL server, shared with other processes.
//
// Each verb runs in the calling thread on a connection of a bounded pool; signs of life have connections of their own. Callers of a shared verb are
// gathered; where many ask, one group is worked out while another is being synced. A verb whose connection is lost before its COMMIT was sent runs
// again, once, on a new connection; after a deadlock, a failed serialization or a constraint that another transaction's commit broke it runs again up to
// three times. A COMMIT without an answer throws StoreUnavailable: it may be stored or not, and only its caller knows how
// to ask. Nothing waits without an end, see PostgresOptions.
#pragma once

#include "store/sql/database.h"
#include "store/sql/postgres_options.h"

namespace darkroom::store {

class PostgresDatabase final : public Database {
 public:
  // Connects, checks the server, migrates, begins to follow the events of others. Throws StoreUnavailable with words for the operator.
  PostgresDatabase(PostgresOptions options, Time now);
  ~PostgresDatabase() override;

  bool is_shared() const override { return true; }
  void write_together(const SharedVerb& verb, void* ask, std::size_t weight) override;
  std::shared_future<void> write_together_early(const SharedVerb& verb, void* ask, std::size_t weight) override;
  Rows look_up(const char* sql, Params params, Found found) override;
  void on_commit(std::function<void(const std::vector<Event>&)> listener) override;

 private:
  void write_blocking(std::function<void(Transaction&)> work) override;
  void write_apart_blocking(std::function<void(Transaction&)> work) override;
  void read_blocking(const std::function<void(Connection&)>& work, Found found) override;

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::store
