// A bounded set of connections, made when they are first needed and thrown away when they break.
#pragma once

#include "store/sql/postgres_connection.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace darkroom::store {

class PostgresPool {
 public:
  // Gives the connection back when it goes, or throws it away when it broke.
  class Lease {
   public:
    Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection) : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    PostgresConnection& operator*() const { return *connection_; }
    PostgresConnection* operator->() const { return connection_.get(); }

   private:
    PostgresPool* pool_;
    std::unique_ptr<PostgresConnection> connection_;
  };

  // `options` must outlive it.
  PostgresPool(const PostgresOptions& options, int most);

  // Waits for a free connection up to options.pool_timeout, then throws StoreUnavailable. While the server cannot be reached it throws at once
  // and asks the server only now and then.
  Lease take();
  // After one connection was lost the idle ones are suspects: they are dropped, so that the next take() makes a new one.
  void drop_idle();
  // From now on statements travel whole, on every connection.
  void stop_preparing();

 private:
  using Clock = std::chrono::steady_clock;
  std::unique_ptr<PostgresConnection> connect(PostgresConnection::Statements statements);
  void give_back(std::unique_ptr<PostgresConnection> connection);

  const PostgresOptions& options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
  PostgresConnection::Statements statements_;
  int room_;  // how many more may be made or taken
  std::chrono::milliseconds backoff_{0};
  Clock::time_point next_try_{};
  std::string last_failure_;
};

}  // namespace darkroom::store
